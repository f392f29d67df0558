package ecmplab.port;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.SplittableRandom;

/**
 * One direction of an {@link ImpairedPort}: decides for each frame whether it is lost, comes twice or waits, and holds those
 * that wait in two queues: those that are delayed, and those that overtake them. The same seed and the same frames at the same
 * times give the same decisions. One thread, but for the counts; allocates nothing for a frame.
 */
final class ImpairedDirection {
    /** What is on the other side. */
    interface Exit {
        /** Whether another frame can be taken now. */
        boolean hasRoom();

        /** Takes over the frame. */
        void pass(long address, int length);

        /** Told of a frame before it is released. */
        void dropping(long address, int length, ImpairmentDrop reason);
    }

    /** What a direction calls its reasons. */
    record Reasons(ImpairmentDrop loss, ImpairmentDrop partition, ImpairmentDrop full, ImpairmentDrop closed) {
        static final Reasons TX = new Reasons(
                ImpairmentDrop.TX_IMPAIRED_LOSS,
                ImpairmentDrop.TX_PARTITION,
                ImpairmentDrop.TX_IMPAIRED_FULL,
                ImpairmentDrop.TX_IMPAIRED_CLOSED);
        static final Reasons RX = new Reasons(
                ImpairmentDrop.RX_IMPAIRED_LOSS,
                ImpairmentDrop.RX_PARTITION,
                ImpairmentDrop.RX_IMPAIRED_FULL,
                ImpairmentDrop.RX_IMPAIRED_CLOSED);
    }

    static final int CAPACITY = 2048;
    /** One of so many frames of the pool stays for those that do not wait. */
    private static final int RESERVED_SHARE = 4;

    private static final double NANOS_PER_OCTET_AT_ONE_BIT = 8e9;
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int HELD = 0;
    private static final int DUPLICATED = 1;
    private static final int MISSING_OCTETS = 2;

    private final FramePool pool;
    private final Exit exit;
    private final Reasons reasons;
    private final Drops<ImpairmentDrop> drops;
    private final long[] counts = new long[3];
    private final WaitingFrames delayed = new WaitingFrames(CAPACITY);
    private final WaitingFrames overtaking = new WaitingFrames(CAPACITY);

    private Impairment impairment = Impairment.NONE;
    private SplittableRandom random = new SplittableRandom(0);
    private long delayNanos;
    private long jitterNanos;
    /** When the line will have sent what it was given. */
    private long lineFree;
    /** When the last delayed frame is due. */
    private long lastDue;

    ImpairedDirection(FramePool pool, Exit exit, Reasons reasons, Drops<ImpairmentDrop> drops) {
        this.pool = pool;
        this.exit = exit;
        this.reasons = reasons;
        this.drops = drops;
    }

    /** From now on otherwise. Frames that wait keep their time, or are due at once if no frame has to wait any more. */
    void change(Impairment next, long seed, long now) {
        impairment = next;
        random = new SplittableRandom(seed);
        delayNanos = next.delay().toNanos();
        jitterNanos = next.jitter().toNanos();
        lineFree = now;
        if (held() == 0 || !next.delays()) {
            delayed.hurry(now);
            overtaking.hurry(now);
            lastDue = now;
        }
    }

    /** Whether frames need not come by here. */
    boolean isIdle() {
        return impairment.isNone() && delayed.count() == 0 && overtaking.count() == 0;
    }

    /** When the next frame is due, or {@link Long#MAX_VALUE}. */
    long nextDue() {
        long due = delayed.count() > 0 ? delayed.firstDue() : Long.MAX_VALUE;
        return overtaking.count() > 0 ? Math.min(due, overtaking.firstDue()) : due;
    }

    /** Takes over a frame. @return false when it was dropped because too many wait */
    boolean accept(long address, int length, long now) {
        add(MISSING_OCTETS, length);
        if (impairment.partition()) {
            drop(address, length, reasons.partition);
            return true;
        }
        if (happens(impairment.loss())) {
            drop(address, length, reasons.loss);
            return true;
        }
        long copy = happens(impairment.duplicate()) ? copyOf(address, length) : -1;
        boolean kept = line(address, length, now);
        if (copy >= 0) {
            line(copy, length, now);
        }
        return kept;
    }

