package ecmplab.bgp.session;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Makes connections to a neighbour, one at a time, on its event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // of a close; nobody has a use for its result
final class Dialler {
    private final Transport transport;
    private final EventLoop loop;
    private final ConnectedNeighbor neighbor;
    private @Nullable SocketChannel dialling;

    Dialler(Transport transport, EventLoop loop, ConnectedNeighbor neighbor) {
        this.transport = transport;
        this.loop = loop;
        this.neighbor = neighbor;
    }

    /** Ends in {@link ConnectedNeighbor#dialled} or {@link Event.DialFailed}. */
    void dial(SessionConfig config) {
        SocketChannel channel;
        try {
            channel = transport.newConnector(config);
        } catch (ChannelException noDescriptor) {
            neighbor.step(new Event.DialFailed("no socket: " + noDescriptor.getMessage()));
            return;
        }
        dialling = channel;
        loop.register(channel);
        try {
            transport.configure(channel, config);
            transport.sign(channel, config);
        } catch (ChannelException noSuchOption) {
            channel.close();
            dialling = null;
            neighbor.step(new Event.DialFailed("socket option: " + noSuchOption.getMessage()));
            return;
        }
        var remote =
                new InetSocketAddress(config.remoteAddress(), config.transport().port());
        var source = config.transport().localAddress();
        var local = source == null ? null : new InetSocketAddress(source, 0);
        channel.connect(remote, local).addListener((ChannelFuture result) -> connected(channel, result));
    }

    private void connected(SocketChannel channel, ChannelFuture result) {
        if (!channel.equals(dialling)) { // given up meanwhile
            channel.close();
            return;
        }
        dialling = null;
        if (result.isSuccess() && channel.isActive()) {
            neighbor.dialled(channel);
        } else {
            channel.close();
            var cause = result.cause();
            neighbor.step(
                    new Event.DialFailed(cause == null ? "closed by the peer" : String.valueOf(cause.getMessage())));
        }
    }

    /** No answer follows to what was dialled. */
    void abort() {
        var channel = dialling;
        dialling = null;
        if (channel != null) {
            channel.close();
        }
    }
}
