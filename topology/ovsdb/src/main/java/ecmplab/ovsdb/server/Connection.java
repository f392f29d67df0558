package ecmplab.ovsdb.server;

import ecmplab.ovsdb.rpc.JsonRpc;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A client's connection. What comes in is handed to the database thread, at most {@link #MAX_QUEUED} messages at a time: the rest
 * stays in the socket. Echo requests and probes are dealt with here, so that a slow disk does not look like a dead server.
 */
final class Connection extends SimpleChannelInboundHandler<JsonRpc> {
    private static final int MAX_QUEUED = 64;

    private final OvsdbServer server;
    private final String peer;
    private final Session session;
    private final AtomicInteger queued = new AtomicInteger();
    private final Channel channel;
    private volatile @Nullable String whyClosed;
    private boolean probed;

    Connection(OvsdbServer server, Channel channel, String peer) {
        this.server = server;
        this.channel = channel;
        this.peer = peer;
        this.session = new Session(server, this::send);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        server.opened(peer, session);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, JsonRpc message) {
        probed = false;
        switch (message) {
            case JsonRpc.Request request
            when request.method().equals("echo") -> send(JsonRpc.result(request.id(), request.params()));
            case JsonRpc.Malformed(String why) -> {
                server.countMalformed();
                close(why);
            }
            case JsonRpc.Response ignored -> {} // to a probe
            default -> {
                if (queued.incrementAndGet() >= MAX_QUEUED) {
                    context.channel().config().setAutoRead(false);
                }
                server.onDatabaseThread(() -> {
                    try {
                        session.receive(message);
                    } finally {
                        if (queued.decrementAndGet() == MAX_QUEUED / 2) {
                            channel.config().setAutoRead(true);
                        }
                    }
                });
            }
        }
    }

    /** On any thread. Closes the connection when the client leaves too much unread. */
    private void send(JsonRpc message) {
        if (!channel.isActive()) {
            return;
        }
        if (!channel.isWritable()) {
            if (whyClosed == null) {
                server.countStalled();
            }
            close("client does not read: more than " + server.limits().maxUnreadOctets() + " octets wait for it");
            return;
        }
        var octets = JsonMapper.shared().writeValueAsBytes(message.toJson());
        var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(octets), channel.voidPromise());
    }

    private void close(String why) {
        if (whyClosed == null) {
            whyClosed = why;
        }
        var _ = channel.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof IdleStateEvent idle && idle.state() == IdleState.READER_IDLE) {
            if (probed) {
                server.countStalled();
                close("no answer to a probe");
            } else {
                probed = true;
                var factory = JsonNodeFactory.instance;
                send(new JsonRpc.Request(factory.stringNode("echo"), "echo", factory.arrayNode()));
            }
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof ClosedChannelException)) {
            close(String.valueOf(cause.getMessage()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        var why = whyClosed;
        server.closed(peer, session, why == null ? "closed by the client" : why);
    }
}
