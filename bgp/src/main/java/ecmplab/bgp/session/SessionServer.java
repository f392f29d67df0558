package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * The sessions of one speaker: its event loop, its listening sockets, and its neighbours. Inbound connections go to the neighbour by
 * source address; from an unknown source they are closed and counted. Any thread may call.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of a close; nobody has a use for its result
public final class SessionServer implements AutoCloseable {
    private static final int BACKLOG = 128;
    /** Longer than the time that a peer has to read our last NOTIFICATION. */
    private static final long CLOSE_MILLIS = 1500;

    private final Transport transport;
    private final EventLoopGroup group;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<InetAddress, ConnectedNeighbor> neighbors = new ConcurrentHashMap<>();
    private final List<Listening> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder refused = new LongAdder();

    /** A listening socket, for addresses of one version of IP. */
    private record Listening(ServerChannel channel, boolean v4) {}

    private SessionServer(Transport transport, InstantSource clock, RandomGenerator random) {
        this.transport = transport;
        this.clock = clock;
        this.random = random;
        this.group = transport.newGroup(1);
    }

    /** With the best transport that the machine has. */
    public static SessionServer open() {
        return open(Transport.available(), InstantSource.system(), RandomGenerator.getDefault());
    }

    /**
     * @param clock for times in snapshots
     * @param random for the jitter of timers
     */
    public static SessionServer open(Transport transport, InstantSource clock, RandomGenerator random) {
        return new SessionServer(transport, clock, random);
    }

    /**
     * A stopped neighbour; the listener is told of it from {@link Neighbor#start} on.
     *
     * @throws IllegalArgumentException when there is a neighbour of that address
     * @throws UnsupportedOperationException when it has a password and the transport no MD5
     */
    public synchronized Neighbor add(SessionConfig config, SessionListener listener) {
        transport.check(config);
        var neighbor =
                new ConnectedNeighbor(config, listener, transport, group.next(), clock, random, this::keysChanged);
        if (neighbors.putIfAbsent(config.remoteAddress(), neighbor) != null) {
            throw new IllegalArgumentException(
                    "there is a neighbour " + config.remoteAddress().getHostAddress() + " already");
        }
        if (config.transport().md5Password() != null) {
            keysChanged();
        }
        return neighbor;
    }

    private void keysChanged() {
        synchronized (listeners) {
            listeners.forEach(this::setKeys);
        }
    }

    /** Ends the neighbour's session with Cease/3 and forgets it. */
    public synchronized void remove(Neighbor neighbor) {
        var config = neighbor.config();
        if (neighbor instanceof ConnectedNeighbor ours && neighbors.remove(config.remoteAddress(), ours)) {
            ours.end(Notification.cease(Notification.CEASE_PEER_DECONFIGURED));
            if (config.transport().md5Password() != null) {
                keysChanged();
            }
        }
    }

    /**
     * Listens for neighbours.
     *
     * @param address port 0 for any free one; several calls listen on several addresses
     * @return the address bound
     * @throws UncheckedIOException when it cannot be bound
     */
    public synchronized InetSocketAddress listen(InetSocketAddress address) {
        var listener = transport.newListener(address.getAddress());
        listener.config().setOption(ChannelOption.SO_REUSEADDR, true);
        listener.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        listener.pipeline().addLast(new Acceptor());
        group.register(listener).syncUninterruptibly();
        var listening = new Listening(listener, address.getAddress() instanceof Inet4Address);
        setKeys(listening);
        var bound = listener.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            listener.close();
            var cause = bound.cause();
            throw new UncheckedIOException(
                    new IOException("cannot listen on " + address + ": " + cause.getMessage(), cause));
        }
        listeners.add(listening);
        return (InetSocketAddress) listener.localAddress();
    }

    private void setKeys(Listening listening) {
        var keys = new HashMap<InetAddress, byte[]>();
        for (var neighbor : neighbors.values()) {
            var password = neighbor.config().transport().md5Password();
            var address = neighbor.config().remoteAddress();
            if (password != null && (address instanceof Inet4Address) == listening.v4()) {
                keys.put(address, password.getBytes(StandardCharsets.UTF_8));
            }
        }
        transport.setKeys(listening.channel(), keys);
    }

    /** Connections closed at once because no neighbour has their source address. */
    public long refusedConnections() {
        return refused.sum();
    }

    /** Ends all sessions with Cease/2, waits until the NOTIFICATIONs are out (about a second at most), and ends the event loop. */
    @Override
    public synchronized void close() {
        listeners.forEach(listening -> listening.channel().close());
        var farewell = Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN);
        if (!group.isShuttingDown()) {
            var ends = neighbors.values().stream()
                    .map(neighbor -> neighbor.end(farewell))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(ends)
                    .completeOnTimeout(null, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
        }
        neighbors.clear();
        group.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }

    /** Hands accepted sockets to their neighbours. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var channel = (SocketChannel) message;
            var source = channel.remoteAddress();
            var neighbor = source == null ? null : neighbors.get(source.getAddress());
            if (neighbor == null) {
                refused.increment();
                channel.unsafe().closeForcibly();
            } else {
                neighbor.accept(channel);
            }
        }
    }
}
