package ecmplab.port;

import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
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
        var toRight = new FrameRing(mtu + Ethernet.LENGTH, capacity);
        var toLeft = new FrameRing(mtu + Ethernet.LENGTH, capacity);
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

    private final class LinkPort implements Port {
        private final End end;
        private final int mtu;
        private final FrameRing out;
        private final FrameRing in;
        private final PortTally tally = new PortTally();
        private long unflushedOctets;
        private volatile boolean closed;

        LinkPort(End end, int mtu, FrameRing out, FrameRing in) {
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
                in.copyNext(pool.memory(), address);
                in.advance();
                burst.add(address, length);
                tally.received(1, length);
            }
            return burst.count() - before;
        }

        @Override
        public boolean send(long address, int length) {
            var refusal = refusal(length);
            boolean queued = refusal == null && out.append(end.pool().memory(), address, length, 0);
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
            int frames = out.unpublished();
            if (frames == 0) {
                return;
            }
            if (closed) {
                out.retract();
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
        public @Nullable PortDrop lastDrop() {
            return tally.last();
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
