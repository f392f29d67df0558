package ecmplab.port;

import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.SystemCallException;
import org.jspecify.annotations.Nullable;

/**
 * A port that is an interface of the kernel: what all kinds of them have in common. Frames to send are queued here; the kinds
 * hand them to the kernel. Descriptors and shared memory are used only under a lock that {@link #close} takes too, for a
 * burst at a time and never while waiting.
 */
public abstract sealed class InterfacePort implements Port permits KernelPort, RingPort, XdpPort {
    /** Which received frames a port hands on. */
    public enum Accept {
        /** Those to the interface's own address, multicast and broadcast, as a network card does. */
        OWN,
        /** All that the kernel sees, as a card in promiscuous mode that a bridge floods. */
        ALL
    }

    /** Frames that go to or come from the kernel in one call. */
    static final int BATCH = 64;

    final String name;
    final FramePool pool;
    final PortTally tally = new PortTally();
    private final MacAddress mac;
    private final int mtu;
    private final Burst queue = new Burst(BATCH);
    private final Object kernel = new Object();
    private volatile boolean closed;

    InterfacePort(InterfaceRequest device, FramePool pool) throws SystemCallException {
        name = device.name();
        mac = device.mac();
        mtu = device.mtu();
        this.pool = pool;
    }

    /** Which of the ways between kernel and process this is. */
    public abstract PortKind kind();

    /** {@link #receive} while the port is open. */
    abstract int fetch(Burst burst);

    /** Takes over the frames of {@code queue}: each leaves, or is counted as dropped; while the port is open. */
    abstract void transmit(Burst queue);

    /** Whether {@link #transmit} is to be called though nothing is queued. */
    boolean transmitPending() {
        return false;
    }

    /** What {@link #descriptor} says while the port is open. */
    abstract int openDescriptor();

    /** Counts what the kernel lost since this was asked last; while the port is open. */
    abstract void countLost();

    /** Closes everything; called once. */
    abstract void release();

    /** Gives frames back to the pool that the kernel had when the port was closed; called by who owns the pool. */
    void giveBack() {}

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final MacAddress mac() {
        return mac;
    }

    @Override
    public final int mtu() {
        return mtu;
    }

    @Override
    public final FramePool pool() {
        return pool;
    }

    @Override
    public final int receive(Burst burst) {
        synchronized (kernel) {
            if (!closed) {
                return fetch(burst);
            }
        }
        giveBack();
        return 0;
    }

    @Override
    public final boolean send(long address, int length) {
        if (closed || length > mtu + Ethernet.LENGTH) {
            tally.drop(closed ? PortDrop.CLOSED : PortDrop.OVERSIZE);
            pool.release(address);
            return false;
        }
        if (queue.isFull()) {
            flush();
        }
        pool.keep(address);
        queue.add(address, length);
        return true;
    }

    @Override
    public final void flush() {
        if (queue.count() == 0 && !closed && !transmitPending()) {
            return;
        }
        synchronized (kernel) {
            if (!closed) {
                transmit(queue);
                queue.clear();
                return;
            }
        }
        drop(PortDrop.CLOSED, 0);
        giveBack();
    }

    /** Drops what is queued from {@code first} on. */
    final void drop(PortDrop reason, int first) {
        for (int i = first; i < queue.count(); i++) {
            pool.release(queue.address(i));
        }
        tally.drop(reason, queue.count() - first);
        queue.clear();
    }

    @Override
    public final int descriptor() {
        return closed ? -1 : openDescriptor();
    }

    @Override
    public final @Nullable PortDrop lastDrop() {
        return tally.last();
    }

    @Override
    public final long lost() {
        synchronized (kernel) {
            if (!closed) {
                countLost();
            }
        }
        return tally.of(PortDrop.RX_KERNEL_FULL);
    }

    @Override
    public final PortCounters counters() {
        synchronized (kernel) {
            if (!closed) {
                countLost();
            }
        }
        return tally.snapshot();
    }

    @Override
    public final void close() {
        synchronized (kernel) {
            if (!closed) {
                countLost();
                closed = true;
                release();
            }
        }
    }

    final boolean isClosed() {
        return closed;
    }
}
