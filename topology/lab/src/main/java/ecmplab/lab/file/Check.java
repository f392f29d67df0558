package ecmplab.lab.file;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import ecmplab.bgp.wire.Prefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A fact that must become true in time, in the words of {@code lab wait}: {@code ready [NODE]},
 * {@code established [NODE|ADDRESS]}, {@code route PREFIX [--nexthops N]}, {@code no-route PREFIX}, each with {@code --timeout DURATION}.
 *
 * @param words without the options
 * @param nexthops of a route, 0 for any number
 */
public record Check(List<String> words, int nexthops, Duration patience) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String FORMS =
            "must be 'ready [NODE]', 'established [NODE|ADDRESS]', 'route PREFIX [--nexthops N]' or 'no-route PREFIX', with '--timeout 10s'";

    static final Scalar<Check> SCALAR = new Scalar<>(
            "a check: " + FORMS, new Scalar.Form.Matching("^(ready|established|route|no-route) ?.*$"), Check::parse);

    public Check {
        words = List.copyOf(words);
    }

    /** @throws IllegalArgumentException saying what would be understood */
    @JsonCreator
    public static Check parse(String text) {
        return parse(List.of(text.strip().split(" +")));
    }

    /** @throws IllegalArgumentException saying what would be understood */
    public static Check parse(List<String> given) {
        var words = new ArrayList<String>();
        int nexthops = 0;
        var patience = PATIENCE;
        for (var each = given.iterator(); each.hasNext(); ) {
            var word = each.next();
            if (word.equals("--timeout") && each.hasNext()) {
                patience = Scalar.DURATION.parse().apply(each.next());
            } else if (word.equals("--nexthops") && each.hasNext()) {
                nexthops = Scalar.number("number of next hops", 1, 64).parse().apply(each.next());
            } else {
                words.add(word);
            }
        }
        boolean right = !words.isEmpty()
                && words.stream().noneMatch(word -> word.startsWith("-"))
                && switch (words.getFirst()) {
                    case "ready", "established" -> words.size() <= 2 && nexthops == 0;
                    case "route" -> words.size() == 2;
                    case "no-route" -> words.size() == 2 && nexthops == 0;
                    default -> false;
                };
        if (!right) {
            throw new IllegalArgumentException("'" + String.join(" ", given) + "': " + FORMS);
        }
        if (words.getFirst().endsWith("route")) {
            words.set(1, Prefix.parse(words.get(1)).toString());
        }
        return new Check(words, nexthops, patience);
    }

    @JsonValue
    @Override
    public String toString() {
        return String.join(" ", words)
                + (nexthops > 0 ? " --nexthops " + nexthops : "")
                + " --timeout " + patience.toMillis() + "ms";
    }
}
