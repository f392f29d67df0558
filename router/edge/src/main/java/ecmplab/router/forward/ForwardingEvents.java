package ecmplab.router.forward;

/** What the forwarding thread notices; IPv4 addresses as IPv4-mapped ones. Called on it: must neither block nor take long. */
public interface ForwardingEvents {
    /** A next hop got its first packet because of a change of its group. */
    void firstPacket(
            long destinationHigh, long destinationLow, int group, RouterInterface via, NextHop nextHop, long nowNanos);

    /** A neighbour that did not answer cost a packet, for the first time since it last answered. */
    void neighborFailed(RouterInterface via, long high, long low, long nowNanos);

    /** A neighbour has answered that was not known, or had another address. */
    void neighborResolved(RouterInterface via, long high, long low, long mac, long nowNanos);
}
