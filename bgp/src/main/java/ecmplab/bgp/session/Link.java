package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One TCP connection as the {@link StateMachine} sees it; held back while its state is CONNECT. The machine owns it. */
final class Link {
    final int number;
    final boolean initiatedByUs;
    final InetSocketAddress local;
    final InetSocketAddress remote;
    State state = State.CONNECT;
    /** An OPEN that came while the connection was held back. */
    @Nullable
    Open early;
    /** From OPEN_CONFIRM on. */
    @Nullable
    Negotiated negotiated;
    /** Whether the peer has confirmed our OPEN with a KEEPALIVE. */
    boolean confirmed;

    int keepalives;

    Link(int number, boolean initiatedByUs, InetSocketAddress local, InetSocketAddress remote) {
        this.number = number;
        this.initiatedByUs = initiatedByUs;
        this.local = local;
        this.remote = remote;
    }
}
