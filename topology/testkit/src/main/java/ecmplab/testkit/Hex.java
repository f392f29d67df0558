package ecmplab.testkit;

import java.util.HexFormat;

/** Octets written as hex text in tests. */
public final class Hex {
    private Hex() {}

    /** Reads hex digits; white space is skipped, and {@code #} starts a comment to the end of its line. */
    public static byte[] bytes(String text) {
        return HexFormat.of().parseHex(text.replaceAll("#[^\\n]*", "").replaceAll("\\s", ""));
    }

    /** Hex digits in pairs, separated by spaces. */
    public static String text(byte[] octets) {
        return HexFormat.ofDelimiter(" ").formatHex(octets);
    }
}
