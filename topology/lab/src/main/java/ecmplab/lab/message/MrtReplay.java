package ecmplab.lab.message;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.mrt.MrtReader;
import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.TablePaths;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.session.Neighbor;
import ecmplab.bgp.session.Session;
import ecmplab.bgp.session.SessionListener;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends the routes of an MRT file over a session: of a table the {@linkplain PathChoice chosen} paths to each prefix, of recorded messages
 * all announcements and withdrawals in their order. The listener's calls come from the event loop; {@link #send} blocks its own thread while the peer does
 * not read.
 */
public final class MrtReplay implements SessionListener {
    private static final int CHUNK = 1 << 16;

    /**
     * How routes are changed on the way.
     *
     * @param nextHop4 next hop of IPv4 routes, and likewise for IPv6; null leaves what the file has
     * @param keepPath whether our own AS is not put in front of the path towards another AS
     */
    public record Rewrite(
            @Nullable InetAddress nextHop4, @Nullable InetAddress nextHop6, boolean keepPath) {}

    /**
     * What was sent.
     *
     * @param skipped paths and messages that could not be read, or that no message can carry to this peer
     */
    public record Sent(long announced, long withdrawn, long skipped) {}

    private final Rewrite rewrite;
    private @Nullable Session session;
    private @Nullable CloseReason closed;
    /** Ways of reading recorded messages. */
    private final Map<UpdateOptions, UpdateDecoder> decoders = new HashMap<>();

    private final PathChoice choice;
    private final LongAdder announced = new LongAdder();
    private long withdrawn;
    private long skipped;
    private byte[] block = {};
    private @Nullable AddressFamily announcing;
    private ByteBuf chunk = Unpooled.buffer(CHUNK + Framing.EXTENDED_MESSAGE);

    public MrtReplay(Rewrite rewrite, PathChoice choice) {
        this.rewrite = rewrite;
        this.choice = choice;
    }

    /** Whether the session that is or was up takes several paths to a prefix. */
    public synchronized boolean sendsSeveralPaths() {
        return session != null && !session.negotiated().addPathSend().isEmpty();
    }

    /** Paths announced so far; any thread may ask. */
    public long announced() {
        return announced.sum();
    }

    /**
     * Sends the file's routes and End-of-RIB once the session is up.
     *
     * @throws TimeoutException when it is not up in time
     * @throws IOException when the file cannot be read, or the session ends
     */
    public Sent send(InputStream file, Duration patience) throws IOException, InterruptedException, TimeoutException {
        var up = awaitSession(patience);
        var negotiated = up.negotiated();
        var encoder =
                new UpdateEncoder(UpdateOptions.of(negotiated.isEbgp(), negotiated.fourOctetAs(), negotiated.families())
                        .withMaxMessageSize(negotiated.maxMessageSize())
                        .withAddPath(negotiated.addPathSend()));
        var tables = new TablePaths();
        var records = new MrtReader(file);
        for (var record = records.read(); record != null; record = records.read()) {
            switch (record) {
                case MrtRecord.PeerIndex(var at, var collector, var view, var peers) -> choice.index(peers);
                case MrtRecord.TableEntry entry -> {
                    boolean addPath =
                            negotiated.addPathSend().contains(entry.prefix().family());
                    for (var path : choice.of(entry, addPath)) {
                        update(read(tables, entry, path), choice.nextPathId(), up, encoder);
                    }
                }
                case MrtRecord.Message message -> {
                    if (choice.has(message)) {
                        update(read(message), 0, up, encoder);
                    }
                }
                case MrtRecord.Damaged ignored -> skipped++;
                case MrtRecord.StateChange ignored -> {}
                case MrtRecord.Other ignored -> {}
            }
        }
        finish(encoder);
        for (var family : negotiated.families()) {
            encoder.endOfRib(chunk, family);
        }
        flush(up);
        return new Sent(announced.sum(), withdrawn, skipped);
    }

    /** The path as an UPDATE; null when it has no announcement to make. */
    private @Nullable Update read(TablePaths tables, MrtRecord.TableEntry entry, MrtRecord.Path path) {
        var update = tables.read(entry, path);
        if (update != null && !update.announced().isEmpty()) {
            return update;
        }
        var nextHop = nextHop(entry.prefix().family());
        if (nextHop == null) {
            return null;
        }
        try { // a route of the recording speaker's own may be without next hop
            var attributes = PathAttributes.parse(path.attributes().toArray());
            var octets = Octets.of(
                    attributes.with(new PathAttribute.NextHop(nextHop)).encode());
            var block = TablePaths.ofBlock(entry.prefix().family(), octets);
            var completed =
                    tables.read(entry, new MrtRecord.Path(path.peer(), path.originated(), path.pathId(), block));
            return completed == null || completed.announced().isEmpty() ? null : completed;
        } catch (IllegalArgumentException broken) {
            return null;
        }
    }

    private @Nullable InetAddress nextHop(AddressFamily family) {
        return family == AddressFamily.IPV4_UNICAST ? rewrite.nextHop4() : rewrite.nextHop6();
    }

