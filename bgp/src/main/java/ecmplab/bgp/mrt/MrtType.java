package ecmplab.bgp.mrt;

/** Codes of RFC 6396 sections 4 and RFC 8050, and the order of fields in them. */
final class MrtType {
    static final int TABLE_DUMP_V2 = 13;
    static final int BGP4MP = 16;
    /** With microseconds in front of the body. */
    static final int BGP4MP_ET = 17;

    static final int PEER_INDEX_TABLE = 1;
    static final int RIB_IPV4_UNICAST = 2;
    static final int RIB_IPV6_UNICAST = 4;
    static final int RIB_IPV4_UNICAST_ADDPATH = 8;
    static final int RIB_IPV6_UNICAST_ADDPATH = 10;

    static final int STATE_CHANGE = 0;
    static final int MESSAGE = 1;
    static final int MESSAGE_AS4 = 4;
    static final int STATE_CHANGE_AS4 = 5;
    static final int MESSAGE_LOCAL = 6;
    static final int MESSAGE_AS4_LOCAL = 7;
    static final int MESSAGE_ADDPATH = 8;
    static final int MESSAGE_AS4_ADDPATH = 9;
    static final int MESSAGE_LOCAL_ADDPATH = 10;
    static final int MESSAGE_AS4_LOCAL_ADDPATH = 11;

    /** Flags of a peer in the index. */
    static final int PEER_IPV6 = 1;

    static final int PEER_AS4 = 2;

    static final int HEADER = 12;

    static int messageSubtype(boolean fourOctetAs, boolean addPath, boolean sent) {
        if (addPath) {
            return MESSAGE_ADDPATH + (fourOctetAs ? 1 : 0) + (sent ? 2 : 0);
        }
        if (sent) {
            return fourOctetAs ? MESSAGE_AS4_LOCAL : MESSAGE_LOCAL;
        }
        return fourOctetAs ? MESSAGE_AS4 : MESSAGE;
    }

    private MrtType() {}
}
