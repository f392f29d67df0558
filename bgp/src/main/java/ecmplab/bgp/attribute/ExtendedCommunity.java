package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;

/** An extended community (RFC 4360), eight octets: typed where we know the meaning, otherwise {@link Opaque}. */
public sealed interface ExtendedCommunity {
    /** Its eight octets as they stand on the wire. */
    long bits();

    static ExtendedCommunity of(long bits) {
        int type = (int) (bits >>> 56);
        int subtype = (int) (bits >>> 48) & 0xFF;
        boolean target = subtype == RouteTarget.SUBTYPE;
        boolean origin = subtype == RouteOriginator.SUBTYPE;
        int upper = (int) (bits >>> 32) & 0xFFFF;
        if (type == 0x00 && (target || origin)) {
            var admin = new Administrator.TwoOctetAs(new Asn(upper), (int) bits);
            return target ? new RouteTarget(admin) : new RouteOriginator(admin);
        }
        int wide = (int) (bits >>> 16);
        int number = (int) bits & 0xFFFF;
        if (type == 0x01 && (target || origin)) {
            var admin = new Administrator.Address(new RouterId(wide), number);
            return target ? new RouteTarget(admin) : new RouteOriginator(admin);
        }
        if (type == 0x02 && (target || origin)) {
            var admin = new Administrator.FourOctetAs(new Asn(wide), number);
            return target ? new RouteTarget(admin) : new RouteOriginator(admin);
        }
        if ((type & ~0x40) == 0x00 && subtype == LinkBandwidth.SUBTYPE) {
            return new LinkBandwidth((type & 0x40) == 0, new Asn(upper), (int) bits);
        }
        return new Opaque(bits);
    }

    /** Who numbers a route target or origin. */
    sealed interface Administrator {
        long bits();

        record TwoOctetAs(Asn asn, int number) implements Administrator {
            @Override
            public long bits() {
                return (long) (asn.bits() & 0xFFFF) << 32 | Integer.toUnsignedLong(number);
            }
        }

        record Address(RouterId address, int number) implements Administrator {
            @Override
            public long bits() {
                return 0x01L << 56 | Integer.toUnsignedLong(address.bits()) << 16 | (number & 0xFFFF);
            }
        }

        record FourOctetAs(Asn asn, int number) implements Administrator {
            @Override
            public long bits() {
                return 0x02L << 56 | Integer.toUnsignedLong(asn.bits()) << 16 | (number & 0xFFFF);
            }
        }
    }

    /** RFC 4360 section 4. */
    record RouteTarget(Administrator administrator) implements ExtendedCommunity {
        static final int SUBTYPE = 0x02;

        @Override
        public long bits() {
            return administrator.bits() | (long) SUBTYPE << 48;
        }
    }

    /** RFC 4360 section 5, also called site of origin. */
    record RouteOriginator(Administrator administrator) implements ExtendedCommunity {
        static final int SUBTYPE = 0x03;

        @Override
        public long bits() {
            return administrator.bits() | (long) SUBTYPE << 48;
        }
    }

    /**
     * Bandwidth of the link, for weights (draft-ietf-idr-link-bandwidth).
     *
     * @param floatBits octets a second as the bits of an IEEE 754 single, so that every received value survives
     */
    record LinkBandwidth(boolean transitive, Asn asn, int floatBits) implements ExtendedCommunity {
        static final int SUBTYPE = 0x04;

        public float octetsPerSecond() {
            return Float.intBitsToFloat(floatBits);
        }

        @Override
        public long bits() {
            return (transitive ? 0L : 0x40L << 56)
                    | (long) SUBTYPE << 48
                    | (long) (asn.bits() & 0xFFFF) << 32
                    | Integer.toUnsignedLong(floatBits);
        }
    }

    record Opaque(long bits) implements ExtendedCommunity {}
}
