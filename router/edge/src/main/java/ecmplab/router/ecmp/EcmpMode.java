package ecmplab.router.ecmp;

import java.util.Locale;

/** How the hash of a flow picks a member of its group. The share of flows that move is that of the death of one of four. */
public enum EcmpMode {
    /** The hash modulo the number of members: 75 % move. */
    MODULO,
    /** The hash space cut into one region a member (RFC 2992): 33 to 50 % move, by the position of the dead one. */
    HASH_THRESHOLD,
    /** Buckets that stay where they are unless their member leaves: the dead member's 25 % move, and nothing on its return. */
    RESILIENT;

    /** Name for people, such as {@code hash-threshold}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
