package ecmplab.ovsdb.client;

import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.Operation;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.rpc.JsonRpc;
import ecmplab.ovsdb.rpc.JsonRpcDecoder;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A connection to one OVSDB server that is made anew whenever it breaks, with growing pauses. Calls made while there is none fail
 * at once with {@link DisconnectedException}; replicas keep what they have and catch up. Callbacks and completions run on the
 * client's event loop and must not block.
 */
public final class OvsdbClient implements AutoCloseable {
    /**
     * Timing and bounds.
     *
     * @param firstPause before the first attempt to reconnect; it doubles from one attempt to the next, up to {@code longestPause}
     * @param probeInterval a server silent for so long is sent an echo request, and given up after as long again
     * @param maxMessageOctets longest answer or update that is accepted
     * @param maxCalls unanswered calls; more fail at once
     */
    public record Options(
            Duration firstPause, Duration longestPause, Duration probeInterval, int maxMessageOctets, int maxCalls) {
        public static final Options USUAL =
                new Options(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofSeconds(5), 64 << 20, 1024);
    }

    private final OvsdbAddress address;
    private final Options options;
    private final Consumer<ClientEvent> listener;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("ovsdb-client", true), EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final Map<Long, CompletableFuture<JsonNode>> calls = new HashMap<>();
    private final List<Replica> replicas = new ArrayList<>();
    private @Nullable Channel channel;
    private long lastCall;
    private Duration pause;
    private volatile boolean connected;
    private volatile boolean closed;

    private OvsdbClient(OvsdbAddress address, Options options, Consumer<ClientEvent> listener) {
        this.address = address;
        this.options = options;
        this.listener = listener;
        this.pause = options.firstPause;
    }

    /** A client that does nothing until {@link #open}: its listeners may refer to it. */
    public static OvsdbClient create(OvsdbAddress address, Options options, Consumer<ClientEvent> listener) {
        return new OvsdbClient(address, options, listener);
    }

    /** Creates and opens a client. Events may come before this returns. */
    public static OvsdbClient connect(OvsdbAddress address, Options options, Consumer<ClientEvent> listener) {
        return create(address, options, listener).open();
    }

    /** Starts to connect, and returns at once. */
    public OvsdbClient open() {
        loop.execute(this::attempt);
        return this;
    }

    public boolean isConnected() {
        return connected;
    }

    public OvsdbAddress address() {
        return address;
    }

    /** The thread on which callbacks run; the client's users may have timers there. */
    public EventLoop loop() {
        return loop;
    }

