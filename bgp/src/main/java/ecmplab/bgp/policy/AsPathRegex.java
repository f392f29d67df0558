package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AsPath;
import java.nio.charset.StandardCharsets;

/**
 * A regular expression over an AS path as routers print it, such as {@code 65001 65002 {65003 65004}}: POSIX extended, with {@code _} for
 * the start, the end, or what stands between AS numbers, so that {@code _65001_} finds the AS and not a part of another. It matches
 * anywhere unless anchored. Takes time in proportion to path and expression, whatever peers send. Immutable.
 */
public final class AsPathRegex {
    private final String text;
    private final RegexProgram program;

    private AsPathRegex(String text, RegexProgram program) {
        this.text = text;
        this.program = program;
    }

    /** @throws IllegalArgumentException naming the text, what is wrong with it and where */
    public static AsPathRegex parse(String text) {
        return new AsPathRegex(text, new RegexParser(text).parse());
    }

    public boolean matches(AsPath path) {
        var octets = path.toString().getBytes(StandardCharsets.US_ASCII);
        return matches(octets, octets.length);
    }

    /** @param path the path's text in the first {@code length} octets, ASCII */
    boolean matches(byte[] path, int length) {
        return program.matches(path, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AsPathRegex regex && regex.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
