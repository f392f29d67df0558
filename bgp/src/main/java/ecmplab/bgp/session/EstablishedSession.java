package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;

/** The session on an established connection. */
final class EstablishedSession implements Session {
    private final ConnectedNeighbor neighbor;
    private final Connection connection;
    private final Negotiated negotiated;

    EstablishedSession(ConnectedNeighbor neighbor, Connection connection, Negotiated negotiated) {
        this.neighbor = neighbor;
        this.connection = connection;
        this.negotiated = negotiated;
    }

    @Override
    public Neighbor neighbor() {
        return neighbor;
    }

    @Override
    public Negotiated negotiated() {
        return negotiated;
    }

    @Override
    public boolean send(ByteBuf messages) {
        return connection.outbound().accept(messages);
    }

    @Override
    public boolean isWritable() {
        return connection.outbound().isWritable();
    }

    @Override
    public long pendingOctets() {
        return connection.outbound().pendingOctets();
    }

    SocketChannel channel() {
        return connection.channel();
    }

    MessageTap.Ends ends() {
        return connection.ends();
    }

    boolean uses(Outbound outbound) {
        return connection.outbound() == outbound;
    }

    boolean isReadingPaused() {
        return connection.isReadingPaused();
    }

    @Override
    public void resumeReading() {
        channel().eventLoop().execute(connection::resumeReading);
    }

    @Override
    public void reset(Notification notification) {
        reset(notification, Duration.ZERO);
    }

    @Override
    public void reset(Notification notification, Duration holdDown) {
        channel().eventLoop().execute(() -> {
            if (!connection.isDone()) {
                neighbor.step(new Event.Reset(notification, holdDown));
            }
        });
    }

    @Override
    public String toString() {
        return "session with " + negotiated.remote().getAddress().getHostAddress() + " AS " + negotiated.peerAsn();
    }
}
