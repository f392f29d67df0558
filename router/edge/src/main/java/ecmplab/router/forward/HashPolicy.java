package ecmplab.router.forward;

import java.util.Locale;

/** What of a packet decides its member of a next-hop group, with the seed. What has no ports is hashed without them. */
public enum HashPolicy {
    /** Source and destination address. */
    TWO_TUPLE,
    /** Addresses and protocol. */
    THREE_TUPLE,
    /** Addresses, protocol and ports. */
    FIVE_TUPLE,
    /** IPv6 addresses and flow label where there is one (RFC 6438); else {@link #FIVE_TUPLE}. */
    FLOW_LABEL,
    /** Of VXLAN, the {@link #FIVE_TUPLE} of the packet inside; of anything else its own. */
    INNER;

    /** Name for people, such as {@code five-tuple}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
