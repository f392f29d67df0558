package ecmplab.mux.forward;

import ecmplab.mux.forward.Tally.Total;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketParser;
import ecmplab.port.FramePool;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import org.jspecify.annotations.Nullable;

/**
 * Tells senders what became of their packets (RFC 1812 section 4.3.2, RFC 4443 section 2.4), in frames of its own, at a limited rate: the packet that an error
 * is about is still the caller's to drop. The forwarding thread's.
 */
final class IcmpErrors {
    /** So many in so long. */
    private static final int BURST = 50;

    private static final long PERIOD_NANOS = 50_000_000;

    private final int address;
    private final @Nullable Inet6Address own;
    private final long ownHigh;
    private final long ownLow;
    private final FramePool pool;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final int gateway;
    private final Tally<Total> totals;
    private int tokens;
    private boolean refilledOnce;
    private long refilled;

    IcmpErrors(MuxSettings settings, FramePool pool, NeighborCache neighbors, Tally<Total> totals) {
        address = Ipv4.bits(settings.address());
        own = settings.ipv6Address();
        ownHigh = own == null ? 0 : Ipv6.high(own);
        ownLow = own == null ? 0 : Ipv6.low(own);
        gateway = Ipv4.bits(settings.gateway());
        this.pool = pool;
        memory = pool.memory();
        this.neighbors = neighbors;
        this.totals = totals;
    }

    /** The packet's destination has no such port. */
    void portUnreachable(PacketParser about, long nowNanos) {
        boolean ipv6 = about.version() == 6;
        if (ipv6 ? !Icmpv6.mayReport(memory, about.ip(), Icmpv6.UNREACHABLE) : !Icmp.mayReport(memory, about.ip())) {
            return;
        }
        long frame = begin(nowNanos);
        if (frame >= 0) {
            long target = frame + Ethernet.LENGTH;
            int length = ipv6
                    ? Icmpv6.writeUnreachable(
                            memory,
                            target,
                            about.destinationHigh(),
                            about.destinationLow(),
                            Icmpv6.PORT_UNREACHABLE,
                            about.ip())
                    : Icmp.writeUnreachable(memory, target, about.destination(), Icmp.PORT_UNREACHABLE, about.ip());
            finish(frame, ipv6, length, nowNanos);
        }
    }

    void timeExceeded(PacketParser about, long nowNanos) {
        boolean ipv6 = about.version() == 6;
        if (ipv6 ? !Icmpv6.mayReport(memory, about.ip(), Icmpv6.TIME_EXCEEDED) : !Icmp.mayReport(memory, about.ip())) {
            return;
        }
        long frame = begin(nowNanos);
        if (frame >= 0) {
            long target = frame + Ethernet.LENGTH;
            int length = ipv6
                    ? Icmpv6.writeTimeExceeded(memory, target, fromHigh(about), fromLow(about), about.ip())
                    : Icmp.writeTimeExceeded(memory, target, address, about.ip());
            finish(frame, ipv6, length, nowNanos);
        }
    }

    /** @param mtu octets of the largest packet that would pass */
    void tooBig(PacketParser about, int mtu, long nowNanos) {
        boolean ipv6 = about.version() == 6;
        if (ipv6 ? !Icmpv6.mayReport(memory, about.ip(), Icmpv6.PACKET_TOO_BIG) : !Icmp.mayReport(memory, about.ip())) {
            return;
        }
        long frame = begin(nowNanos);
        if (frame >= 0) {
            long target = frame + Ethernet.LENGTH;
            int length = ipv6
                    ? Icmpv6.writePacketTooBig(memory, target, fromHigh(about), fromLow(about), mtu, about.ip())
                    : Icmp.writeFragmentationNeeded(memory, target, address, mtu, about.ip());
            finish(frame, ipv6, length, nowNanos);
        }
    }

    /** A MUX without an IPv6 address speaks as the VIP. */
    private long fromHigh(PacketParser about) {
        return own == null ? about.destinationHigh() : ownHigh;
    }

    private long fromLow(PacketParser about) {
        return own == null ? about.destinationLow() : ownLow;
    }

    /** A frame for an error, or -1 when none may be sent now. */
    private long begin(long nowNanos) {
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

    private void finish(long frame, boolean ipv6, int ipLength, long nowNanos) {
        new Ethernet().wrap(memory, frame).set(0, 0, ipv6 ? Ethernet.TYPE_IPV6 : Ethernet.TYPE_IPV4);
        totals.add(Total.ERRORS_SENT, 1);
        neighbors.send(gateway, frame, Ethernet.LENGTH + ipLength, nowNanos);
    }
}
