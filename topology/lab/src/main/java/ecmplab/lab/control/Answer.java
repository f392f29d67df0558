package ecmplab.lab.control;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * What a node says to one request: as data for {@code --json}, and as text for people, of which only the asked-for form is made. It is
 * written as it is made, so a table of a million routes is never in memory; when whoever asked goes away, writing fails and the
 * making of it ends.
 */
public sealed interface Answer {
    int FINE = 0;
    int FALSE = 1;
    int USAGE = 2;
    int NO_SUCH = 3;

    /** Writes one form of an answer. Blocks while whoever asked does not read; ends by what {@code out} throws once it is gone. */
    @FunctionalInterface
    interface Body {
        void write(Writer out) throws IOException;
    }

    /**
     * An answer that is known.
     *
     * @param code exit code for the asking command: one of the constants here
     */
    record Known(int code, Body json, Body text) implements Answer {}

    /** An answer that comes when something is so, or a time is over; the thread is interrupted when whoever asked is gone. */
    record Awaited(Callable<Answer> answer) implements Answer {}

    /** @param data records, maps, lists and numbers; rendered by Jackson */
    static Known of(Object data, Supplier<String> text) {
        return new Known(FINE, out -> out.write(Json.pretty(data)), out -> out.write(text.get()));
    }

    /** An answer whose forms are too long to be made at once. */
    static Known streamed(Body json, Body text) {
        return new Known(FINE, json, text);
    }

    static Answer awaited(Callable<Answer> answer) {
        return new Awaited(answer);
    }

    /** A plain line of text; as JSON {@code {"message": line}}. */
    static Known line(String line) {
        return said(FINE, line);
    }

    /** The request was understood and what it asks for is not so. */
    static Known isFalse(String line) {
        return said(FALSE, line);
    }

    /** The request was not understood; {@code line} says why and what would be. */
    static Known usage(String line) {
        return said(USAGE, line);
    }

    /** There is no prefix, peer, or other thing of that name here. */
    static Known noSuch(String line) {
        return said(NO_SUCH, line);
    }

    /** A table for people, the same rows for programs. */
    static Known table(Object data, List<String> header, Supplier<List<List<String>>> rows) {
        return of(data, () -> TextTable.render(header, rows.get()));
    }

    /** The exit code, of an answer that is known. */
    default int code() {
        throw new IllegalStateException("the answer is not known yet");
    }

    /** The same forms with another exit code. */
    default Answer withCode(int code) {
        return switch (this) {
            case Known(int ignored, var json, var text) -> new Known(code, json, text);
            case Awaited(var answer) -> new Awaited(() -> answer.call().withCode(code));
        };
    }

    /** The text for people, at once; of an answer that is known. */
    default String asText() {
        if (!(this instanceof Known known)) {
            throw new IllegalStateException("the answer is not known yet");
        }
        var text = new StringWriter();
        try {
            known.text.write(text);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static Known said(int code, String line) {
        return new Known(code, out -> out.write(Json.pretty(Map.of("message", line))), out -> out.write(line + "\n"));
    }
}
