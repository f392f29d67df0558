package ecmplab.bgp.monitor;

import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.MessageTap;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns what crosses the sessions into BMP messages for one connection to a collector, on the sessions' event loop. Where a message does not
 * fit, nothing after it makes sense: the connection is to be ended.
 */
final class BmpTap implements MessageTap {
    /**
     * A message that waits.
     *
     * @param fresh a peer whose table is to be told after it; null for none
     */
    record Item(Octets message, @Nullable BmpPeer fresh) {}

    /** Of a BGP message's type. */
    private static final int TYPE_AT = 18;

    private final Backlog<Item> backlog;
    private final Runnable onOverflow;
    private final InstantSource clock;
    private final Map<Ends, BmpPeer> peers = new ConcurrentHashMap<>();
    private volatile boolean overflowed;

    /** @param onOverflow called once, on the event loop: must not block */
    BmpTap(Backlog<Item> backlog, Runnable onOverflow, InstantSource clock) {
        this.backlog = backlog;
        this.onOverflow = onOverflow;
        this.clock = clock;
    }

    @Override
    public void established(Ends ends, Negotiated negotiated, Octets sentOpen, Octets receivedOpen) {
        var peer = BmpPeer.of(ends.neighbor().config().remoteAddress(), negotiated);
        peers.put(ends, peer);
        add(new Item(BmpMessages.peerUp(peer, clock.instant(), sentOpen, receivedOpen), peer));
    }

    @Override
    public void message(Ends ends, Direction direction, ByteBuf message) {
        if (direction == Direction.SENT || message.getByte(message.readerIndex() + TYPE_AT) != Framing.UPDATE) {
            return;
        }
        var peer = peers.get(ends);
        if (peer != null) {
            add(new Item(BmpMessages.routeMonitoring(peer, clock.instant(), message), null));
        }
    }

    @Override
    public void closed(Ends ends, Negotiated negotiated, CloseReason reason) {
        var peer = peers.remove(ends);
        if (peer != null) {
            add(new Item(BmpMessages.peerDown(peer, clock.instant(), reason), null));
        }
    }

    private void add(Item item) {
        if (!overflowed && !backlog.offer(item, item.message().length())) {
            overflowed = true;
            onOverflow.run();
            backlog.wake();
        }
    }

    boolean overflowed() {
        return overflowed;
    }

    /** Peers with an established session. Any thread may ask. */
    List<BmpPeer> peers() {
        return List.copyOf(peers.values());
    }
}
