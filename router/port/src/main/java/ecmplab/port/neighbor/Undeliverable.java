package ecmplab.port.neighbor;

/** Takes over a packet whose next hop did not answer, to report it to its source (ICMP host or address unreachable) or not. */
@FunctionalInterface
public interface Undeliverable {
    /**
     * The packet has been counted as {@link NeighborDrop#UNRESOLVED}; the frame is the callee's to release.
     *
     * @param frame address of the Ethernet header, whose addresses are not set
     * @param nextHopHigh half of the next hop's address, an IPv4 one as IPv4-mapped
     */
    void accept(long frame, int length, long nextHopHigh, long nextHopLow);
}
