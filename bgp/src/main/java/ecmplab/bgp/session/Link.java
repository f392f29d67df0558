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
    /** Keepalives sent since it was established. */
    int keepalives;

    Link(int number, boolean initiatedByUs, InetSocketAddress local, InetSocketAddress remote) {
        this.number = number;
        this.initiatedByUs = initiatedByUs;
        this.local = local;
        this.remote = remote;
    }

    boolean isEstablished() {
        return state == State.ESTABLISHED;
    }

    /** Whether the session on it survives a restart of the peer, and has been up for long enough that another connection means one. */
    boolean mayBeRestarted() {
        var agreed = negotiated;
        return isEstablished()
                && agreed != null
                && agreed.peerRestart() != null
                && !agreed.peerRestart().families().isEmpty()
                && (keepalives > 0 || agreed.keepalive().isZero());
    }

    /** Whether a NOTIFICATION of ours must say when it is meant to end all, routes included (RFC 8538 section 3). */
    boolean tellsHardResets() {
        var agreed = negotiated;
        return isEstablished()
                && agreed != null
                && agreed.peerRestart() != null
                && agreed.peerRestart().notifications()
                && !agreed.peerRestart().families().isEmpty();
    }
}
