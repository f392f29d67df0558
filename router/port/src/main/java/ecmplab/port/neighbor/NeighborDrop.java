package ecmplab.port.neighbor;

/** Why a {@link NeighborCache} dropped a packet. */
public enum NeighborDrop {
    /** The oldest of the packets that waited for one address, for a newer one. */
    WAITING_FULL,
    /** The next hop did not answer. */
    UNRESOLVED,
    /** No room for another unresolved address. */
    TABLE_FULL
}