    private void attempt() {
        if (closed) {
            return;
        }
        var bootstrap = new Bootstrap()
                .group(loop)
                .channel(address.channelType())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        var tls = address.tls();
                        if (tls != null) {
                            channel.pipeline().addLast(tlsHandler(tls, channel));
                        }
                        channel.pipeline()
                                .addLast(new IdleStateHandler(
                                        options.probeInterval.toMillis(), 0, 0, TimeUnit.MILLISECONDS))
                                .addLast(new JsonRpcDecoder(options.maxMessageOctets))
                                .addLast(new ClientConnection(OvsdbClient.this));
                    }
                });
        if (!(address instanceof OvsdbAddress.Unix)) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
            bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) options.probeInterval.toMillis());
        }
        bootstrap.connect(address.socketAddress()).addListener(connect -> {
            if (!connect.isSuccess()) {
                retry(String.valueOf(connect.cause().getMessage()));
            }
        });
    }

    private SslHandler tlsHandler(SslContext tls, Channel channel) {
        var server = (InetSocketAddress) address.socketAddress();
        return tls.newHandler(channel.alloc(), server.getHostString(), server.getPort());
    }

    private void retry(String why) {
        if (closed) {
            return;
        }
        // Between three quarters and all of the pause, so that many clients do not come back in one moment.
        var wait = pause.minus(
                pause.multipliedBy(ThreadLocalRandom.current().nextInt(250)).dividedBy(1000));
        listener.accept(new ClientEvent.Disconnected(address, why, wait));
        var _ = loop.schedule(this::attempt, wait.toMillis(), TimeUnit.MILLISECONDS);
        var doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(options.longestPause) > 0 ? options.longestPause : doubled;
    }

    /** The connection is up, TLS included. */
    void opened(Channel opened) {
        assert loop.inEventLoop();
        if (closed) {
            var _ = opened.close();
            return;
        }
        channel = opened;
        connected = true;
        listener.accept(new ClientEvent.Connected(address));
        replicas.forEach(Replica::start);
    }

    /** The server has answered something: the next pause is short again. */
    private void answered() {
        pause = options.firstPause;
    }

    void lost(String why) {
        assert loop.inEventLoop();
        connected = false;
        channel = null;
        var unanswered = List.copyOf(calls.values());
        calls.clear();
        unanswered.forEach(call -> call.completeExceptionally(
                new DisconnectedException("connection to " + address + " lost: " + why, true)));
        replicas.forEach(Replica::stop);
        retry(why);
    }

    void received(JsonRpc message) {
        assert loop.inEventLoop();
        switch (message) {
            case JsonRpc.Response(JsonNode id, JsonNode result, JsonNode error) -> {
                var call = id.isIntegralNumber() ? calls.remove(id.asLong()) : null;
                if (call != null) {
                    answered();
                    if (error != null) {
                        call.completeExceptionally(OvsdbError.parse(error).exception());
                    } else {
                        call.complete(result == null ? JsonNodeFactory.instance.nullNode() : result);
                    }
                }
            }
            case JsonRpc.Notification(String method, JsonNode params) -> {
                if (method.equals("update3")) {
                    List.copyOf(replicas).forEach(replica -> replica.update(params));
                }
            }
            case JsonRpc.Request ignored -> {} // echo, answered by the connection
            case JsonRpc.Malformed ignored -> {} // dealt with by the connection
        }
    }

    /** Drops the connection; a new one follows. */
    void reconnect(String why) {
        assert loop.inEventLoop();
        if (channel != null) {
            channel.pipeline().fireUserEventTriggered(new ClientConnection.GiveUp(why));
        }
    }

    void fault(String database, String why) {
        listener.accept(new ClientEvent.ReplicaFault(database, why));
    }

    /**
     * Calls a method of the server. The future fails with {@link OvsdbException} when the server refuses, with
     * {@link DisconnectedException} when there is no connection or it breaks.
     */
    public CompletableFuture<JsonNode> call(String method, JsonNode... params) {
        var future = new CompletableFuture<JsonNode>();
        var array = JsonNodeFactory.instance.arrayNode().addAll(List.of(params));
        if (loop.inEventLoop()) {
            send(method, array, future);
        } else if (closed) {
            future.completeExceptionally(new DisconnectedException("client is closed", false));
        } else {
            loop.execute(() -> send(method, array, future));
        }
        return future;
    }

    private void send(String method, JsonNode params, CompletableFuture<JsonNode> future) {
        if (channel == null) {
            future.completeExceptionally(new DisconnectedException("not connected to " + address, false));
        } else if (calls.size() >= options.maxCalls) {
            future.completeExceptionally(
                    new DisconnectedException(calls.size() + " calls to " + address + " are unanswered", false));
        } else {
            long id = ++lastCall;
            calls.put(id, future);
            var request = new JsonRpc.Request(JsonNodeFactory.instance.numberNode(id), method, params);
            ClientConnection.write(channel, request);
        }
    }

    /** Runs a transaction. A transaction that the server refuses as a whole completes the future, too: look at its error. */
    public CompletableFuture<TransactionResult> transact(String database, List<? extends Operation> operations) {
        var params = new JsonNode[operations.size() + 1];
        params[0] = JsonNodeFactory.instance.stringNode(database);
        for (int i = 0; i < operations.size(); i++) {
            params[i + 1] = operations.get(i).toJson();
        }
        return call("transact", params).thenApply(TransactionResult::of);
    }

    public CompletableFuture<DatabaseSchema> schema(String database) {
        return call("get_schema", JsonNodeFactory.instance.stringNode(database)).thenCompose(json -> {
            try {
                return CompletableFuture.completedFuture(DatabaseSchema.parse(json));
            } catch (OvsdbException malformed) {
                return CompletableFuture.failedFuture(malformed);
            }
        });
    }

    /** Follows tables of a database from now on, across broken connections. */
    public Replica replicate(String database, List<MonitoredTable> tables, Replica.Listener replicaListener) {
        var replica = new Replica(this, database, tables, replicaListener);
        loop.execute(() -> {
            replicas.add(replica);
            if (channel != null) {
                replica.start();
            }
        });
        return replica;
    }

    @Override
    public void close() {
        closed = true;
        connected = false;
        var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        if (!loop.inEventLoop()) {
            group.terminationFuture().awaitUninterruptibly();
        }
        calls.values().forEach(call -> call.completeExceptionally(new DisconnectedException("client is closed", true)));
    }
}
