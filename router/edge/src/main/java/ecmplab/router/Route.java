package ecmplab.router;

import java.time.Instant;

/**
 * A route to a prefix from one source.
 *
 * @param since when it got these next hops
 */
record Route(RouteProtocol protocol, NextHopSet nextHops, Instant since) {
    /** Whether packets can go this way: by a next hop, to the kernel, or into a black hole. */
    boolean usable() {
        return switch (protocol) {
            case LOCAL, BROADCAST -> true;
            case CONNECTED, BGP -> !nextHops.members().isEmpty();
            case STATIC -> nextHops.vias().isEmpty() || !nextHops.members().isEmpty();
        };
    }
}
