package ecmplab.bgp.monitor;

import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.MessageTap;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.session.Neighbor;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Records all messages and changes of state of a speaker's sessions, both directions, in MRT files (RFC 6396 section 4.4, RFC 8050), until
 * {@link #close}. Has a thread of its own; what the disk is too slow for is lost, and counted.
 */
public final class MrtRecorder implements AutoCloseable {
    private static final long MOST_WAITING = 64 << 20;
    /** Of a record, besides its message. */
    private static final int OVERHEAD = 64;

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);

    private final Speaker speaker;
    private final MrtFiles files;
    private final InstantSource clock;
    private final Backlog<MrtRecord> backlog = new Backlog<>(MOST_WAITING);
    private final AtomicLong lost = new AtomicLong();
    private final Tap tap = new Tap();
    private final Thread thread;

    private volatile boolean closing;
    private volatile @Nullable MrtFile file;
    private final AtomicLong records = new AtomicLong();
    private final AtomicInteger finished = new AtomicInteger();
    private volatile @Nullable String lastFailure;
    private Instant fileBegan = Instant.EPOCH;
    private Instant tryAgain = Instant.EPOCH;

    private MrtRecorder(Speaker speaker, MrtFiles files, InstantSource clock) {
        this.speaker = speaker;
        this.files = files;
        this.clock = clock;
        thread = Thread.ofPlatform().daemon().name("mrt").unstarted(this::run);
    }

    /**
     * Begins to record. Nothing is written before there is something to write.
     *
     * @param speaker may be closed before this, so that the ends of its sessions are recorded
     */
    public static MrtRecorder start(Speaker speaker, MrtFiles files, InstantSource clock) {
        var recorder = new MrtRecorder(speaker, files, clock);
        recorder.thread.start();
        speaker.addTap(recorder.tap);
        return recorder;
    }

    /** On the sessions' event loop. */
    private final class Tap implements MessageTap {
        private final Map<Ends, Negotiated> established = new ConcurrentHashMap<>();

        @Override
        public void established(Ends ends, Negotiated negotiated, Octets sentOpen, Octets receivedOpen) {
            established.put(ends, negotiated);
        }

        @Override
        public void closed(Ends ends, Negotiated negotiated, CloseReason reason) {
            established.remove(ends);
        }

        @Override
        public void message(Ends ends, Direction direction, ByteBuf message) {
            boolean sent = direction == Direction.SENT;
            var agreed = established.get(ends);
            boolean addPath = agreed != null && !(sent ? agreed.addPathSend() : agreed.addPathReceive()).isEmpty();
            var octets = Octets.of(ByteBufUtil.getBytes(message));
            var between = between(
                    ends.neighbor(),
                    agreed == null ? ends.neighbor().config().remoteAsn() : agreed.peerAsn(),
                    ends.local().getAddress());
            boolean wide = agreed == null || agreed.fourOctetAs();
            add(new MrtRecord.Message(clock.instant(), between, wide, addPath, sent, octets), octets.length());
        }

        @Override
        public void stateChanged(Neighbor neighbor, State from, State to) {
            var config = neighbor.config();
            var given = config.transport().localAddress();
            var local = given == null ? unspecified(config.remoteAddress()) : given;
            var between = between(neighbor, config.remoteAsn(), local);
            add(new MrtRecord.StateChange(clock.instant(), between, true, code(from), code(to)), 0);
        }
    }

    private static MrtRecord.Ends between(Neighbor neighbor, Asn peerAsn, InetAddress local) {
        var config = neighbor.config();
        return new MrtRecord.Ends(peerAsn, config.localAsn(), 0, config.remoteAddress(), local);
    }

    private static InetAddress unspecified(InetAddress like) {
        return InetAddress.ofLiteral(like.getAddress().length == 4 ? "0.0.0.0" : "::");
    }

    private static int code(State state) {
        return state.ordinal() + 1;
    }

    private void add(MrtRecord record, int octets) {
        if (!backlog.offer(record, octets + OVERHEAD)) {
            lost.incrementAndGet();
        }
    }

    private void run() {
        try {
            while (!closing || !backlog.isEmpty()) {
                if (backlog.isEmpty()) {
                    attempt(MrtFile::flush);
                }
                var record = backlog.take(files.rotateAfter());
                rotate();
                if (record != null) {
                    write(record);
                }
            }
        } catch (InterruptedException given) {
            Thread.currentThread().interrupt();
        } finally {
            finish();
        }
    }

    private void rotate() {
        var open = file;
        if (open != null
                && (open.octets() >= files.rotateOctets()
                        || !clock.instant().isBefore(fileBegan.plus(files.rotateAfter())))) {
            finish();
        }
    }

    private void write(MrtRecord record) {
        var now = clock.instant();
        if (file == null && !now.isBefore(tryAgain)) {
            try {
                file = new MrtFile(files, now);
                fileBegan = now;
            } catch (IOException refused) {
                failed(refused);
            }
        }
        if (file == null) {
            lost.incrementAndGet();
        } else {
            attempt(open -> {
                open.write(record);
                records.incrementAndGet();
            });
        }
    }

    private void finish() {
        if (file == null) {
            return;
        }
        attempt(open -> {
            open.close();
            finished.incrementAndGet();
            file = null;
            removeOld();
        });
    }

    private void removeOld() throws IOException {
        if (files.keep() == 0) {
            return;
        }
        try (var all = Files.list(files.folder())) {
            var ours = all.filter(path -> path.getFileName().toString().startsWith(MrtFile.START)
                            && !path.toString().endsWith(MrtFile.PART))
                    .sorted()
                    .toList();
            for (int i = 0; i < ours.size() - files.keep(); i++) {
                Files.deleteIfExists(ours.get(i));
            }
        }
    }

    @FunctionalInterface
    private interface Act {
        void on(MrtFile open) throws IOException;
    }

    private void attempt(Act act) {
        var open = file;
        if (open == null) {
            return;
        }
        try {
            act.on(open);
        } catch (IOException failure) {
            failed(failure);
        }
    }

    /** The file is left as it is, half written; another is tried later. */
    private void failed(IOException failure) {
        lastFailure = failure.toString();
        file = null;
        lost.incrementAndGet();
        tryAgain = clock.instant().plus(PAUSE_AFTER_FAILURE);
    }

    public MrtSnapshot snapshot() {
        var open = file;
        return new MrtSnapshot(
                open == null ? null : open.path(),
                records.get(),
                lost.get(),
                finished.get(),
                backlog.octets(),
                lastFailure);
    }

    /** Writes what waits, and closes the file. */
    @Override
    public void close() {
        speaker.removeTap(tap);
        closing = true;
        backlog.wake();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
