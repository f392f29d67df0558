package ecmplab.port.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A message from the kernel. Attributes that do not fit into it are left out: what a reader does not find, it does not believe.
 *
 * @param port of the socket whose request this answers or tells of; 0: the kernel changed something by itself
 * @param body what follows the header, in host byte order
 */
public record Message(int type, int flags, int sequence, int port, ByteBuffer body) {
    private static final int TYPE_BITS = 0x3FFF; // without the flags "nested" and "network byte order"

    /** An octet of the fixed part, 0 when the message is too short. */
    public int octet(int at) {
        return at < body.limit() ? body.get(at) & 0xFF : 0;
    }

    /** Four octets of the fixed part, 0 when the message is too short. */
    public int word(int at) {
        return at + 4 <= body.limit() ? body.getInt(at) : 0;
    }

    /** The attributes after a fixed part of so many octets, by their type; the last one of a type counts. */
    public Attributes attributes(int fixed) {
        return Attributes.of(body, fixed);
    }

    /** Attributes by type, each value a view in host byte order. */
    public record Attributes(Map<Integer, ByteBuffer> values) {
        static Attributes of(ByteBuffer body, int start) {
            var values = new HashMap<Integer, ByteBuffer>();
            int at = (start + 3) & -4;
            while (at + 4 <= body.limit()) {
                int size = body.getShort(at) & 0xFFFF;
                if (size < 4 || size > body.limit() - at) {
                    break;
                }
                values.put(
                        body.getShort(at + 2) & TYPE_BITS,
                        body.slice(at + 4, size - 4).order(ByteOrder.nativeOrder()));
                at += (size + 3) & -4;
            }
            return new Attributes(values);
        }

        public boolean has(int type) {
            return values.containsKey(type);
        }

        /** A value of 32 bits, or {@code absent}. */
        public int word(int type, int absent) {
            var value = values.get(type);
            return value == null || value.limit() < 4 ? absent : value.getInt(0);
        }

        /** A value of 16 bits, or {@code absent}. */
        public int half(int type, int absent) {
            var value = values.get(type);
            return value == null || value.limit() < 2 ? absent : value.getShort(0) & 0xFFFF;
        }

        public Optional<ByteBuffer> value(int type) {
            return Optional.ofNullable(values.get(type));
        }

        public Optional<byte[]> octets(int type) {
            return value(type).map(value -> {
                var octets = new byte[value.limit()];
                value.get(0, octets);
                return octets;
            });
        }

        /** The attributes within an attribute; none when it is not there. */
        public Attributes nested(int type) {
            var value = values.get(type);
            return value == null ? new Attributes(Map.of()) : of(value, 0);
        }
    }
}
