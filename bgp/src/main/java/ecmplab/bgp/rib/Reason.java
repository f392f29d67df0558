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
    PEER_ADDRESS("lost: higher peer address"),
    AS_LOOP("ineligible: our AS is in the path"),
    NEXT_HOP_UNUSABLE("ineligible: the next hop cannot be used"),
    REJECTED_BY_POLICY("ineligible: rejected by import policy");

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
        return this != AS_LOOP && this != NEXT_HOP_UNUSABLE && this != REJECTED_BY_POLICY;
    }
}
