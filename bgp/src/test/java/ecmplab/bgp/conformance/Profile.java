package ecmplab.bgp.conformance;

import ecmplab.bgp.capability.Role;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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
    /** Would send several paths of IPv4 prefixes, and wants one. */
    ADD_PATH_SENDER(Pool.ADD_PATH, "01 04 00010001  0200  4104 0000FDEA  4504 00010102"),
    /** Wants several paths of IPv4 prefixes, and sends one. */
    ADD_PATH_RECEIVER(Pool.ADD_PATH, "01 04 00010001  0200  4104 0000FDEA  4504 00010101"),
    /** The subject's customer, and says so (RFC 9234). */
    CUSTOMER(Pool.CUSTOMER, "01 04 00010001  0200  4104 0000FDEA  0901 03"),
    PROVIDER(Pool.PROVIDER, "01 04 00010001  0200  4104 0000FDEA  0901 00"),
    LATERAL_PEER(Pool.LATERAL_PEER, "01 04 00010001  0200  4104 0000FDEA  0901 04"),
    STRICT_CUSTOMER(Pool.STRICT_CUSTOMER, "01 04 00010001  0200  4104 0000FDEA  0901 03"),
    /** Its packets arrive with TTL 64, which is the least that the subject takes (RFC 5082). */
    GTSM_NEAR(Pool.GTSM_NEAR, "01 04 00010001  0200  4104 0000FDEA"),
    /** Its packets arrive with TTL 64, one less than what the subject takes. */
    GTSM_FAR(Pool.GTSM_FAR, "01 04 00010001  0200  4104 0000FDEA"),
    /** Offers no capability at all. */
    BARE(Pool.EBGP, "");

    /** Addresses that the subject knows one kind of neighbour at. */
    enum Pool {
        EBGP(1, 65_002),
        IBGP(2, 65_001),
        ADD_PATH(3, 65_002),
        /** The subject's role is provider, ours customer (RFC 9234). */
        CUSTOMER(4, 65_002),
        PROVIDER(5, 65_002),
        /** Both are peers in the sense of RFC 9234. */
        LATERAL_PEER(6, 65_002),
        /** The subject is a provider and insists on being told a role. */
        STRICT_CUSTOMER(7, 65_002),
        /** The subject's TTL security takes neighbours 192 hops away, so a TTL of 64, which is Linux's own. */
        GTSM_NEAR(10, 65_002),
        /** As far as 191 hops away. */
        GTSM_FAR(11, 65_002),
        OBSERVER(9, 65_009);

        /** The addresses are 127.NET.0.0/16. */
        final int net;

        final int asn;

        Pool(int net, int asn) {
            this.net = net;
            this.asn = asn;
        }

        /** What the subject is to these neighbours; null when nothing is configured. */
        @Nullable
        Role subjectRole() {
            return switch (this) {
                case CUSTOMER, STRICT_CUSTOMER -> Role.PROVIDER;
                case PROVIDER -> Role.CUSTOMER;
                case LATERAL_PEER -> Role.PEER;
                default -> null;
            };
        }

        /** How far away a neighbour may be under TTL security; 0 without. */
        int securedHops() {
            return this == GTSM_NEAR ? 192 : this == GTSM_FAR ? 191 : 0;
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

    /** Whether its IPv4 prefixes have path identifiers. */
    boolean sendsPathIds() {
        return this == ADD_PATH || this == ADD_PATH_SENDER;
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
