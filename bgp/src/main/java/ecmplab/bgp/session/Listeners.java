package ecmplab.bgp.session;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The listening sockets of a server, each with the TCP MD5 keys (RFC 2385) of those who may connect to it. Any thread may call. */
@SuppressWarnings("FutureReturnValueIgnored") // of a close; nobody has a use for its result
final class Listeners {
    private final Transport transport;
    private final EventLoopGroup group;
    private final Supplier<ChannelHandler> acceptor;
    private final Collection<ConnectedNeighbor> neighbors;
    private final Collection<GuestRange> ranges;
    /** Guarded by this. */
    private final List<Listening> open = new ArrayList<>();

    /** A listening socket. That of any IPv6 address takes IPv4 too. */
    private record Listening(ServerChannel channel, InetAddress address) {
        boolean takes(InetAddress peer) {
            boolean sameVersion = address instanceof Inet4Address == peer instanceof Inet4Address;
            return sameVersion || isMapped(peer);
        }

        boolean isMapped(InetAddress peer) {
            return peer instanceof Inet4Address && address instanceof Inet6Address && address.isAnyLocalAddress();
        }
    }

    /**
     * @param acceptor gives what takes the connections of a socket
     * @param neighbors a view of those who may connect
     * @param ranges a view of those from which others may
     */
    Listeners(
            Transport transport,
            EventLoopGroup group,
            Supplier<ChannelHandler> acceptor,
            Collection<ConnectedNeighbor> neighbors,
            Collection<GuestRange> ranges) {
        this.transport = transport;
        this.group = group;
        this.acceptor = acceptor;
        this.neighbors = neighbors;
        this.ranges = ranges;
    }

    /** Waits for the event loop, so not for it. @throws UncheckedIOException when the address cannot be bound */
    InetSocketAddress open(InetSocketAddress address) {
        var channel = transport.newListener(address.getAddress());
        transport.configureListener(channel, address.getAddress());
        channel.pipeline().addLast(acceptor.get());
        group.register(channel).syncUninterruptibly();
        var listening = new Listening(channel, address.getAddress());
        synchronized (this) {
            open.add(listening);
            setKeys(listening);
            ranges.forEach(range -> setRangeKey(listening, range, range.md5Password));
        }
        var bound = channel.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            synchronized (this) {
                open.remove(listening);
            }
            channel.close().awaitUninterruptibly();
            var cause = bound.cause();
            var message = "cannot listen on " + address.getAddress().getHostAddress() + " port " + address.getPort()
                    + ": " + cause.getMessage();
            throw new UncheckedIOException(message, new IOException(message, cause));
        }
        return (InetSocketAddress) channel.localAddress();
    }

    /** Waits until the socket bound to the address is closed, so not for the event loop. */
    void close(InetSocketAddress bound) {
        List<Listening> gone;
        synchronized (this) {
            gone = open.stream()
                    .filter(listening -> bound.equals(listening.channel().localAddress()))
                    .toList();
            open.removeAll(gone);
        }
        gone.forEach(listening -> listening.channel().close().awaitUninterruptibly());
    }

    synchronized void closeAll() {
        open.forEach(listening -> listening.channel().close());
        open.clear();
    }

    /** Neighbours came or went, or have other passwords. */
    synchronized void keysChanged() {
        open.forEach(this::setKeys);
    }

    /** @param password null for none any more */
    synchronized void setRangeKey(GuestRange range, @Nullable String password) {
        open.forEach(listening -> setRangeKey(listening, range, password));
    }

    private void setKeys(Listening listening) {
        var keys = new HashMap<InetAddress, byte[]>();
        for (var neighbor : neighbors) {
            var password = neighbor.config().transport().md5Password();
            var address = neighbor.config().remoteAddress();
            if (password != null && listening.takes(address)) {
                keys.put(address, password.getBytes(StandardCharsets.UTF_8));
            }
        }
        transport.setKeys(listening.channel(), keys);
    }

    private void setRangeKey(Listening listening, GuestRange range, @Nullable String password) {
        var first = range.prefix.address();
        if (range.md5Password != null && listening.takes(first)) {
            var key = password == null ? null : password.getBytes(StandardCharsets.UTF_8);
            transport.setKey(listening.channel(), range.prefix, listening.isMapped(first), key);
        }
    }
}
