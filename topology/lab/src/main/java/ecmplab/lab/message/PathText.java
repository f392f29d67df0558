package ecmplab.lab.message;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.lab.control.Json;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** AS paths as routers print them, {@code 65001 65002 {65003 65004}}, with {@code (...)} and {@code [...]} for confederations. */
final class PathText {
    private static final String OPEN = "{-([";
    private static final String CLOSE = "}-)]";
    private static final Pattern SEGMENT = Pattern.compile("([{(\\[])\\s*([^})\\]]*)[})\\]]|[^{(\\[]+");
    private static final int LONGEST = 255;

    /** Null when the octets are no path, or one that the text would not tell apart from another. */
    static @Nullable JsonNode read(byte[] value, int width) {
        var text = new StringBuilder();
        boolean sequence = false;
        for (int at = 0; at < value.length; ) {
            int type = value[at];
            int count = at + 1 < value.length ? value[at + 1] & 0xFF : 0;
            int next = at + 2 + width * count;
            if (type < 1 || type > 4 || count == 0 || next > value.length || (sequence && type == 2)) {
                return null;
            }
            sequence = type == 2;
            text.append(text.isEmpty() ? "" : " ").append(sequence ? "" : OPEN.charAt(type - 1));
            for (int i = at + 2; i < next; i += width) {
                long asn = width == 4 ? BigEndian.int32(value, i) & 0xFFFF_FFFFL : BigEndian.uint16(value, i);
                text.append(i == at + 2 ? "" : " ").append(asn);
            }
            text.append(sequence ? "" : CLOSE.charAt(type - 1));
            at = next;
        }
        return Json.MAPPER.valueToTree(text.toString());
    }

    static void write(String text, int width, ByteBuf out) {
        var segments = SEGMENT.matcher(text);
        while (segments.find()) {
            boolean plain = segments.group(1) == null;
            int type = plain ? 2 : OPEN.indexOf(segments.group(1)) + 1;
            var asns = asns(plain ? segments.group() : segments.group(2));
            for (int from = 0; from < asns.size(); from += LONGEST) {
                var some = asns.subList(from, Math.min(from + LONGEST, asns.size()));
                out.writeByte(type).writeByte(some.size());
                for (var asn : some) {
                    if (width == 4) {
                        out.writeInt(asn.bits());
                    } else {
                        out.writeShort((asn.fitsTwoOctets() ? asn : Asn.TRANS).bits());
                    }
                }
            }
        }
    }

    private static List<Asn> asns(String text) {
        var asns = new ArrayList<Asn>();
        for (var word : text.strip().split("[\\s,]+", -1)) {
            try {
                if (!word.isEmpty()) {
                    asns.add(Asn.of(Long.parseLong(word)));
                }
            } catch (IllegalArgumentException wrong) {
                throw new Unwritable("AS path: '" + word + "' is no AS number");
            }
        }
        return asns;
    }

    private PathText() {}
}
