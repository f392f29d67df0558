package ecmplab.router.divergence;

import ecmplab.bgp.wire.Prefix;
import java.time.Instant;
import java.util.Locale;

/**
 * A route that packets do not take although the RIB has it, or take although it does not.
 *
 * @param detail what was found, for people
 */
public record Divergence(Prefix prefix, Kind kind, String detail, Instant since) {
    public enum Kind {
        /** BGP has a route that cannot be used: no next hop that is reached, no room. */
        NOT_IN_FIB,
        /** The FIB has it, the kernel does not. */
        NOT_IN_KERNEL,
        /** The kernel's goes elsewhere. */
        OTHER_IN_KERNEL,
        /** The kernel prefers a route of somebody else's to the same prefix. */
        SHADOWED,
        /** The kernel refused the write. */
        REFUSED;

        /** For people and events, such as {@code not-in-kernel}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
