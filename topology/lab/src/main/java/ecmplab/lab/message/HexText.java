package ecmplab.lab.message;

import java.util.HexFormat;
import java.util.regex.Pattern;

/** Octets as people paste them: hex digits with spaces, colons, dashes, 0x, and comments from # to the end of the line. */
public final class HexText {
    private static final Pattern DECORATION = Pattern.compile("#[^\n]*|0[xX]|[\\s:.,-]");

    /** @throws IllegalArgumentException when something else is in it */
    public static byte[] octets(String text) {
        var digits = DECORATION.matcher(text).replaceAll("");
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException wrong) {
            var seen = digits.length() > 40 ? digits.substring(0, 40) + "..." : digits;
            throw new IllegalArgumentException("'" + seen + "': must be hex digits, two an octet", wrong);
        }
    }

    private HexText() {}
}
