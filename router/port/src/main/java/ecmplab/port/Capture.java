package ecmplab.port;

import ecmplab.packet.PcapngWriter;
import ecmplab.packet.PcapngWriter.Direction;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what passes a node's ports to a pcapng file, from {@link #start} to {@link #close}, without stopping traffic: the
 * forwarding thread copies frames into a bounded ring, a virtual thread writes them. What the ring has no room for is
 * counted, not waited for; a file that cannot be written, or is full, ends the capture and nothing else.
 *
 * <p>A frame that was dropped has a comment, such as {@code dropped: no-route}: when the node dropped it within the burst it came
 * in, or its port did when it was to be sent. Frames that the node held back first (for a neighbour's address) and the kernel's own
 * drops are only counted.
 */
public final class Capture implements AutoCloseable {
    /**
     * What has become of it.
     *
     * @param written frames in the file
     * @param missed frames that the ring had no room for
     * @param ended why no more is written, or null
     */
    public record Status(
            long written, long missed, @Nullable String ended) {}

    /**
     * Where it ends.
     *
     * @param maxOctets of frames; the capture ends by itself before it would write more
     * @param snapLength octets kept of a frame, 1 to {@value #MAX_FRAME}
     */
    public record Limits(long maxOctets, int snapLength) {
        public Limits {
            if (snapLength < 1 || snapLength > MAX_FRAME) {
                throw new IllegalArgumentException("snap length " + snapLength + ": must be 1 to " + MAX_FRAME);
            }
        }

        public static Limits of(long maxOctets) {
            return new Limits(maxOctets, MAX_FRAME);
        }
    }

    public static final int MAX_FRAME = 2048;
    private static final int RING_FRAMES = 2048;
    private static final Duration WRITE_INTERVAL = Duration.ofMillis(20);
    /** A stamp is the time in nanoseconds since the start, above the interface and the direction. */
    private static final int INTERFACE_BITS = 6;

    private static final int MAX_INTERFACES = 1 << INTERFACE_BITS;

    private final List<TappedPort> ports;
    private final PcapngWriter writer;
    private final FramePool pool;
    private final Limits limits;
    private final Instant startedAt;
    private final LongSupplier nanoTime;
    private final long startedNanos;
    /** For each frame of the pool, the ring's number of the packet that came in it. */
    private final long[] numbers;

    private final FrameRing ring = new FrameRing(MAX_FRAME, RING_FRAMES);
    private final MemorySegment frame = Arena.ofAuto().allocate(MAX_FRAME);
    private final Thread thread;
    private final AtomicLong missed = new AtomicLong();
    private volatile long written;
    private volatile @Nullable String ended;
    private volatile boolean closing;
    private long octets;
    /** Of the forwarding thread: whether the frame copied last is in the ring. */
    private boolean appended;

    private final FramePool.DropWatch watch = this::dropping;

    private Capture(List<TappedPort> ports, OutputStream out, Limits limits, InstantSource clock, LongSupplier nanoTime)
            throws IOException {
        this.ports = List.copyOf(ports);
        this.limits = limits;
        pool = this.ports.getFirst().pool();
        numbers = new long[pool.size()];
        this.nanoTime = nanoTime;
        startedAt = clock.instant();
        startedNanos = nanoTime.getAsLong();
        writer = new PcapngWriter(out, "ecmplab");
        for (var port : ports) {
            writer.addInterface(port.name());
        }
        thread = Thread.ofVirtual().name("capture").unstarted(this::writeUntilClosed);
    }

    /**
     * Starts to write what passes {@code ports}, at least one, all of one pool that no other capture writes from.
     *
     * @param out closed with the capture
     */
    public static Capture start(
            List<TappedPort> ports, OutputStream out, Limits limits, InstantSource clock, LongSupplier nanoTime)
            throws IOException {
        if (ports.size() > MAX_INTERFACES) {
            throw new IllegalArgumentException(ports.size() + " ports: at most " + MAX_INTERFACES);
        }
        var pool = ports.getFirst().pool();
        for (var port : ports) {
            if (port.pool() != pool) {
                throw new IllegalArgumentException("port " + port.name() + " has another pool");
            }
        }
        var capture = new Capture(ports, out, limits, clock, nanoTime);
        if (!pool.watchDrops(null, capture.watch)) {
            throw new IllegalStateException("another capture of the same node runs");
        }
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).setTap(new TappedPort.Tap(capture, i));
        }
        capture.thread.start();
        return capture;
    }

    /** Called by the forwarding thread. */
    void copy(int interfaceNumber, Direction direction, MemorySegment memory, long address, int length) {
        long nanos = nanoTime.getAsLong() - startedNanos;
        long stamp = nanos << (INTERFACE_BITS + 1) | (long) interfaceNumber << 1 | direction.ordinal();
        appended = ring.append(memory, address, Math.min(length, limits.snapLength), stamp, length);
        if (!appended) {
            missed.incrementAndGet();
        } else if (direction == Direction.INBOUND) {
            numbers[pool.index(address)] = ring.lastAppended();
        }
    }

    /** Called by the forwarding thread: says of the frame copied last that it was dropped. */
    void noteLast(Enum<?> reason) {
        if (appended) {
            ring.note(ring.lastAppended(), reason);
        }
    }

    private void dropping(long address, Enum<?> reason) {
        long number = numbers[pool.index(address)];
        if (number > 0) {
            ring.note(number, reason);
        }
    }

    /** Called by the forwarding thread. */
    void publish() {
        ring.publish();
    }

    public Status status() {
        return new Status(written, missed.get(), ended);
    }

    private void writeUntilClosed() {
        try (writer) {
            boolean last;
            do {
                last = closing;
                writeAll();
                writer.flush();
                if (!last) {
                    // The forwarding thread wakes nobody, which would cost it a system call: look again by itself.
                    LockSupport.parkNanos(WRITE_INTERVAL.toNanos());
                }
            } while (!last && ended == null);
        } catch (IOException failure) {
            ended = "cannot write: " + failure.getMessage();
        } finally {
            untap();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void writeAll() throws IOException {
        while (!ring.isEmpty()) {
            int length = ring.nextLength();
            if (octets + length > limits.maxOctets) {
                ended = "full: " + limits.maxOctets + " octets";
                return;
            }
            long stamp = ring.nextStamp();
            int wholeLength = ring.nextWholeLength();
            var note = ring.nextNote();
            ring.copyNext(frame, 0);
            ring.advance();
            var when = startedAt.plusNanos(stamp >>> (INTERFACE_BITS + 1));
            var direction = (stamp & 1) == 0 ? Direction.INBOUND : Direction.OUTBOUND;
            var comment = note == null ? null : "dropped: " + Drops.label(note);
            int number = (int) (stamp >>> 1) & (MAX_INTERFACES - 1);
            writer.write(number, when, direction, frame, 0, length, wholeLength, comment);
            octets += length;
            written++;
        }
    }

    private void untap() {
        for (var port : ports) {
            port.setTap(null);
        }
        pool.watchDrops(watch, null);
    }

    /** Stops listening, writes what the forwarding thread has handed over, closes the file. */
    @Override
    public void close() {
        untap();
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
