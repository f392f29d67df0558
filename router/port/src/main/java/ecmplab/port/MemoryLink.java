package ecmplab.port;

import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Two ports joined by a cable that exists in memory only: what one sends and flushes, the other receives, in order. The ends
 * may belong to different threads and pools. Nothing is lost but what is counted, and nothing depends on time.
 */
public final class MemoryLink implements AutoCloseable {
    /** What each end is to be. */
    public record End(String name, MacAddress mac, FramePool pool) {}

    private final LinkPort left;
    private final LinkPort right;
    private volatile boolean up = true;

    /**
     * @param mtu octets, without the Ethernet header
     * @param capacity frames in flight each way; a power of two
     */
    public MemoryLink(End left, End right, int mtu, int capacity) {
        var toRight = new Ring(mtu + Ethernet.LENGTH, capacity);
        var toLeft = new Ring(mtu + Ethernet.LENGTH, capacity);
        this.left = new LinkPort(left, mtu, toRight, toLeft);
        this.right = new LinkPort(right, mtu, toLeft, toRight);
    }

    public Port left() {
        return left;
    }

    public Port right() {
        return right;
    }

    /** Plugs or pulls the cable: while it is pulled, what is sent is dropped as {@link PortDrop#PORT_DOWN}. */
    public void setUp(boolean up) {
        this.up = up;
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }

    /** Frames in flight one way. One thread appends, one takes. */
    private static final class Ring {
        private static final VarHandle PUBLISHED;
        private static final VarHandle TAKEN;

        static {
            try {
                PUBLISHED = MethodHandles.lookup().findVarHandle(Ring.class, "published", long.class);
                TAKEN = MethodHandles.lookup().findVarHandle(Ring.class, "taken", long.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        final MemorySegment slots;
        final int[] lengths;
        final int slotSize;
        final int mask;
        /** Frames ever written, owned by the sender; ever published to and ever taken by the receiver. */
        long written;

        @SuppressWarnings("UnusedVariable") // by VarHandle
        private long published;

        @SuppressWarnings("UnusedVariable") // by VarHandle
        private long taken;

        Ring(int maxLength, int capacity) {
            if (Integer.bitCount(capacity) != 1) {
                throw new IllegalArgumentException("capacity " + capacity + ": must be a power of two");
            }
            slotSize = (maxLength + 63) & -64;
            slots = Arena.ofAuto().allocate((long) slotSize * capacity, 64);
            lengths = new int[capacity];
            mask = capacity - 1;
        }

        boolean append(MemorySegment from, long address, int length) {
            if (written - (long) TAKEN.getAcquire(this) > mask) {
                return false;
            }
            int slot = (int) written & mask;
            MemorySegment.copy(from, address, slots, (long) slot * slotSize, length);
            lengths[slot] = length;
            written++;
            return true;
        }

        void publish() {
            PUBLISHED.setRelease(this, written);
        }

        long unpublished() {
            return written - (long) PUBLISHED.getOpaque(this);
        }

        boolean isEmpty() {
            return (long) PUBLISHED.getAcquire(this) == (long) TAKEN.getOpaque(this);
        }

        int nextLength() {
            return lengths[(int) (long) TAKEN.getOpaque(this) & mask];
        }

        void takeTo(MemorySegment to, long address, int length) {
            long slot = (long) TAKEN.getOpaque(this) & mask;
            MemorySegment.copy(slots, slot * slotSize, to, address, length);
        }

        void advance() {
            TAKEN.setRelease(this, (long) TAKEN.getOpaque(this) + 1);
        }
    }

    private final class LinkPort implements Port {
        private final End end;
        private final int mtu;
        private final Ring out;
        private final Ring in;
        private final PortTally tally = new PortTally();
        private long unflushedOctets;
        private volatile boolean closed;

        LinkPort(End end, int mtu, Ring out, Ring in) {
            this.end = end;
            this.mtu = mtu;
            this.out = out;
            this.in = in;
        }

        @Override
        public String name() {
            return end.name();
        }

        @Override
        public MacAddress mac() {
            return end.mac();
        }

        @Override
        public int mtu() {
            return mtu;
        }

        @Override
        public FramePool pool() {
            return end.pool();
        }

        @Override
        public int receive(Burst burst) {
            var pool = end.pool();
            int before = burst.count();
            while (!closed && !burst.isFull() && !in.isEmpty()) {
                int length = in.nextLength();
                if (length > pool.room()) {
                    tally.drop(PortDrop.RX_OVERSIZE);
                    in.advance();
                    continue;
                }
                long address = pool.acquire();
                if (address < 0) {
                    break;
                }
                in.takeTo(pool.memory(), address, length);
                in.advance();
                burst.add(address, length);
                tally.received(1, length);
            }
            return burst.count() - before;
        }

        @Override
        public boolean send(long address, int length) {
            var refusal = refusal(length);
            boolean queued = refusal == null && out.append(end.pool().memory(), address, length);
            end.pool().release(address);
            if (queued) {
                unflushedOctets += length;
            } else {
                tally.drop(refusal == null ? PortDrop.TX_FULL : refusal);
            }
            return queued;
        }

        private @Nullable PortDrop refusal(int length) {
            if (closed) {
                return PortDrop.CLOSED;
            }
            if (length > mtu + Ethernet.LENGTH) {
                return PortDrop.OVERSIZE;
            }
            return up ? null : PortDrop.PORT_DOWN;
        }

        @Override
        public void flush() {
            long frames = out.unpublished();
            if (frames == 0) {
                return;
            }
            if (closed) {
                out.written -= frames;
                tally.drop(PortDrop.CLOSED, frames);
            } else {
                out.publish();
                tally.sent(frames, unflushedOctets);
            }
            unflushedOctets = 0;
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public PortCounters counters() {
            return tally.snapshot();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
