package ecmplab.bgp.attribute;

import java.util.Arrays;
import java.util.Set;

/** Grows an attribute block. */
final class BlockWriter {
    private final Set<Integer> partial;
    private byte[] octets = new byte[128];
    private int length;

    BlockWriter(Set<Integer> partial) {
        this.partial = partial;
    }

    BlockWriter header(int type, int size) {
        return header(AttributeType.flags(type) | (partial.contains(type) ? AttributeType.PARTIAL : 0), type, size);
    }

    BlockWriter header(int flags, int type, int size) {
        if (size > 0xFFFF) {
            throw new IllegalArgumentException(
                    AttributeType.name(type) + " of " + size + " octets: must be at most 65535");
        }
        if (size > 255) {
            return octet(flags | AttributeType.EXTENDED_LENGTH)
                    .octet(type)
                    .octet(size >>> 8)
                    .octet(size);
        }
        return octet(flags).octet(type).octet(size);
    }

    BlockWriter octet(int value) {
        if (length == octets.length) {
            octets = Arrays.copyOf(octets, 2 * length);
        }
        octets[length++] = (byte) value;
        return this;
    }

    BlockWriter int32(int value) {
        return octet(value >>> 24).octet(value >>> 16).octet(value >>> 8).octet(value);
    }

    BlockWriter octets(byte[] values) {
        for (byte value : values) {
            octet(value);
        }
        return this;
    }

    byte[] toArray() {
        return Arrays.copyOf(octets, length);
    }
}
