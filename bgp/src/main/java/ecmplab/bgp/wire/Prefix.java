package ecmplab.bgp.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address prefix. The bits are left-aligned in {@code high} then {@code low} (an IPv4 prefix uses the top 32 of
 * {@code high}), and all bits beyond {@code length} are zero, so equal prefixes are equal records.
 */
public record Prefix(AddressFamily family, long high, long low, int length) implements Comparable<Prefix> {
    public Prefix {
        if (length < 0 || length > family.bits()) {
            throw new IllegalArgumentException("prefix length " + length + ": must be 0 to " + family.bits());
        }
        high &= length >= 64 ? -1L : length == 0 ? 0 : -1L << (64 - length);
        low &= length <= 64 ? 0 : -1L << (128 - length);
    }

    /** An IPv4 prefix; {@code address} in network order, host bits are cleared. */
    public static Prefix v4(int address, int length) {
        return new Prefix(AddressFamily.IPV4_UNICAST, (long) address << 32, 0, length);
    }

    /** An IPv6 prefix; host bits are cleared. */
    public static Prefix v6(long high, long low, int length) {
        return new Prefix(AddressFamily.IPV6_UNICAST, high, low, length);
    }

    /** The prefix of full length that is {@code address} alone. */
    public static Prefix host(InetAddress address) {
        return of(address, address.getAddress().length * 8);
    }

    /** @throws IllegalArgumentException when {@code length} is out of range; host bits are cleared */
    public static Prefix of(InetAddress address, int length) {
        var octets = address.getAddress();
        if (octets.length == 4) {
            return v4((int) bits(octets, 0, 4), length);
        }
        return v6(bits(octets, 0, 8), bits(octets, 8, 8), length);
    }

    /**
     * Reads {@code address/length}, or an address alone as a host prefix. No name is ever looked up.
     *
     * @throws IllegalArgumentException naming the text when it is neither
     */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        try {
            var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            return slash < 0 ? host(address) : of(address, Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("prefix '" + text + "': must be such as 203.0.113.10/32", wrong);
        }
    }

    /** The first address of the prefix. */
    public InetAddress address() {
        var octets = new byte[family.bits() / 8];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) ((i < 8 ? high : low) >>> (56 - 8 * (i & 7)));
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public boolean isHost() {
        return length == family.bits();
    }

    /** Whether {@code other} lies within this prefix (a prefix contains itself). */
    public boolean contains(Prefix other) {
        return family == other.family
                && length <= other.length
                && equals(new Prefix(family, other.high, other.low, length));
    }

    @Override
    public int compareTo(Prefix other) {
        int order = family.compareTo(other.family);
        order = order != 0 ? order : Long.compareUnsigned(high, other.high);
        order = order != 0 ? order : Long.compareUnsigned(low, other.low);
        return order != 0 ? order : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address().getHostAddress() + "/" + length;
    }

    private static long bits(byte[] octets, int from, int count) {
        long bits = 0;
        for (int i = from; i < from + count; i++) {
            bits = bits << 8 | (octets[i] & 0xFF);
        }
        return bits;
    }
}
