package ecmplab.bgp.wire;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address prefix. The bits are left-aligned in {@code high} then {@code low} (an IPv4 prefix uses the top 32 of
 * {@code high}), and all bits beyond {@code length} are zero, so equal prefixes are equal records.
 */
public record Prefix(AddressFamily family, long high, long low, int length) implements Comparable<Prefix> {
    /** Lower half of ::ffff:0:0/96, the IPv4-mapped addresses. */
    private static final long MAPPED = 0xFFFFL << 32;

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
            var literal = slash < 0 ? text : text.substring(0, slash);
            var address = InetAddress.ofLiteral(literal);
            boolean v6 = literal.indexOf(':') >= 0;
            int length = slash < 0 ? (v6 ? 128 : 32) : Integer.parseInt(text.substring(slash + 1));
            if (!v6 && literal.chars().filter(c -> c == '.').count() != 3) {
                throw new IllegalArgumentException("fewer than four octets"); // the JDK reads 10.1 as 10.0.0.1
            }
            if (v6 && address instanceof Inet4Address mapped) {
                // The JDK reads ::ffff:192.0.2.1 as an IPv4 address; a prefix stays in the family it was written in.
                return v6(0, MAPPED | bits(mapped.getAddress(), 0, 4), length);
            }
            return of(address, length);
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
            return family == AddressFamily.IPV4_UNICAST
                    ? InetAddress.getByAddress(octets)
                    : Inet6Address.getByAddress(null, octets, -1);
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

    /** Such as {@code 203.0.113.0/24} or {@code 2001:db8::/32} (RFC 5952). */
    @Override
    public String toString() {
        if (family == AddressFamily.IPV4_UNICAST) {
            return (high >>> 56) + "." + (high >>> 48 & 0xFF) + "." + (high >>> 40 & 0xFF) + "." + (high >>> 32 & 0xFF)
                    + "/" + length;
        }
        return v6Text(high, low) + "/" + length;
    }

    /** RFC 5952 section 4: lower case, no leading zeros, the first of the longest runs of two or more zero groups as "::". */
    private static String v6Text(long high, long low) {
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && group(high, low, end) == 0) {
                end++;
            }
            if (end - i > runLength) {
                runStart = i;
                runLength = end - i;
            }
            i = Math.max(i, end - 1);
        }
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(high, low, i)));
        }
        return text.toString();
    }

    private static int group(long high, long low, int index) {
        return (int) ((index < 4 ? high : low) >>> (48 - 16 * (index & 3))) & 0xFFFF;
    }

    private static long bits(byte[] octets, int from, int count) {
        long bits = 0;
        for (int i = from; i < from + count; i++) {
            bits = bits << 8 | (octets[i] & 0xFF);
        }
        return bits;
    }
}
