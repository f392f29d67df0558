package ecmplab.router.forward;

/** What of a packet decides its member of a next-hop group, with the seed. What has no ports is hashed without them. */
public enum HashPolicy {
    /** Source and destination address. */
    ADDRESSES("2-tuple"),
    /** Addresses and protocol. */
    PROTOCOL("3-tuple"),
    /** Addresses, protocol and ports. */
    PORTS("5-tuple"),
    /** IPv6 addresses and flow label where there is one (RFC 6438); else {@link #PORTS}. */
    FLOW_LABEL("flow-label"),
    /** Of VXLAN, the {@link #PORTS} of the packet inside; of anything else its own. */
    INNER("inner");

    private final String label;

    HashPolicy(String label) {
        this.label = label;
    }

    /** Name for people, such as {@code 5-tuple}. */
    public String label() {
        return label;
    }
}
