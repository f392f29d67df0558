package ecmplab.bgp.conformance;

import java.util.Locale;

/** What kind of peer a case is, and so what it says in its OPEN and how the subject is configured for its address. */
enum Profile {
    EBGP(Pool.EBGP, "01 04 00010001  01 04 00020001  0200  4600  4104 0000FDEA"),
    IBGP(Pool.IBGP, "01 04 00010001  01 04 00020001  0200  4600  4104 0000FDE9"),
    /** Does not know AS numbers of four octets. */
    OLD_EBGP(Pool.EBGP, "0104 00010001  0200"),
    OLD_IBGP(Pool.IBGP, "0104 00010001  0200"),
    /** Knows messages of 65535 octets (RFC 8654). */
    LONG_EBGP(Pool.EBGP, "0104 00010001  0200  0600  4104 0000FDEA"),
    /** Sends and receives several paths of IPv4 prefixes (RFC 7911). */
    ADD_PATH(Pool.ADD_PATH, "01 04 00010001  01 04 00020001  0200  4104 0000FDEA  4504 00010103"),
    /** Offers no capability at all. */
    BARE(Pool.EBGP, "");

    /** Addresses that the subject knows one kind of neighbour at. */
    enum Pool {
        EBGP(1, 65_002),
        IBGP(2, 65_001),
        ADD_PATH(3, 65_002),
        /** The subject's role is provider, ours customer (RFC 9234). */
        CUSTOMER(4, 65_002),
        OBSERVER(9, 65_009);

        /** The addresses are 127.NET.0.0/16. */
        final int net;

        final int asn;

        Pool(int net, int asn) {
            this.net = net;
            this.asn = asn;
        }

        boolean isEbgp() {
            return asn != SubjectSpeaker.ASN;
        }
    }

    final Pool pool;
    /** Hex of the capabilities, all to go into one parameter. */
    final String capabilities;

    Profile(Pool pool, String capabilities) {
        this.pool = pool;
        this.capabilities = capabilities;
    }

    boolean fourOctetAs() {
        return capabilities.contains("4104");
    }

    /** The text of the OPEN, with hold time 0 so that no timer runs. */
    String open() {
        return "OPEN 04 %04X 0000 $ID [ %s ]"
                .formatted(pool.asn, capabilities.isEmpty() ? "" : "02 [ " + capabilities + " ]");
    }

    /** The AS_PATH attribute that ends in {@code last}, as this peer writes it. */
    String path(int last) {
        var format = fourOctetAs() ? "%08X " : "%04X ";
        var first = pool.isEbgp() ? format.formatted(pool.asn) : "";
        return "40 02 [ 02 " + (pool.isEbgp() ? "02 " : "01 ") + first + format.formatted(last) + "]";
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
