package ecmplab.router.forward;

/** What the forwarding thread notices. Called on it: must neither block nor take long. */
public interface ForwardingEvents {
    /** A next hop got its first packet because of a change of its group. */
    void firstPacket(int destination, int group, RouterInterface via, int nextHop, long nowNanos);

    /** A neighbour that did not answer cost a packet, for the first time since it last answered. */
    void neighborFailed(RouterInterface via, int address, long nowNanos);

    /** A neighbour has answered that was not known, or had another address. */
    void neighborResolved(RouterInterface via, int address, long mac, long nowNanos);
}