    /** An UPDATE that the peer of the recording received; an empty one for other messages. */
    private @Nullable Update read(MrtRecord.Message message) {
        var octets = message.message().toArray();
        int length = Framing.length(octets, 0, octets.length, Framing.EXTENDED_MESSAGE);
        if (length != octets.length) {
            return null;
        }
        if (message.sent() || octets[Framing.HEADER - 1] != Framing.UPDATE) {
            return new Update(List.of(), List.of(), Set.of(), List.of());
        }
        var options = MrtText.options(message);
        return Update.decode(decoders.computeIfAbsent(options, UpdateDecoder::new), octets);
    }

    /** @param pathId of the paths; 0 leaves those that they have */
    private void update(@Nullable Update update, int pathId, Session up, UpdateEncoder encoder)
            throws IOException, InterruptedException {
        if (update == null || update.costs(MalformedUpdate.Cost.SESSION_RESET)) {
            skipped++;
            return;
        }
        var families = up.negotiated().families();
        for (var route : update.withdrawnRoutes()) {
            if (families.contains(route.prefix().family())) {
                finish(encoder);
                encoder.withdraw(chunk, route.prefix().family());
                prefix(route, pathId, encoder);
                encoder.finish();
                withdrawn++;
            }
        }
        for (var announcement : update.announced()) {
            announce(announcement, pathId, up.negotiated(), encoder);
        }
        if (chunk.readableBytes() > CHUNK) {
            finish(encoder);
            flush(up);
        }
    }

    private void announce(Update.Announcement announcement, int pathId, Negotiated negotiated, UpdateEncoder encoder) {
        long more = 0;
        for (var route : announcement.routes()) {
            var family = route.prefix().family();
            if (!negotiated.families().contains(family)) {
                skipped++;
                continue;
            }
            var octets =
                    rewritten(announcement.attributes(), family, negotiated).encode();
            if (announcing != family || !Arrays.equals(octets, block)) {
                finish(encoder);
                if (encoder.announce(chunk, family, octets, 0, octets.length) != UpdateEncoder.Fit.FITS) {
                    skipped++;
                    continue;
                }
                announcing = family;
                block = octets;
            }
            prefix(route, pathId, encoder);
            more++;
        }
        announced.add(more);
    }

    private static void prefix(Update.Route route, int pathId, UpdateEncoder encoder) {
        var prefix = route.prefix();
        encoder.prefix(prefix.high(), prefix.low(), prefix.length(), pathId == 0 ? route.pathId() : pathId);
    }

    private void finish(UpdateEncoder encoder) {
        if (announcing != null) {
            encoder.finish();
            announcing = null;
        }
    }

    private PathAttributes rewritten(PathAttributes attributes, AddressFamily family, Negotiated negotiated) {
        var changed = attributes;
        var nextHop = nextHop(family);
        if (nextHop != null) {
            changed = changed.with(new PathAttribute.NextHop(nextHop));
        }
        if (negotiated.isEbgp()) {
            changed = changed.without(AttributeType.LOCAL_PREF)
                    .without(AttributeType.ORIGINATOR_ID)
                    .without(AttributeType.CLUSTER_LIST)
                    .without(AttributeType.AIGP);
            if (!rewrite.keepPath()) {
                var path = changed.find(AsPath.class).orElse(AsPath.EMPTY);
                changed = changed.with(path.prepend(negotiated.localAsn(), 1));
            }
        } else if (changed.find(PathAttribute.LocalPref.class).isEmpty()) {
            changed = changed.with(new PathAttribute.LocalPref(100));
        }
        return changed;
    }

    private void flush(Session up) throws IOException, InterruptedException {
        synchronized (this) {
            while (closed == null && !up.isWritable()) {
                wait(100);
            }
        }
        if (!up.send(chunk)) {
            throw new IOException("the session ended: " + reason());
        }
        chunk = Unpooled.buffer(CHUNK + Framing.EXTENDED_MESSAGE);
    }

    private synchronized String reason() {
        return String.valueOf(closed);
    }

    private synchronized Session awaitSession(Duration patience) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + patience.toNanos();
        while (session == null) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new TimeoutException("no session within " + patience.toSeconds() + " s"
                        + (closed == null ? "" : ", at last: " + closed));
            }
            wait(left);
        }
        return session;
    }

    @Override
    public synchronized void established(Session up, Negotiated negotiated) {
        session = up;
        closed = null;
        notifyAll();
    }

    @Override
    public synchronized void closed(Session up, CloseReason reason) {
        closed = reason;
        notifyAll();
    }

    @Override
    public synchronized void attemptFailed(Neighbor neighbor, CloseReason reason) {
        closed = reason;
    }

    /** Blocks until the session is over; says why. */
    public synchronized CloseReason awaitEnd() throws InterruptedException {
        while (closed == null) {
            wait();
        }
        return closed;
    }

    /** Blocks until TCP has taken all that was sent, or the session is over. */
    public synchronized void awaitDrained() throws InterruptedException {
        while (closed == null && session != null && session.pendingOctets() > 0) {
            wait(20);
        }
    }

    @Override
    public synchronized void writable(Session up) {
        notifyAll();
    }

    @Override
    public boolean routes(Session up, RouteBatch batch) {
        return true; // the peer's routes are of no interest here
    }

    @Override
    public void routeRefresh(Session up, AddressFamily family) {}
}
