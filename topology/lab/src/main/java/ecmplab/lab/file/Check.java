package ecmplab.lab.file;

import java.time.Duration;
import java.util.List;

/** A fact that must become true: the words of {@code lab wait}, and how long it may take. */
public record Check(List<String> words, Duration patience) {
    public Check {
        words = List.copyOf(words);
    }
}
