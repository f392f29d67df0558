package ecmplab.ovsdb.client;

import ecmplab.ovsdb.rpc.JsonRpc;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** One connection of a client, from the moment it is up to its end. */
final class ClientConnection extends SimpleChannelInboundHandler<JsonRpc> {
    /** Asks for the end of the connection. */
    record GiveUp(String why) {}

    private final OvsdbClient client;
    private @Nullable String why;
    private boolean open;
    private boolean probed;

    ClientConnection(OvsdbClient client) {
        this.client = client;
    }

    static void write(Channel channel, JsonRpc message) {
        var octets = JsonMapper.shared().writeValueAsBytes(message.toJson());
        var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(octets), channel.voidPromise());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (context.pipeline().get(SslHandler.class) == null) {
            open(context);
        }
    }

    private void open(ChannelHandlerContext context) {
        open = true;
        client.opened(context.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, JsonRpc message) {
        probed = false;
        switch (message) {
            case JsonRpc.Request request
            when request.method().equals("echo") ->
                write(context.channel(), JsonRpc.result(request.id(), request.params()));
            case JsonRpc.Malformed(String fault) -> giveUp(context, fault);
            default -> client.received(message);
        }
    }

    private void giveUp(ChannelHandlerContext context, String cause) {
        if (why == null) {
            why = cause; // what follows from it explains less
        }
        var _ = context.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        switch (event) {
            case SslHandshakeCompletionEvent handshake -> {
                if (handshake.isSuccess()) {
                    open(context);
                } else {
                    giveUp(context, reason(handshake.cause()));
                }
            }
            case GiveUp(String cause) -> giveUp(context, cause);
            case IdleStateEvent idle
            when idle.state() == IdleState.READER_IDLE -> {
                if (probed) {
                    giveUp(context, "the server does not answer");
                } else {
                    probed = true;
                    var factory = JsonNodeFactory.instance;
                    write(
                            context.channel(),
                            new JsonRpc.Request(factory.stringNode("echo"), "echo", factory.arrayNode()));
                }
            }
            default -> super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        giveUp(context, reason(cause));
    }

    private static String reason(Throwable cause) {
        return switch (cause) {
            case DecoderException wrapped when wrapped.getCause() instanceof Throwable inner -> reason(inner);
            case SSLException tls -> "TLS: " + tls.getMessage();
            default -> String.valueOf(cause.getMessage());
        };
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        var reason = why == null ? "closed by the server" : why;
        client.lost(open ? reason : "not connected: " + reason);
    }
}
