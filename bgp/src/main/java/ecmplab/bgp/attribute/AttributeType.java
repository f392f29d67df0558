package ecmplab.bgp.attribute;

/** Type codes of path attributes, and the flags in front of them (RFC 4271 section 4.3). */
public final class AttributeType {
    public static final int ORIGIN = 1;
    public static final int AS_PATH = 2;
    public static final int NEXT_HOP = 3;
    public static final int MULTI_EXIT_DISC = 4;
    public static final int LOCAL_PREF = 5;
    public static final int ATOMIC_AGGREGATE = 6;
    public static final int AGGREGATOR = 7;
    public static final int COMMUNITIES = 8;
    public static final int ORIGINATOR_ID = 9;
    public static final int CLUSTER_LIST = 10;
    public static final int MP_REACH_NLRI = 14;
    public static final int MP_UNREACH_NLRI = 15;
    public static final int EXTENDED_COMMUNITIES = 16;
    public static final int AS4_PATH = 17;
    public static final int AS4_AGGREGATOR = 18;
    public static final int IPV6_EXTENDED_COMMUNITIES = 25;
    public static final int AIGP = 26;
    public static final int LARGE_COMMUNITIES = 32;
    public static final int ONLY_TO_CUSTOMER = 35;

    /** Stands for an AS number that does not fit (RFC 6793). */
    static final int AS_TRANS = 23_456;

    /** Bits of the flags. */
    public static final int OPTIONAL = 0x80;

    public static final int TRANSITIVE = 0x40;
    public static final int PARTIAL = 0x20;
    public static final int EXTENDED_LENGTH = 0x10;

    /** The Optional and Transitive bits that an attribute must have; -1 for a type that we do not know. */
    static int flags(int type) {
        return switch (type) {
            case ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF, ATOMIC_AGGREGATE -> TRANSITIVE;
            case MULTI_EXIT_DISC, ORIGINATOR_ID, CLUSTER_LIST, MP_REACH_NLRI, MP_UNREACH_NLRI, AIGP -> OPTIONAL;
            case AGGREGATOR,
                    COMMUNITIES,
                    EXTENDED_COMMUNITIES,
                    IPV6_EXTENDED_COMMUNITIES,
                    AS4_PATH,
                    AS4_AGGREGATOR,
                    LARGE_COMMUNITIES,
                    ONLY_TO_CUSTOMER -> OPTIONAL | TRANSITIVE;
            default -> -1;
        };
    }

    /** Whether we read attributes of the type. */
    public static boolean isKnown(int type) {
        return flags(type) >= 0;
    }

    /** The Optional and Transitive bits that an attribute of a known type has. */
    public static int usualFlags(int type) {
        int flags = flags(type);
        if (flags < 0) {
            throw new IllegalArgumentException(name(type) + " is not known");
        }
        return flags;
    }

    /** The name in the RFCs, or {@code attribute N}. */
    public static String name(int type) {
        return switch (type) {
            case ORIGIN -> "ORIGIN";
            case AS_PATH -> "AS_PATH";
            case NEXT_HOP -> "NEXT_HOP";
            case MULTI_EXIT_DISC -> "MULTI_EXIT_DISC";
            case LOCAL_PREF -> "LOCAL_PREF";
            case ATOMIC_AGGREGATE -> "ATOMIC_AGGREGATE";
            case AGGREGATOR -> "AGGREGATOR";
            case COMMUNITIES -> "COMMUNITIES";
            case ORIGINATOR_ID -> "ORIGINATOR_ID";
            case CLUSTER_LIST -> "CLUSTER_LIST";
            case MP_REACH_NLRI -> "MP_REACH_NLRI";
            case MP_UNREACH_NLRI -> "MP_UNREACH_NLRI";
            case EXTENDED_COMMUNITIES -> "EXTENDED_COMMUNITIES";
            case AS4_PATH -> "AS4_PATH";
            case AS4_AGGREGATOR -> "AS4_AGGREGATOR";
            case IPV6_EXTENDED_COMMUNITIES -> "IPV6_EXTENDED_COMMUNITIES";
            case AIGP -> "AIGP";
            case LARGE_COMMUNITIES -> "LARGE_COMMUNITIES";
            case ONLY_TO_CUSTOMER -> "ONLY_TO_CUSTOMER";
            default -> "attribute " + type;
        };
    }

    private AttributeType() {}
}
