package ecmplab.lab.file;

import ecmplab.port.Impairment;
import java.util.Locale;

/** What is done to a line, and in which direction, as seen from its near end. */
public record LineImpairment(Direction direction, Impairment impairment) {
    /** Towards the near end, away from it, or both. */
    public enum Direction {
        IN,
        OUT,
        BOTH
    }

    /** Reads {@code [in|out|both] WORDS}. @throws IllegalArgumentException saying what is wrong and what was expected */
    public static LineImpairment parse(String text) {
        var words = text.strip().split("\\s+", 2);
        for (var direction : Direction.values()) {
            if (words.length == 2 && words[0].equals(direction.name().toLowerCase(Locale.ROOT))) {
                return new LineImpairment(direction, Impairment.parse(words[1]));
            }
        }
        return new LineImpairment(Direction.BOTH, Impairment.parse(text));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (direction == Direction.BOTH ? "" : direction.name().toLowerCase(Locale.ROOT) + " ") + impairment;
    }
}
