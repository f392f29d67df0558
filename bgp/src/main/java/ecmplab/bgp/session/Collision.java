package ecmplab.bgp.session;

import org.jspecify.annotations.Nullable;

/**
 * Two connections with one peer: which of them is kept (RFC 4271 section 6.8, RFC 6286 section 2.3). Both sides come to the same answer,
 * so that they never close one each: it is the connection that the side with the higher identifier has dialled, but only once OPENs
 * were received on both, because the peer may never have seen the other one.
 */
final class Collision {
    /** Whether the connection is kept when it collides; {@code negotiated} from either of the two. */
    static boolean isKept(Link link, Negotiated negotiated) {
        return link.initiatedByUs == oursIsHigher(negotiated);
    }

    /** The higher identifier, or with a tie, which only different ASes may have, the higher AS. */
    private static boolean oursIsHigher(Negotiated negotiated) {
        int order = negotiated.localRouterId().compareTo(negotiated.peerRouterId());
        return order != 0 ? order > 0 : negotiated.localAsn().compareTo(negotiated.peerAsn()) > 0;
    }

    /**
     * Whether the session on a confirmed connection must wait: the peer has our OPEN on the other connection too, or will, and closes this
     * one when it has sent its own there. It ends with that OPEN, with the end of either, with the peer's next KEEPALIVE or an UPDATE,
     * or after a keepalive time.
     */
    static boolean awaits(Link confirmed, @Nullable Link other, Negotiated negotiated) {
        return other != null
                && other.state == State.OPEN_SENT
                && !isKept(confirmed, negotiated)
                && !negotiated.keepalive().isZero();
    }

    private Collision() {}
}
