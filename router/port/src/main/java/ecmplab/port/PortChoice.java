package ecmplab.port;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which kind of port to open: one that is named, or the best that the machine allows. */
public enum PortChoice {
    AUTO("auto", null),
    XDP(PortKind.XDP),
    XDP_GENERIC(PortKind.XDP_GENERIC),
    RING(PortKind.RING),
    MMSG(PortKind.MMSG);

    private final String word;
    private final @Nullable PortKind only;

    PortChoice(PortKind kind) {
        this(kind.word(), kind);
    }

    PortChoice(String word, @Nullable PortKind only) {
        this.word = word;
        this.only = only;
    }

    public String word() {
        return word;
    }

    /** What to try, in this order. */
    List<PortKind> kinds() {
        return only == null ? List.of(PortKind.values()) : List.of(only);
    }

    public static Optional<PortChoice> parse(String word) {
        return Arrays.stream(values())
                .filter(choice -> choice.word.equals(word))
                .findFirst();
    }

    /** All words, for a message to a person. */
    public static String words() {
        return Arrays.stream(values()).map(PortChoice::word).collect(Collectors.joining(", "));
    }
}
