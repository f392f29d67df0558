package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one speaker: its event loop, its listening sockets, and its neighbours. Inbound connections go to the neighbour by
 * source address; from an unknown source they are closed and counted. Any thread may call.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of a close; nobody has a use for its result
public final class SessionServer implements AutoCloseable {
    /** Longer than the time that a peer has to read our last NOTIFICATION. */
    private static final long CLOSE_MILLIS = 1500;

    private final Transport transport;
    private final EventLoopGroup group;
    /** The one thread of the group. */
    private final EventLoop loop;

    private final Taps taps = new Taps();
    private final Surroundings around;
    private final Map<Source, ConnectedNeighbor> neighbors = new ConcurrentHashMap<>();
    private final Map<Prefix, GuestRange> ranges = new ConcurrentHashMap<>();
    private final Listeners listeners;
    private final LongAdder refused = new LongAdder();

    /** Who a connection comes from. Link-local addresses are equal whatever their interface is, so that is told apart here. */
    private record Source(InetAddress address, int scope) {
        static Source of(InetAddress address) {
            boolean scoped = address instanceof Inet6Address && address.isLinkLocalAddress();
            return new Source(address, scoped ? ((Inet6Address) address).getScopeId() : 0);
        }
    }

    private SessionServer(Transport transport, InstantSource clock, RandomGenerator random) {
        this.transport = transport;
        this.group = transport.newGroup(1);
        this.loop = group.next();
        this.around = new Surroundings(transport, taps, loop, clock, random, this::keysChanged, this::left);
        this.listeners = new Listeners(transport, group, Acceptor::new, neighbors.values(), ranges.values());
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
    public Neighbor add(SessionConfig config, SessionListener listener) {
        transport.check(config);
        var neighbor = new ConnectedNeighbor(config, listener, around);
        if (neighbors.putIfAbsent(Source.of(config.remoteAddress()), neighbor) != null) {
            throw new IllegalArgumentException(
                    "there is a neighbour " + config.remoteAddress().getHostAddress() + " already");
        }
        if (config.transport().md5Password() != null) {
            keysChanged();
        }
        return neighbor;
    }

    /** @throws UnsupportedOperationException when there is a password and the transport has no MD5 */
    public void check(SessionConfig config) {
        transport.check(config);
    }

    private void keysChanged() {
        listeners.keysChanged();
    }

    /**
     * Does several changes with nothing happening to any session in between: those that {@link Neighbor#reconfigure}, {@link #remove} and
     * {@link #closeRange} end are over when these return. Waits, so it is not for event loops.
     *
     * @throws IllegalStateException when the server is closed
     */
    public void atOnce(Runnable changes) {
        try {
            loop.submit(changes).syncUninterruptibly();
        } catch (RejectedExecutionException closed) {
            throw new IllegalStateException("the server is closed", closed);
        }
    }

    /** Ends the neighbour's session with Cease/3 and forgets it. */
    public void remove(Neighbor neighbor) {
        var config = neighbor.config();
        if (neighbor instanceof ConnectedNeighbor ours && neighbors.remove(Source.of(config.remoteAddress()), ours)) {
            ranges.values().forEach(range -> range.forget(ours));
            ours.end(Notification.cease(Notification.CEASE_PEER_DECONFIGURED));
            if (config.transport().md5Password() != null) {
                keysChanged();
            }
        }
    }

    /**
     * Lets peers connect from a range of addresses without being configured. Such a guest is gone when its last connection is. Where
     * ranges overlap the longest prefix counts, and a configured neighbour goes before all of them.
     *
     * @param limit of guests at a time, at least 1; more are closed and counted
     * @param md5Password key of all their connections (RFC 2385), or null
     * @throws IllegalArgumentException when the range is there already
     * @throws UnsupportedOperationException when there is a password and the transport has no MD5
     */
    public void acceptRange(Prefix prefix, int limit, @Nullable String md5Password, Guests guests) {
        if (md5Password != null && transport != Transport.EPOLL) {
            throw new UnsupportedOperationException("TCP MD5 signatures need epoll, which is not available");
        }
        var range = new GuestRange(prefix, limit, md5Password, guests);
        if (ranges.putIfAbsent(prefix, range) != null) {
            throw new IllegalArgumentException("there is a range " + prefix + " already");
        }
        listeners.setRangeKey(range, md5Password);
    }

    /** Takes no more guests from the range, and ends the sessions of those that are here with Cease/3. */
    public void closeRange(Prefix prefix) {
        var range = ranges.remove(prefix);
        if (range == null) {
            return;
        }
        listeners.setRangeKey(range, null);
        around.onLoop(() -> range.here().forEach(guest -> {
            range.left(guest);
            remove(guest);
        }));
    }

    /** Takes as many guests from the range as that from now on; those that are here stay. */
    public void limitRange(Prefix prefix, int limit) {
        var range = ranges.get(prefix);
        if (range != null) {
            range.limit(limit);
        }
    }

    /** On the event loop: the neighbour has no connection any more. */
    private void left(ConnectedNeighbor neighbor) {
        for (var range : ranges.values()) {
            if (range.has(neighbor)) {
                remove(neighbor);
                range.left(neighbor);
            }
        }
    }

    /** Has the tap told of all that crosses sessions from now on, and of those that are established. */
    public void addTap(MessageTap tap) {
        loop.execute(() -> {
            neighbors.values().forEach(neighbor -> neighbor.introduce(tap));
            taps.add(tap);
        });
    }

    /** The tap is told nothing more, from some moment soon on. */
    public void removeTap(MessageTap tap) {
        loop.execute(() -> taps.remove(tap));
    }

    /**
     * Listens for neighbours.
     *
     * @param address port 0 for any free one; several calls listen on several addresses
     * @return the address bound
     * @throws UncheckedIOException when it cannot be bound
     */
    public synchronized InetSocketAddress listen(InetSocketAddress address) {
        return listeners.open(address);
    }

    /** Listens no longer where {@link #listen} has bound; sessions stay. */
    public synchronized void stopListening(InetSocketAddress bound) {
        listeners.close(bound);
    }

    /** Connections closed at once because no neighbour has their source address, and no range takes them as guests. */
    public long refusedConnections() {
        return refused.sum();
    }

    /** Ends all sessions with Cease/2, waits until the NOTIFICATIONs are out (about a second at most), and ends the event loop. */
    @Override
    public synchronized void close() {
        listeners.closeAll();
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

    /** On the event loop. */
    private @Nullable ConnectedNeighbor neighborOf(InetAddress source) {
        var known = neighbors.get(Source.of(source));
        if (known != null) {
            return known;
        }
        return ranges.values().stream()
                .filter(range -> range.contains(source))
                .max(Comparator.comparingInt(range -> range.prefix.length()))
                .map(range -> range.admit(source))
                .orElse(null);
    }

    /** Hands accepted sockets to their neighbours. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var channel = (SocketChannel) message;
            var source = channel.remoteAddress();
            hand(channel, source == null ? null : source.getAddress());
        }

        private void hand(SocketChannel channel, @Nullable InetAddress source) {
            var neighbor = source == null ? null : neighborOf(source);
            if (source == null || neighbor == null) {
                refused.increment();
                channel.unsafe().closeForcibly();
                return;
            }
            loop.execute(
                    () -> { // after the start of a guest
                        if (neighbor.equals(neighbors.get(Source.of(source)))) {
                            neighbor.accept(channel);
                        } else {
                            hand(
                                    channel,
                                    source); // a guest that left meanwhile: what it would accept would end with it
                        }
                    });
        }
    }
}
