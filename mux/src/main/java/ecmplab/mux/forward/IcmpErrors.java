package ecmplab.mux.forward;

import ecmplab.mux.forward.Tally.Total;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.port.FramePool;
import ecmplab.port.neighbor.NeighborCache;

/**
 * Tells senders what became of their packets (RFC 1812 section 4.3.2), in frames of its own, at a limited rate: the packet that an error
 * is about is still the caller's to drop. The forwarding thread's.
 */
final class IcmpErrors {
    /** So many in so long. */
    private static final int BURST = 50;

    private static final long PERIOD_NANOS = 50_000_000;

    private final FramePool pool;
    private final NeighborCache neighbors;
    private final int gateway;
    private final Tally<Total> totals;
    private int tokens;
    private boolean refilledOnce;
    private long refilled;

    IcmpErrors(FramePool pool, NeighborCache neighbors, int gateway, Tally<Total> totals) {
        this.pool = pool;
        this.neighbors = neighbors;
        this.gateway = gateway;
        this.totals = totals;
    }

    /** @param about where the packet's IPv4 header is; {@code from} the address that has no such port */
    void portUnreachable(long about, int from, long nowNanos) {
        long frame = begin(about, nowNanos);
        if (frame >= 0) {
            finish(
                    frame,
                    Icmp.writeUnreachable(pool.memory(), frame + Ethernet.LENGTH, from, Icmp.PORT_UNREACHABLE, about),
                    nowNanos);
        }
    }

    void timeExceeded(long about, int from, long nowNanos) {
        long frame = begin(about, nowNanos);
        if (frame >= 0) {
            finish(frame, Icmp.writeTimeExceeded(pool.memory(), frame + Ethernet.LENGTH, from, about), nowNanos);
        }
    }

    /** @param mtu octets of the largest packet that would pass */
    void fragmentationNeeded(long about, int from, int mtu, long nowNanos) {
        long frame = begin(about, nowNanos);
        if (frame >= 0) {
            finish(
                    frame,
                    Icmp.writeFragmentationNeeded(pool.memory(), frame + Ethernet.LENGTH, from, mtu, about),
                    nowNanos);
        }
    }

    /** A frame for an error, or -1 when none may be sent, or not now. */
    private long begin(long about, long nowNanos) {
        if (!Icmp.mayReport(pool.memory(), about)) {
            return -1;
        }
        if (!refilledOnce || nowNanos - refilled >= PERIOD_NANOS) {
            refilledOnce = true;
            refilled = nowNanos;
            tokens = BURST;
        }
        long frame = tokens > 0 ? pool.acquire() : -1;
        if (frame < 0) {
            totals.add(Total.ERRORS_SUPPRESSED, 1);
        } else {
            tokens--;
        }
        return frame;
    }

    private void finish(long frame, int ipLength, long nowNanos) {
        new Ethernet().wrap(pool.memory(), frame).set(0, 0, Ethernet.TYPE_IPV4);
        totals.add(Total.ERRORS_SENT, 1);
        neighbors.send(gateway, frame, Ethernet.LENGTH + ipLength, nowNanos);
    }
}
