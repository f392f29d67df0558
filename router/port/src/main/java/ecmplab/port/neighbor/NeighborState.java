package ecmplab.port.neighbor;

/** How much is known about a neighbour; the names and their meaning are those of RFC 4861 section 7.3.2. */
public enum NeighborState {
    /** Asked for by broadcast, no answer yet: packets wait. */
    INCOMPLETE,
    /** Confirmed lately. */
    REACHABLE,
    /** Confirmed some time ago: used as it is, and asked for at the next use. */
    STALE,
    /** Used as it is while it is being asked to confirm, by unicast. */
    PROBE,
    /** Did not answer: packets to it are undeliverable for a while. */
    FAILED
}
