package ecmplab.ovsdb.server;

import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import ecmplab.ovsdb.database.Commit;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.rpc.JsonRpcDecoder;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;

/**
 * An OVSDB server inside this process. {@link #start} takes databases over; {@link #listen} opens it to clients, any number of
 * times; {@link #close} ends all connections, then closes the databases. Events are told on the thread where they happen and must
 * be dealt with quickly.
 */
public final class OvsdbServer implements AutoCloseable {
    /**
     * What the server grants its clients.
     *
     * @param maxMessageOctets longest request
     * @param maxUnreadOctets a client that leaves more than this unread is disconnected; it resumes where it was
     * @param probeInterval a client silent for so long is asked for a sign of life, and disconnected after as long again
     */
    public record Limits(int maxConnections, int maxMessageOctets, int maxUnreadOctets, Duration probeInterval) {
        public static final Limits USUAL = new Limits(1024, 16 << 20, 64 << 20, Duration.ofSeconds(5));
    }

    private final List<Database> databases = new ArrayList<>();
    private final Database ownDatabase = Database.inMemory(Session.serverSchema());
    private final UUID id = UUID.randomUUID();
    private final Limits limits;
    private final Consumer<ServerEvent> listener;
    private final Locks locks = new Locks();
    private final Set<Session> sessions = new LinkedHashSet<>();
    private final ScheduledThreadPoolExecutor databaseThread =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("ovsdb-database", true));
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("ovsdb-io", true), EpollIoHandler.newFactory());
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final List<Path> sockets = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder connections = new LongAdder();
    private final LongAdder malformed = new LongAdder();
    private final LongAdder stalled = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder committed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private boolean retrying;

    private OvsdbServer(List<Database> databases, Limits limits, Consumer<ServerEvent> listener) {
        this.databases.add(ownDatabase);
        this.databases.addAll(databases);
        this.limits = limits;
        this.listener = listener;
        databaseThread.setRemoveOnCancelPolicy(true);
        databaseThread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        for (var database : this.databases) {
            var row = Operation.insert(
                    "Database",
                    Map.of(
                            "name", Datum.of(database.name()),
                            "model", Datum.of("standalone"),
                            "connected", Datum.of(true),
                            "leader", Datum.of(true),
                            "schema", Datum.of(database.schema().toJson().toString())));
            ownDatabase.transact(List.of(row.toJson()), lock -> false, 0);
        }
    }

    /** From here on the databases belong to the server. */
    public static OvsdbServer start(List<Database> databases, Limits limits, Consumer<ServerEvent> listener) {
        return new OvsdbServer(databases, limits, listener);
    }

    /**
     * Accepts clients at {@code address}. A socket file that nobody listens on is replaced.
     *
     * @return the address with the port that was chosen where it asked for port 0
     */
    public OvsdbAddress listen(OvsdbAddress address) throws IOException {
        if (address instanceof OvsdbAddress.Unix(Path path)) {
            removeStale(path);
        }
        var bootstrap = new ServerBootstrap()
                .group(group)
                .channel(address.serverChannelType())
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(limits.maxUnreadOctets / 2, limits.maxUnreadOctets))
                .childHandler(initializer(address));
        if (!(address instanceof OvsdbAddress.Unix)) {
            bootstrap.option(ChannelOption.SO_REUSEADDR, true);
            bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
        }
        var bind = bootstrap.bind(address.socketAddress()).awaitUninterruptibly();
        if (!bind.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + address + ": " + bind.cause().getMessage(), bind.cause());
        }
        if (address instanceof OvsdbAddress.Unix(Path path)) {
            sockets.add(path);
        }
        channels.add(bind.channel());
        var bound = address.bound(bind.channel().localAddress());
        listener.accept(new ServerEvent.Listening(bound));
        return bound;
    }

    private static void removeStale(Path path) throws IOException {
        if (Files.exists(path)) {
            try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                probe.connect(UnixDomainSocketAddress.of(path));
            } catch (IOException nobodyListens) {
                Files.deleteIfExists(path);
                return;
            }
            throw new IOException("another server listens on " + path);
        }
    }

    private ChannelHandler initializer(OvsdbAddress address) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                var peer = peer(channel, address);
                if (open.incrementAndGet() > limits.maxConnections) {
                    open.decrementAndGet();
                    refused.increment();
                    listener.accept(new ServerEvent.Refused(peer, limits.maxConnections));
                    var _ = channel.close();
                    return;
                }
                channel.closeFuture().addListener(done -> open.decrementAndGet());
                channels.add(channel);
                var tls = address.tls();
                if (tls != null) {
                    channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                }
                channel.pipeline()
                        .addLast(new IdleStateHandler(limits.probeInterval.toMillis(), 0, 0, TimeUnit.MILLISECONDS))
                        .addLast(new JsonRpcDecoder(limits.maxMessageOctets))
                        .addLast(new Connection(OvsdbServer.this, channel, peer));
            }
        };
    }

    private String peer(Channel channel, OvsdbAddress address) {
        connections.increment();
        return channel.remoteAddress() instanceof DomainSocketAddress
                ? address + "#" + connections.sum()
                : String.valueOf(channel.remoteAddress());
    }

    public ServerCounters counters() {
        return new ServerCounters(
                connections.sum(), malformed.sum(), stalled.sum(), refused.sum(), committed.sum(), failed.sum());
    }

    Limits limits() {
        return limits;
    }

    UUID id() {
        return id;
    }

    List<Database> databases() {
        return databases;
    }

    Locks locks() {
        return locks;
    }

    boolean isReadOnly(Database database) {
        return database == ownDatabase;
    }

    long nanoTime() {
        return System.nanoTime();
    }

    void countMalformed() {
        malformed.increment();
    }

    void countStalled() {
        stalled.increment();
    }

    void countTransaction(boolean changed, ArrayNode results) {
        if (changed) {
            committed.increment();
        }
        if (!results.isEmpty() && results.values().stream().anyMatch(result -> result.has("error"))) {
            failed.increment();
        }
    }

    void onDatabaseThread(Runnable task) {
        try {
            databaseThread.execute(task);
        } catch (RejectedExecutionException closing) {
            // the connection ends with the server
        }
    }

    void after(long millis, Runnable task) {
        var _ = databaseThread.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    void opened(String peer, Session session) {
        listener.accept(new ServerEvent.Connected(peer));
        onDatabaseThread(() -> sessions.add(session));
    }

    void closed(String peer, Session session, String why) {
        listener.accept(new ServerEvent.Disconnected(peer, why));
        onDatabaseThread(() -> {
            sessions.remove(session);
            session.close();
        });
    }

    /** Every client hears of a commit before the one that made it has its answer. */
    void tell(Database database, Commit commit) {
        sessions.forEach(session -> session.tell(database, commit));
    }

    /** Runs held transactions again until none of them gets further. */
    void retryHeld(Database database) {
        if (retrying) {
            return; // the loop below goes on
        }
        retrying = true;
        try {
            boolean progress;
            do {
                progress = false;
                for (var session : List.copyOf(sessions)) {
                    progress |= session.retryHeld(database);
                }
            } while (progress);
        } finally {
            retrying = false;
        }
    }

    @Override
    public void close() {
        channels.close().awaitUninterruptibly();
        databaseThread.execute(() -> databases.forEach(Database::close));
        databaseThread.shutdown();
        try {
            databaseThread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        for (var socket : sockets) {
            try {
                Files.deleteIfExists(socket);
            } catch (IOException alreadyGone) {
                // nothing is left to remove
            }
        }
    }
}
