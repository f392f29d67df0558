package ecmplab.bgp.session;

import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * Sees whatever crosses the sessions of a {@link SessionServer} as octets, on its event loop: for recordings (RFC 6396) and monitoring
 * (RFC 7854). No method may block, and a buffer is readable during the call only.
 */
public interface MessageTap {
    /** A connection with a neighbour, before it is Established and after. */
    record Ends(Neighbor neighbor, InetSocketAddress local, InetSocketAddress remote) {}

    enum Direction {
        RECEIVED,
        SENT
    }

    /** A whole message with its header, well framed, before it is decoded or as it goes to the socket. */
    default void message(Ends ends, Direction direction, ByteBuf message) {}

    /**
     * The session is up. Comes before the first UPDATE of either direction, and for each session that is up already when the tap is
     * put on.
     *
     * @param sentOpen whole OPEN message
     * @param receivedOpen whole OPEN message
     */
    default void established(Ends ends, Negotiated negotiated, Octets sentOpen, Octets receivedOpen) {}

    /** The session that was established on these ends is over. */
    default void closed(Ends ends, Negotiated negotiated, CloseReason reason) {}

    default void stateChanged(Neighbor neighbor, State from, State to) {}
}
