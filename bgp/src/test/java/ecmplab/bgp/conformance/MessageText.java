package ecmplab.bgp.conformance;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Map;

/**
 * Messages written as text, and their octets: the suite's own encoder, which shares nothing with the one under test.
 *
 * <p>A text is messages separated by {@code ;}. A message is its type ({@code OPEN}, {@code UPDATE}, {@code NOTIFICATION}, {@code KEEPALIVE},
 * {@code REFRESH}, or a number in decimal) and its body, for which the header is made; or {@code RAW} and all of its octets. Octets are hex
 * digits; {@code 00*12} is an octet twelve times; {@code [ ... ]} is what is inside behind its length in one octet, {@code [[ ... ]]} in two;
 * {@code $NAME} is what the case gives that name.
 */
final class MessageText {
    static final int OPEN = 1;
    static final int UPDATE = 2;
    static final int NOTIFICATION = 3;
    static final int KEEPALIVE = 4;
    static final int ROUTE_REFRESH = 5;
    static final int HEADER = 19;

    private final Map<String, byte[]> names;

    MessageText(Map<String, byte[]> names) {
        this.names = names;
    }

    /** All messages of the text. */
    byte[] messages(String text) {
        var out = new ByteArrayOutputStream();
        for (var message : text.split(";", -1)) {
            var words = message.strip().split("\\s+", 2);
            var body = octets(words.length > 1 ? words[1] : "");
            out.writeBytes(words[0].equals("RAW") ? body : message(type(words[0]), body));
        }
        return out.toByteArray();
    }

    private static int type(String word) {
        return switch (word) {
            case "OPEN" -> OPEN;
            case "UPDATE" -> UPDATE;
            case "NOTIFICATION" -> NOTIFICATION;
            case "KEEPALIVE" -> KEEPALIVE;
            case "REFRESH" -> ROUTE_REFRESH;
            default -> Integer.parseInt(word);
        };
    }

    static byte[] message(int type, byte[] body) {
        int length = HEADER + body.length;
        var out = new byte[length];
        java.util.Arrays.fill(out, 0, 16, (byte) 0xFF);
        out[16] = (byte) (length >>> 8);
        out[17] = (byte) length;
        out[18] = (byte) type;
        System.arraycopy(body, 0, out, HEADER, body.length);
        return out;
    }

    /** The octets of a body. */
    byte[] octets(String text) {
        var stack = new ArrayDeque<ByteArrayOutputStream>();
        var out = new ByteArrayOutputStream();
        for (var word : text.strip().split("\\s+")) {
            switch (word) {
                case "" -> {}
                case "[", "[[" -> {
                    stack.push(out);
                    out = new ByteArrayOutputStream();
                }
                case "]", "]]" -> {
                    var inner = out;
                    out = stack.pop();
                    if (word.length() == 2) {
                        out.write(inner.size() >>> 8);
                    } else if (inner.size() > 255) {
                        throw new IllegalArgumentException(inner.size() + " octets between [ and ] in: " + text);
                    }
                    out.write(inner.size());
                    out.writeBytes(inner.toByteArray());
                }
                default -> out.writeBytes(word(word));
            }
        }
        if (!stack.isEmpty()) {
            throw new IllegalArgumentException("not closed: " + text);
        }
        return out.toByteArray();
    }

    private byte[] word(String word) {
        int star = word.indexOf('*');
        if (star > 0) {
            var unit = HexFormat.of().parseHex(word.substring(0, star));
            var out = new ByteArrayOutputStream();
            for (int i = Integer.parseInt(word.substring(star + 1)); i > 0; i--) {
                out.writeBytes(unit);
            }
            return out.toByteArray();
        }
        if (word.startsWith("$")) {
            var value = names.get(word.substring(1));
            if (value == null) {
                throw new IllegalArgumentException(word + ": the case gives only " + names.keySet());
            }
            return value;
        }
        return HexFormat.of().parseHex(word);
    }
}
