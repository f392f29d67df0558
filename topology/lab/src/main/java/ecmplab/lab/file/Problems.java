package ecmplab.lab.file;

import ecmplab.lab.file.Yaml.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What was found wrong so far; at most {@value #MOST} things, in the order of the file. */
final class Problems {
    private static final int MOST = 50;

    private final String file;
    private final List<Problem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void at(Place place, String message) {
        if (found.size() < MOST) {
            found.add(new Problem(file, place.line(), place.column(), message));
        }
    }

    boolean none() {
        return found.isEmpty();
    }

    List<Problem> list() {
        return found.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .distinct()
                .toList();
    }
}
