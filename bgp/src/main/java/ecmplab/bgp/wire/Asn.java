package ecmplab.bgp.wire;

/** Autonomous system number, four octets (RFC 6793). */
public record Asn(int bits) implements Comparable<Asn> {
    /** Stands for a four-octet number towards a peer that knows only two (RFC 6793 section 9). */
    public static final Asn TRANS = Asn.of(23_456);

    /** @throws IllegalArgumentException when {@code value} does not fit 32 bits */
    public static Asn of(long value) {
        if (value < 0 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("AS number " + value + ": must be 0 to 4294967295");
        }
        return new Asn((int) value);
    }

    public long value() {
        return Integer.toUnsignedLong(bits);
    }

    public boolean fitsTwoOctets() {
        return value() <= 0xFFFF;
    }

    @Override
    public int compareTo(Asn other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return Integer.toUnsignedString(bits);
    }
}
