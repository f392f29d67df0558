package ecmplab.port;

import ecmplab.packet.MacAddress;
import java.util.HashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A port with a line behind it that can be made bad at any time while it works: what the node receives by it, and what it sends.
 * While nothing is impaired it costs a look a burst. What is lost is counted among the port's drops; what waits, and came twice, in
 * {@link PortCounters.Stage}. What the kernel sends and receives by the same interface does not come by here.
 *
 * <p>Frames that wait leave with {@link #receive} or {@link #flush}; {@link #nextDue} says when one of them should be called.
 */
public final class ImpairedPort implements Port {
    /**
     * What is to be done to frames.
     *
     * @param in to those received
     * @param out to those sent
     * @param seed of the decisions; the same seed and the same frames at the same times give the same
     */
    public record Plan(Impairment in, Impairment out, long seed) {
        public static final Plan NONE = new Plan(Impairment.NONE, Impairment.NONE, 0);

        public boolean isNone() {
            return in.isNone() && out.isNone();
        }
    }

    private static final int BURST = 64;

    private final TappedPort port;
    private final LongSupplier nanoTime;
    private final Drops<ImpairmentDrop> drops = new Drops<>(ImpairmentDrop.class);
    private final Burst arrived = new Burst(BURST);

    private volatile Plan plan = Plan.NONE;
    /** What the forwarding thread has not seen yet. */
    private final AtomicReference<@Nullable Plan> pending = new AtomicReference<>();

    private volatile boolean closed;
    /** Made with the first impairment, by the forwarding thread; read by others for counts. */
    private volatile @Nullable Directions directions;

    private record Directions(ImpairedDirection in, Entrance entrance, ImpairedDirection out) {}

    /** @param nanoTime the forwarding thread's clock */
    public ImpairedPort(TappedPort port, LongSupplier nanoTime) {
        this.port = port;
        this.nanoTime = nanoTime;
    }

    /** Impairs from the next burst on. Any thread. */
    public void impair(Plan next) {
        plan = next;
        pending.set(next);
    }

    /** What was said last. Any thread. */
    public Plan plan() {
        return plan;
    }

    /** The stage below, at which captures listen: between this and the line. */
    public TappedPort tapped() {
        return port;
    }

    /** Hands received frames to the caller's burst. */
    private final class Entrance implements ImpairedDirection.Exit {
        private Burst burst = arrived;

        @Override
        public boolean hasRoom() {
            return !burst.isFull();
        }

        @Override
        public void pass(long address, int length) {
            burst.add(address, length);
        }

        @Override
        public void dropping(long address, int length, ImpairmentDrop reason) {
            port.pool().dropping(address, reason);
        }
    }

    /** Hands sent frames to the port. */
    private final class Line implements ImpairedDirection.Exit {
        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void pass(long address, int length) {
            port.send(address, length);
        }

        @Override
        public void dropping(long address, int length, ImpairmentDrop reason) {
            port.dropped(address, length, reason);
        }
    }

    private void adopt(Plan next) {
        var both = directions;
        if (both == null) {
            var entrance = new Entrance();
            both = new Directions(
                    new ImpairedDirection(port.pool(), entrance, ImpairedDirection.Reasons.RX, drops),
                    entrance,
                    new ImpairedDirection(port.pool(), new Line(), ImpairedDirection.Reasons.TX, drops));
            directions = both;
        }
        long now = nanoTime.getAsLong();
        both.in.change(next.in, next.seed, now);
        both.out.change(next.out, ~next.seed, now);
    }

    @Override
    public int receive(Burst burst) {
        if (pending.get() != null) {
            var wanted = pending.getAndSet(null);
            if (wanted != null) {
                adopt(wanted);
            }
        }
        var both = directions;
        if (both == null) {
            return port.receive(burst);
        }
        if (closed) {
            both.in.close();
            both.out.close();
        }
        if (!both.out.isIdle()) {
            both.out.release(nanoTime.getAsLong());
            port.flush();
        }
        return both.in.isIdle() ? port.receive(burst) : receive(burst, both);
    }

    private int receive(Burst burst, Directions both) {
        int before = burst.count();
        long now = nanoTime.getAsLong();
        both.entrance.burst = burst;
        both.in.release(now);
        arrived.clear();
        port.receive(arrived);
        for (int i = 0; i < arrived.count(); i++) {
            both.in.accept(arrived.address(i), arrived.length(i), now);
        }
        return burst.count() - before;
    }

    @Override
    public boolean send(long address, int length) {
        var both = directions;
        if (both == null || closed || both.out.isIdle()) {
            return port.send(address, length);
        }
        return both.out.accept(address, length, nanoTime.getAsLong());
    }

    @Override
    public void flush() {
        var both = directions;
        if (both != null && !both.out.isIdle() && !closed) {
            both.out.release(nanoTime.getAsLong());
        }
        port.flush();
    }

    @Override
    public long nextDue() {
        var both = directions;
        if (both == null) {
            return port.nextDue();
        }
        return Math.min(port.nextDue(), Math.min(both.in.nextDue(), both.out.nextDue()));
    }

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public MacAddress mac() {
        return port.mac();
    }

    @Override
    public int mtu() {
        return port.mtu();
    }

    @Override
    public FramePool pool() {
        return port.pool();
    }

    @Override
    public int descriptor() {
        return port.descriptor();
    }

    @Override
    public int sideDescriptor() {
        return port.sideDescriptor();
    }

    @Override
    public int held() {
        return port.held();
    }

    @Override
    public long lost() {
        return port.lost();
    }

    @Override
    public PortCounters counters() {
        var below = port.counters();
        var both = directions;
        if (both == null) {
            return below;
        }
        var reasons = new HashMap<>(below.drops());
        reasons.putAll(drops.snapshot());
        var in = both.in;
        var out = both.out;
        return new PortCounters(
                below.rxPackets() - in.dropped() - in.held() + in.duplicated(),
                below.rxOctets() - in.missingOctets(),
                below.txPackets(),
                below.txOctets(),
                reasons,
                new PortCounters.Stage(in.held(), out.held(), in.duplicated(), out.duplicated()));
    }

    /** What waits is dropped with the owner's next call. */
    @Override
    public void close() {
        closed = true;
        port.close();
    }
}
