package ecmplab.bgp.wire;

/** Address families this speaker carries routes of (AFI and SAFI, RFC 4760). */
public enum AddressFamily {
    IPV4_UNICAST(1, 1, 32),
    IPV6_UNICAST(2, 1, 128);

    private final int afi;
    private final int safi;
    private final int bits;

    AddressFamily(int afi, int safi, int bits) {
        this.afi = afi;
        this.safi = safi;
        this.bits = bits;
    }

    public int afi() {
        return afi;
    }

    public int safi() {
        return safi;
    }

    /** Bits of an address: 32 or 128. */
    public int bits() {
        return bits;
    }
}
