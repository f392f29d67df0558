package ecmplab.ovsdb.rpc;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where an OVSDB server listens, or is reached. OVSDB's own port is 6640. */
public sealed interface OvsdbAddress {
    record Tcp(InetSocketAddress address) implements OvsdbAddress {
        @Override
        public String toString() {
            return "tcp:" + text(address);
        }
    }

    /** TCP with TLS; {@code context} is the server's when listening, the client's when connecting. */
    record Tls(InetSocketAddress address, SslContext context) implements OvsdbAddress {
        @Override
        public String toString() {
            return "ssl:" + text(address);
        }
    }

    /** A Unix domain socket, which crosses network namespaces. */
    record Unix(Path path) implements OvsdbAddress {
        /** What {@code sockaddr_un} has room for, less the final zero. */
        private static final int LONGEST = 107;

        public Unix {
            if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST) {
                throw new IllegalArgumentException(
                        "socket path " + path + ": must be at most " + LONGEST + " octets long");
            }
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    private static String text(InetSocketAddress address) {
        var host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    default SocketAddress socketAddress() {
        return switch (this) {
            case Tcp(InetSocketAddress address) -> address;
            case Tls(InetSocketAddress address, SslContext ignored) -> address;
            case Unix(Path path) -> new DomainSocketAddress(path.toString());
        };
    }

    default Class<? extends Channel> channelType() {
        return switch (this) {
            case Tcp ignored -> EpollSocketChannel.class;
            case Tls ignored -> EpollSocketChannel.class;
            case Unix ignored -> EpollDomainSocketChannel.class;
        };
    }

    default Class<? extends ServerChannel> serverChannelType() {
        return switch (this) {
            case Tcp ignored -> EpollServerSocketChannel.class;
            case Tls ignored -> EpollServerSocketChannel.class;
            case Unix ignored -> EpollServerDomainSocketChannel.class;
        };
    }

    default @Nullable SslContext tls() {
        return this instanceof Tls(InetSocketAddress ignored, SslContext context) ? context : null;
    }

    /** This address with the port that the kernel chose where 0 was asked for. */
    default OvsdbAddress bound(SocketAddress local) {
        return switch (this) {
            case Tcp ignored -> new Tcp((InetSocketAddress) local);
            case Tls(InetSocketAddress ignored, SslContext context) -> new Tls((InetSocketAddress) local, context);
            case Unix unix -> unix;
        };
    }
}