    private boolean happens(double part) {
        return part > 0 && random.nextDouble() < part;
    }

    /** A copy at the same place of another frame, or -1 when frames are scarce. */
    private long copyOf(long address, int length) {
        if (isScarce()) {
            return -1;
        }
        long copy = pool.acquire() - FramePool.HEADROOM + (address & (pool.frameSize() - 1));
        MemorySegment.copy(pool.memory(), address, pool.memory(), copy, length);
        add(DUPLICATED, 1);
        return copy;
    }

    private boolean isScarce() {
        return pool.available() <= pool.size() / RESERVED_SHARE;
    }

    private boolean line(long address, int length, long now) {
        long sent = now;
        if (impairment.bitsPerSecond() != 0) {
            lineFree =
                    Math.max(now, lineFree) + (long) (length * NANOS_PER_OCTET_AT_ONE_BIT / impairment.bitsPerSecond());
            sent = lineFree;
        }
        if (delayNanos > 0 && happens(impairment.reorder())) {
            return passOrWait(overtaking, address, length, sent, now);
        }
        long wait = jitterNanos == 0 ? delayNanos : delayNanos + random.nextLong(-jitterNanos, jitterNanos + 1);
        lastDue = Math.max(lastDue, sent + wait);
        return passOrWait(delayed, address, length, lastDue, now);
    }

    private boolean passOrWait(WaitingFrames queue, long address, int length, long due, long now) {
        if (due <= now && queue.count() == 0 && exit.hasRoom()) {
            pass(address, length);
            return true;
        }
        if (queue.isFull() || isScarce()) {
            drop(address, length, reasons.full);
            return false;
        }
        pool.keep(address);
        queue.add(address, length, due);
        add(HELD, 1);
        return true;
    }

    /** Passes what is due, as far as there is room. */
    void release(long now) {
        while (exit.hasRoom()) {
            boolean overtakes =
                    overtaking.count() > 0 && (delayed.count() == 0 || overtaking.firstDue() < delayed.firstDue());
            var queue = overtakes ? overtaking : delayed;
            if (queue.count() == 0 || queue.firstDue() > now) {
                return;
            }
            long address = queue.firstAddress();
            int length = queue.firstLength();
            queue.removeFirst();
            add(HELD, -1);
            pool.takeInHand(address);
            pass(address, length);
        }
    }

    private void pass(long address, int length) {
        add(MISSING_OCTETS, -length);
        exit.pass(address, length);
    }

    /** Drops everything that waits. */
    void close() {
        for (var queue : new WaitingFrames[] {delayed, overtaking}) {
            while (queue.count() > 0) {
                long address = queue.firstAddress();
                int length = queue.firstLength();
                queue.removeFirst();
                add(HELD, -1);
                drop(address, length, reasons.closed);
            }
        }
    }

    private void drop(long address, int length, ImpairmentDrop reason) {
        drops.count(reason);
        exit.dropping(address, length, reason);
        pool.release(address);
    }

    private void add(int at, long amount) {
        COUNT.setOpaque(counts, at, counts[at] + amount);
    }

    /** Frames that wait. Any thread. */
    long held() {
        return (long) COUNT.getOpaque(counts, HELD);
    }

    /** Frames made by copying. Any thread. */
    long duplicated() {
        return (long) COUNT.getOpaque(counts, DUPLICATED);
    }

    /** Octets of the frames accepted and not passed, less those of copies passed. Any thread. */
    long missingOctets() {
        return (long) COUNT.getOpaque(counts, MISSING_OCTETS);
    }

    /** Frames dropped. Any thread. */
    long dropped() {
        return drops.of(reasons.loss) + drops.of(reasons.partition) + drops.of(reasons.full) + drops.of(reasons.closed);
    }
}
