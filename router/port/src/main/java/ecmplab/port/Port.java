package ecmplab.port;

import ecmplab.packet.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * An interface of a node: where frames come from and go to. All ports of a node share its {@link FramePool}, so a packet
 * crosses the node without a copy in Java. A frame has one owner at a time: {@link #receive} gives it to the caller, who
 * either passes it on to {@link #send} of any port of the same pool or {@link FramePool#release releases} it.
 *
 * <p>A port belongs to its forwarding thread, except {@link #counters} and {@link #close}, which any thread may call.
 */
public interface Port extends AutoCloseable {
    /** Name of the interface, such as {@code eth0}. */
    String name();

    MacAddress mac();

    /** Octets, without the Ethernet header. */
    int mtu();

    FramePool pool();

    /**
     * Appends what has arrived, up to the room in {@code burst}, and never waits.
     *
     * @return how many frames were appended
     */
    int receive(Burst burst);

    /**
     * Takes over the frame of {@code length} octets at {@code address} of the pool and queues it. A frame that cannot leave
     * (port down, queue full, longer than the MTU allows) is dropped, counted by its reason, and released: the caller never
     * keeps it.
     *
     * @return whether it was queued
     */
    boolean send(long address, int length);

    /** Hands what {@link #send} queued to the kernel or peer. Frames may leave earlier, never later. */
    void flush();

    /** A file descriptor that becomes readable when frames arrive, or -1 for a port without one. */
    int descriptor();

    /**
     * A second descriptor to wait for, or -1: of a port that gets the messages of neighbours another way than packets.
     */
    default int sideDescriptor() {
        return -1;
    }

    /** Frames of the pool that the kernel has from this port: to fill, or being sent. */
    default int held() {
        return 0;
    }

    /**
     * When, by the forwarding thread's clock, {@link #receive} has something to do though nothing may have arrived; or
     * {@link Long#MAX_VALUE}.
     */
    default long nextDue() {
        return Long.MAX_VALUE;
    }

    /** Why {@link #send} said no the last time; null when it never did, or the port does not know. The owner's to ask. */
    default @Nullable PortDrop lastDrop() {
        return null;
    }

    /**
     * Frames that came while the queue for us was full, so that nobody saw them, since the port was opened. The forwarding
     * thread's. 0 for a port that cannot lose any so.
     */
    default long lost() {
        return 0;
    }

    PortCounters counters();

    /**
     * Idempotent. Frames not yet flushed are dropped. Frames that the kernel had go back to the pool: at once when nobody
     * uses the port any more (its thread has ended, or is the one that closes), else with its next call.
     */
    @Override
    void close();
}
