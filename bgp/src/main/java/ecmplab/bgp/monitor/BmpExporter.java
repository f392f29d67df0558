package ecmplab.bgp.monitor;

import ecmplab.bgp.monitor.BmpMessages.Statistic;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Octets;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tells one BMP collector what the speaker's peers announce, before policy, from now until {@link #close}; connects again and again. After
 * each connect it is told everything: each peer with both OPENs, its table, and then its UPDATEs as they arrive. A collector that reads too
 * slowly is disconnected, and told everything anew. Has a thread of its own.
 */
public final class BmpExporter implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int BUFFER = 64 << 10;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final long FAREWELL_MILLIS = 1_000;

    private final Speaker speaker;
    private final BmpCollector collector;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Thread thread;

    private volatile boolean closing;
    private volatile boolean connected;
    private volatile Instant since;
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong octets = new AtomicLong();
    private volatile @Nullable String lastFailure;
    private volatile @Nullable Backlog<BmpTap.Item> backlog;
    private volatile @Nullable Socket socket;

    private BmpExporter(Speaker speaker, BmpCollector collector, InstantSource clock, RandomGenerator random) {
        this.speaker = speaker;
        this.collector = collector;
        this.clock = clock;
        this.random = random;
        since = clock.instant();
        thread = Thread.ofPlatform().daemon().name("bmp").unstarted(this::run);
    }

    /**
     * Begins to connect.
     *
     * @param speaker may be closed before this, so that the collector is told of the ends of its sessions
     * @param clock of the messages
     * @param random for the jitter between attempts to connect
     */
    public static BmpExporter start(
            Speaker speaker, BmpCollector collector, InstantSource clock, RandomGenerator random) {
        var exporter = new BmpExporter(speaker, collector, clock, random);
        exporter.thread.start();
        return exporter;
    }

    private void run() {
        var pause = FIRST_PAUSE;
        while (!closing) {
            var began = clock.instant();
            try (var connection = new Socket()) {
                socket = connection;
                connection.connect(collector.address(), CONNECT_MILLIS);
                connection.setTcpNoDelay(true);
                connection.setKeepAlive(true);
                serve(connection);
            } catch (IOException | IllegalStateException failure) {
                lastFailure = closing ? lastFailure : String.valueOf(failure.getMessage());
            } catch (InterruptedException closed) {
                return;
            } finally {
                left();
            }
            boolean lasted = Duration.between(began, clock.instant()).compareTo(LONGEST_PAUSE) > 0;
            pause = lasted ? FIRST_PAUSE : pause;
            if (!closing) {
                LockSupport.parkNanos(this, pause.toNanos() / 4 * 3 + random.nextLong(pause.toNanos() / 4));
            }
            pause = pause.compareTo(LONGEST_PAUSE.dividedBy(2)) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
    }

    private void left() {
        if (connected) {
            connected = false;
            since = clock.instant();
        }
        backlog = null;
        socket = null;
    }

    private void serve(Socket connection) throws IOException, InterruptedException {
        var waiting = new Backlog<BmpTap.Item>(collector.mostWaiting());
        var tap = new BmpTap(waiting, () -> Thread.startVirtualThread(() -> shut(connection)), clock);
        backlog = waiting;
        watchForEnd(connection, waiting);
        connected = true;
        since = clock.instant();
        connections.incrementAndGet();
        var out = new BufferedOutputStream(connection.getOutputStream(), BUFFER);
        write(out, BmpMessages.initiation(collector.systemName(), collector.systemDescription()));
        speaker.addTap(tap);
        try {
            copy(out, waiting, tap, connection);
        } catch (IOException failure) {
            throw tap.overflowed()
                    ? new IOException("the collector is more than " + collector.mostWaiting() + " octets behind")
                    : failure;
        } finally {
            speaker.removeTap(tap);
        }
    }

    private void copy(OutputStream out, Backlog<BmpTap.Item> waiting, BmpTap tap, Socket connection)
            throws IOException, InterruptedException {
        var interval = collector.statistics().isZero() ? LONGEST_WAIT : collector.statistics();
        long nextStatistics = System.nanoTime() + interval.toNanos();
        while (!closing) {
            if (waiting.isEmpty()) {
                out.flush();
            }
            var item = waiting.take(Duration.ofNanos(Math.max(1, nextStatistics - System.nanoTime())));
            if (item != null) {
                write(out, item.message());
                if (item.fresh() instanceof BmpPeer peer) {
                    // What arrives meanwhile waits in the queue behind it, so that old never replaces new.
                    speaker.awaitRoutes();
                    new TableDump(speaker, peer, clock, message -> write(out, message)).write();
                }
            }
            if (tap.overflowed() || connection.isClosed()) {
                throw new IOException("the collector closed the connection");
            }
            if (nextStatistics - System.nanoTime() <= 0) {
                nextStatistics += interval.toNanos();
                reportStatistics(out, tap);
            }
        }
        write(out, BmpMessages.termination());
        out.flush();
    }

    private void reportStatistics(OutputStream out, BmpTap tap) throws IOException {
        if (collector.statistics().isZero()) {
            return;
        }
        for (var peer : tap.peers()) {
            NeighborSnapshot seen;
            try {
                seen = speaker.neighbor(peer.neighbor());
            } catch (IllegalArgumentException removed) {
                continue;
            }
            var statistics = new ArrayList<Statistic>();
            statistics.add(Statistic.loops(seen.loops()));
            long all = 0;
            for (var counts : seen.counts()) {
                all += counts.received();
                var family = counts.family();
                statistics.add(Statistic.routesReceived(family.afi(), family.safi(), counts.received()));
            }
            statistics.add(Statistic.routesReceived(all));
            write(out, BmpMessages.statistics(peer, clock.instant(), statistics));
        }
    }

    private void write(OutputStream out, Octets message) throws IOException {
        out.write(message.toArray());
        messages.incrementAndGet();
        octets.addAndGet(message.length());
    }

    /** A collector says nothing (RFC 7854 section 3.2), so what can be read is the end. */
    private static void watchForEnd(Socket connection, Backlog<BmpTap.Item> waiting) {
        Thread.startVirtualThread(() -> {
            try (var in = connection.getInputStream()) {
                while (in.read() >= 0) {
                    // It should not, and it does not matter.
                }
            } catch (IOException ended) {
                // As well.
            }
            waiting.wake();
        });
    }

    private static void shut(Socket connection) {
        try {
            connection.close();
        } catch (IOException closedAlready) {
            // That was the purpose.
        }
    }

    public BmpSnapshot snapshot() {
        var waiting = backlog;
        return new BmpSnapshot(
                collector,
                connected,
                since,
                connections.get(),
                messages.get(),
                octets.get(),
                waiting == null ? 0 : waiting.octets(),
                lastFailure);
    }

    /** Says farewell to the collector, if that takes no more than a second. */
    @Override
    public void close() {
        closing = true;
        var waiting = backlog;
        if (waiting != null) {
            waiting.wake();
        }
        LockSupport.unpark(thread);
        try {
            if (!thread.join(Duration.ofMillis(FAREWELL_MILLIS))) {
                var open = socket;
                if (open != null) {
                    shut(open);
                }
                thread.interrupt();
                thread.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
