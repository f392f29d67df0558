package ecmplab.lab.control;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node says to one request: as data for {@code --json}, and as text for people, of which only the asked-for form is made.
 *
 * @param code exit code for the asking command: one of the constants here
 * @param data records, maps, lists and numbers; rendered by Jackson
 */
public record Answer(int code, @Nullable Object data, Supplier<String> text) {
    public static final int FINE = 0;
    public static final int FALSE = 1;
    public static final int USAGE = 2;
    public static final int NO_SUCH = 3;

    public static Answer of(Object data, Supplier<String> text) {
        return new Answer(FINE, data, text);
    }

    /** A plain line of text; as JSON {@code {"message": line}}. */
    public static Answer line(String line) {
        return said(FINE, line);
    }

    /** The request was understood and what it asks for is not so. */
    public static Answer isFalse(String line) {
        return said(FALSE, line);
    }

    /** The request was not understood; {@code line} says why and what would be. */
    public static Answer usage(String line) {
        return said(USAGE, line);
    }

    /** There is no prefix, peer, or other thing of that name here. */
    public static Answer noSuch(String line) {
        return said(NO_SUCH, line);
    }

    /** A table for people, the same rows for programs. */
    public static Answer table(Object data, List<String> header, Supplier<List<List<String>>> rows) {
        return of(data, () -> TextTable.render(header, rows.get()));
    }

    private static Answer said(int code, String line) {
        return new Answer(code, Map.of("message", line), () -> line + "\n");
    }
}
