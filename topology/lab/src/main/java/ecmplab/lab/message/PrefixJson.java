package ecmplab.lab.message;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Json;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Lists of prefixes (RFC 4271 section 4.3): {@code "203.0.113.0/24"} each, and with path identifiers (RFC 7911) {@code {"prefix":
 * "203.0.113.0/24", "pathId": 1}}.
 */
final class PrefixJson {
    /** Null when the octets are no such list. */
    static @Nullable ArrayNode read(byte[] octets, int from, int to, AddressFamily family, boolean addPath) {
        var list = Json.MAPPER.createArrayNode();
        for (int at = from; at < to; ) {
            int lengthAt = at + (addPath ? 4 : 0);
            int length = lengthAt < to ? octets[lengthAt] & 0xFF : 256;
            int next = lengthAt + 1 + ((length + 7) >>> 3);
            if (length > family.bits() || next > to) {
                return null;
            }
            var bits = Arrays.copyOf(Arrays.copyOfRange(octets, lengthAt + 1, next), 16);
            var prefix = new Prefix(
                    family,
                    BigEndian.int64(bits, 0),
                    family == AddressFamily.IPV6_UNICAST ? BigEndian.int64(bits, 8) : 0,
                    length);
            if (addPath) {
                list.addObject()
                        .put("prefix", prefix.toString())
                        .put("pathId", Integer.toUnsignedLong(BigEndian.int32(octets, at)));
            } else {
                list.add(prefix.toString());
            }
            at = next;
        }
        return list;
    }

    /** The family of a list's elements; IPv4 when there are none. */
    static AddressFamily family(Iterable<JsonNode> list, String key) {
        Iterator<JsonNode> first = list.iterator();
        return first.hasNext() ? prefix(first.next(), key).family() : AddressFamily.IPV4_UNICAST;
    }

    static void write(Iterable<JsonNode> list, AddressFamily family, boolean addPath, ByteBuf out, String key) {
        for (var element : list) {
            var prefix = prefix(element, key);
            if (prefix.family() != family) {
                throw new Unwritable(key + ": " + prefix + " among routes of " + family);
            }
            if (addPath) {
                out.writeInt((int) element.path("pathId").asLong(0));
            }
            out.writeByte(prefix.length());
            for (int i = 0; i < (prefix.length() + 7) >>> 3; i++) {
                out.writeByte((int) ((i < 8 ? prefix.high() : prefix.low()) >>> (56 - 8 * (i & 7))));
            }
        }
    }

    private static Prefix prefix(JsonNode element, String key) {
        var text = element.isObject() ? element.path("prefix").asString("") : element.asString("");
        try {
            return Prefix.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new Unwritable(key + ": " + wrong.getMessage());
        }
    }

    private PrefixJson() {}
}
