package ecmplab.bgp.rib;

/** Where a path comes from, or goes to. */
public enum PeerKind {
    /** Originated here. */
    LOCAL,
    /** A peer of another AS. */
    EBGP,
    /** A peer of our AS. */
    IBGP
}
