package ecmplab.bgp.rib;

/** Why a path is used or not (RFC 4271 section 9.1.2.2 in its order). {@link #text} says it to a person. */
public enum Reason {
    BEST("best"),
    MULTIPATH("multipath: equal to the best"),
    LOCAL_ROUTE("lost: a route of our own is preferred"),
    LOCAL_PREF("lost: lower local preference"),
    AS_PATH_LENGTH("lost: longer AS path"),
    ORIGIN("lost: worse origin"),
    MED("lost: higher MED from the same neighbouring AS"),
    EBGP_OVER_IBGP("lost: a path from another AS is preferred"),
    ROUTER_ID("lost: higher router id"),
    CLUSTER_LIST_LENGTH("lost: reflected through more clusters"),
    PEER_ADDRESS("lost: higher peer address"),
    PATH_ID("lost: higher path id of the same peer"),
    AS_LOOP("ineligible: our AS is in the path"),
    ORIGINATOR_LOOP("ineligible: ORIGINATOR_ID is our router id"),
    CLUSTER_LOOP("ineligible: our cluster id is in CLUSTER_LIST"),
    FIRST_AS("ineligible: the path does not begin with the peer's AS"),
    ROUTE_LEAK("ineligible: ONLY_TO_CUSTOMER says it was leaked"),
    NEXT_HOP_UNUSABLE("ineligible: the next hop cannot be used"),
    REJECTED_BY_POLICY("ineligible: rejected by import policy");

    private static final Reason[] VALUES = values();
    private static final int TERM_BITS = 8;

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** Whether packets are sent this way. */
    public boolean isUsed() {
        return this == BEST || this == MULTIPATH;
    }

    /** Whether the path took part in the decision. */
    public boolean isValid() {
        return compareTo(AS_LOOP) < 0;
    }

    /** This reason with the index of a policy's term (-1 for none), below zero: what stands for a route that import has not let in. */
    int code(int term) {
        return -(ordinal() << TERM_BITS | term + 1);
    }

    static Reason ofCode(int code) {
        return VALUES[-code >>> TERM_BITS];
    }

    static int termOfCode(int code) {
        return (-code & (1 << TERM_BITS) - 1) - 1;
    }
}
