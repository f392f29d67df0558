package ecmplab.bgp.rib;

/** Which routes of a peer are asked for. */
public enum Selection {
    /** All, as received. */
    RECEIVED,
    /** Those that import let in, as it left them. */
    ACCEPTED,
    /** Those that import did not let in, as received. */
    REJECTED
}
