package ecmplab.bgp.attribute;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** An attribute's value while it is read. */
final class AttributeValue {
    private final int type;
    final byte[] octets;
    final int from;
    final int length;

    AttributeValue(int type, byte[] octets, int from, int length) {
        this.type = type;
        this.octets = octets;
        this.from = from;
        this.length = length;
    }

    AttributeValue of(int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(
                    AttributeType.name(type) + " of " + length + " octets: must be " + expected);
        }
        return this;
    }

    int intAt(int at) {
        int i = from + at;
        return octets[i] << 24 | (octets[i + 1] & 0xFF) << 16 | (octets[i + 2] & 0xFF) << 8 | (octets[i + 3] & 0xFF);
    }

    <T> List<T> each(int size, IntFunction<T> element) {
        if (length % size != 0) {
            throw new IllegalArgumentException(
                    AttributeType.name(type) + " of " + length + " octets: must be a multiple of " + size);
        }
        var elements = new ArrayList<T>(length / size);
        for (int at = 0; at < length; at += size) {
            elements.add(element.apply(at));
        }
        return elements;
    }

    InetAddress address(int at, int size) {
        var address = Arrays.copyOfRange(octets, from + at, from + at + size);
        try {
            // Not InetAddress.getByAddress, which makes an IPv4 address of an IPv4-mapped one.
            return size == 16 ? Inet6Address.getByAddress(null, address, -1) : InetAddress.getByAddress(address);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException("next hop of " + length + " octets: must be 4, 16 or 32", wrongLength);
        }
    }
}
