package ecmplab.bgp.session;

import ecmplab.bgp.wire.Prefix;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which sockets a speaker uses, and the options on them. */
public enum Transport {
    /** Linux epoll: everything. */
    EPOLL,
    /** The JDK's selectors, where epoll is missing: without MD5, TTL and TCP_USER_TIMEOUT. */
    NIO;

    private static final int IPPROTO_IP = 0;
    private static final int IP_TTL = 2;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_UNICAST_HOPS = 16;
    private static final ChannelOption<Integer> TTL = new IntegerUnixChannelOption("IP_TTL", IPPROTO_IP, IP_TTL);
    private static final ChannelOption<Integer> HOP_LIMIT =
            new IntegerUnixChannelOption("IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS);

    private static final ChannelOption<Integer> LEAST_TTL = new IntegerUnixChannelOption("IP_MINTTL", IPPROTO_IP, 21);
    private static final ChannelOption<Integer> LEAST_HOP_LIMIT =
            new IntegerUnixChannelOption("IPV6_MINHOPCOUNT", IPPROTO_IPV6, 73);
    private static final ChannelOption<ByteBuffer> RANGE_KEY =
            new RawUnixChannelOption("TCP_MD5SIG_EXT", 6, 32, Md5Signature.OCTETS);

    private static final int BACKLOG = 128;
    private static final int READ_SIZE = 64 << 10;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** A stalled RIB may leave a peer unread for some seconds; that must not end a session with a short hold time. */
    private static final Duration SHORTEST_USER_TIMEOUT = Duration.ofSeconds(10);

    /** What this machine has. */
    public static Transport available() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    EventLoopGroup newGroup(int threads) {
        var names = new DefaultThreadFactory("bgp", true);
        return new MultiThreadIoEventLoopGroup(
                threads,
                names,
                switch (this) {
                    case EPOLL -> EpollIoHandler.newFactory();
                    case NIO -> NioIoHandler.newFactory();
                });
    }

    ServerChannel newListener(InetAddress address) {
        return switch (this) {
            case EPOLL -> new EpollServerSocketChannel(family(address));
            case NIO -> new NioServerSocketChannel();
        };
    }

    /** Answers to a SYN leave with TTL 255, for neighbours that take no less (RFC 5082); accepted sockets get their own. */
    void configureListener(ServerChannel listener, InetAddress address) {
        listener.config().setOption(ChannelOption.SO_REUSEADDR, true);
        listener.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        if (this == EPOLL) {
            listener.config().setOption(TTL, TransportOptions.MOST_HOPS);
            if (!(address instanceof Inet4Address)) {
                listener.config().setOption(HOP_LIMIT, TransportOptions.MOST_HOPS);
            }
        }
    }

    /** A socket to the neighbour, not connected yet. */
    SocketChannel newConnector(SessionConfig config) {
        SocketChannel channel = switch (this) {
            case EPOLL -> new EpollSocketChannel(family(config.remoteAddress()));
            case NIO -> new NioSocketChannel();
        };
        channel.config().setConnectTimeoutMillis((int) CONNECT_TIMEOUT.toMillis());
        return channel;
    }

    private static SocketProtocolFamily family(InetAddress address) {
        return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    /** @throws UnsupportedOperationException when the configuration needs what this transport lacks */
    void check(SessionConfig config) {
        if (this == NIO && config.transport().md5Password() != null) {
            throw new UnsupportedOperationException("TCP MD5 signatures need epoll, which is not available");
        }
        if (this == NIO && config.transport().ttlSecurity()) {
            throw new UnsupportedOperationException("TTL security needs epoll, which is not available");
        }
    }

    /** Options of a socket to the neighbour, dialled (before it connects) or accepted. */
    void configure(Channel channel, SessionConfig config) {
        var options = channel.config();
        options.setOption(ChannelOption.TCP_NODELAY, true);
        options.setOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_SIZE));
        options.setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(READ_SIZE / 2, READ_SIZE));
        if (this == EPOLL) {
            boolean v4 = config.remoteAddress() instanceof Inet4Address;
            options.setOption(v4 ? TTL : HOP_LIMIT, config.transport().sentTtl());
            if (config.transport().ttlSecurity()) {
                options.setOption(
                        v4 ? LEAST_TTL : LEAST_HOP_LIMIT, config.transport().leastTtl());
            }
        }
    }

    /** The key of the neighbour for the dialled socket; accepted ones have it from the listener. */
    void sign(SocketChannel channel, SessionConfig config) {
        var password = config.transport().md5Password();
        if (password != null) {
            setKeys(channel, Map.of(config.remoteAddress(), password.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /**
     * Keys by peer address (RFC 2385); replaces those before.
     *
     * @throws UnsupportedOperationException where the transport has none
     */
    void setKeys(Channel channel, Map<InetAddress, byte[]> keys) {
        switch (this) {
            case EPOLL -> channel.config().setOption(EpollChannelOption.TCP_MD5SIG, keys);
            case NIO -> {
                if (!keys.isEmpty()) {
                    throw new UnsupportedOperationException("TCP MD5 signatures need epoll, which is not available");
                }
            }
        }
    }

    /**
     * A key for all peers of a range (TCP_MD5SIG_EXT). What a neighbour has of its own goes first.
     *
     * @param mapped whether the socket is of IPv6 and the range of IPv4
     * @param key null to remove it
     * @throws UnsupportedOperationException where the transport has none
     */
    void setKey(Channel listener, Prefix range, boolean mapped, byte @Nullable [] key) {
        if (this == NIO) {
            throw new UnsupportedOperationException("TCP MD5 signatures need epoll, which is not available");
        }
        listener.config().setOption(RANGE_KEY, Md5Signature.of(range, mapped, key));
    }

    /**
     * Has the kernel give up a peer that acknowledges nothing for twice the hold time. The hold timer is sooner; this is for what
     * waits to be sent when it fires, which TCP would repeat for a quarter of an hour.
     */
    void limitRetransmission(Channel channel, Duration holdTime) {
        if (this == EPOLL && !holdTime.isZero() && channel.isOpen()) {
            var twice = holdTime.multipliedBy(2);
            var timeout = twice.compareTo(SHORTEST_USER_TIMEOUT) > 0 ? twice : SHORTEST_USER_TIMEOUT;
            channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) timeout.toMillis());
        }
    }
}
