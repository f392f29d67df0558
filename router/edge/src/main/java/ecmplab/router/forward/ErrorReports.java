package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.port.Drops;
import ecmplab.port.FramePool;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Tells sources by ICMP why their packets went no further (RFC 1812 section 4.3, RFC 4443 section 2.4). Belongs to the forwarding
 * thread.
 */
final class ErrorReports {
    /** For {@link #send}: the error is sent from the address of the interface it leaves by. */
    static final int ADDRESS_OF_EGRESS = 0;

    private final FramePool pool;
    private final MemorySegment memory;
    private final Egress egress;
    private final TokenBucket limit;
    private final Ethernet ethernet = new Ethernet();
    private final Ipv4 ipv4 = new Ipv4();
    private final Ipv6 ipv6 = new Ipv6();
    private final Drops<IcmpCount> counts = new Drops<>(IcmpCount.class);

    ErrorReports(FramePool pool, Egress egress, TokenBucket limit) {
        this.pool = pool;
        this.egress = egress;
        this.limit = limit;
        memory = pool.memory();
    }

    /** Readable from any thread. */
    Drops<IcmpCount> counts() {
        return counts;
    }

    /** Errors sent, with those that then got lost. */
    long originated() {
        return counts.total()
                - counts.of(IcmpCount.NOT_REPORTABLE)
                - counts.of(IcmpCount.RATE_LIMITED)
                - counts.of(IcmpCount.NO_FRAME)
                - counts.of(IcmpCount.NO_WAY_BACK);
    }

    /**
     * Sends the error {@code what} about the IPv4 packet in {@code frame} to its source, where that is allowed and possible, in a
     * frame of its own; {@code frame} stays the caller's. What becomes of it is counted.
     *
     * @param from an own address, that of the interface the packet came in by, or {@link #ADDRESS_OF_EGRESS}
     * @param mtu what {@link IcmpCount#SENT_FRAGMENTATION_NEEDED} names
     */
    void send(IcmpCount what, int from, int mtu, long frame) {
        long about = frame + Ethernet.LENGTH;
        if (!Icmp.mayReport(memory, about)) {
            counts.count(IcmpCount.NOT_REPORTABLE);
            return;
        }
        int source = ipv4.wrap(memory, about).source();
        int group = egress.lookup(source);
        long error = group < ForwardingTable.FIRST_GROUP ? noWayBack() : frame();
        if (error >= 0) {
            var nextHop = egress.choose(group, about, source);
            int own = from == ADDRESS_OF_EGRESS ? egress.link(nextHop).address : from;
            ethernet.wrap(memory, error).set(0, 0, Ethernet.TYPE_IPV4);
            int length = write(what, own, mtu, about, error + Ethernet.LENGTH);
            counts.count(what);
            egress.send(nextHop, source, error, length);
        }
    }

    /**
     * As {@link #send}, about an IPv6 packet.
     *
     * @param in where it came in; the error is sent from there if that has an IPv6 address; else, and where it is null, from the
     *     interface it leaves by
     * @param mtu what {@link IcmpCount#SENT_PACKET_TOO_BIG} names
     */
    void sendIpv6(IcmpCount what, @Nullable Link in, int mtu, long frame) {
        long about = frame + Ethernet.LENGTH;
        if (!Icmpv6.mayReport(memory, about, typeOf(what))) {
            counts.count(IcmpCount.NOT_REPORTABLE);
            return;
        }
        ipv6.wrap(memory, about);
        long high = ipv6.sourceHigh();
        long low = ipv6.sourceLow();
        // A link-local source is on the link that the packet came in by, and nowhere else.
        boolean near = Ipv6.isLinkLocal(high) && in != null;
        int group = near ? ForwardingTable.FIRST_GROUP : egress.lookup(high, low);
        if (group < ForwardingTable.FIRST_GROUP) {
            noWayBack();
            return;
        }
        var nextHop = near ? null : egress.choose(group, about, high, low);
        var out = nextHop == null ? in : egress.link(nextHop);
        var from = in != null && in.hasIpv6() ? in : out;
        long error = from == null || !from.hasIpv6() ? noWayBack() : frame();
        if (error >= 0 && from != null && out != null) {
            ethernet.wrap(memory, error).set(0, 0, Ethernet.TYPE_IPV6);
            int length = writeIpv6(what, from, mtu, about, error + Ethernet.LENGTH);
            counts.count(what);
            if (nextHop == null) {
                out.neighbors.send(high, low, error, Ethernet.LENGTH + length, egress.now());
            } else {
                egress.send(nextHop, high, low, error, length);
            }
        }
    }

    private long noWayBack() {
        counts.count(IcmpCount.NO_WAY_BACK);
        return -1;
    }

    /** A frame to write an error in, or -1 when there may or can be none. */
    private long frame() {
        if (!limit.take(egress.now())) {
            counts.count(IcmpCount.RATE_LIMITED);
            return -1;
        }
        long error = pool.acquire();
        if (error < 0) {
            counts.count(IcmpCount.NO_FRAME);
        }
        return error;
    }

    private int write(IcmpCount what, int from, int mtu, long about, long target) {
        return switch (what) {
            case SENT_TIME_EXCEEDED -> Icmp.writeTimeExceeded(memory, target, from, about);
            case SENT_NET_UNREACHABLE -> Icmp.writeUnreachable(memory, target, from, Icmp.NET_UNREACHABLE, about);
            case SENT_HOST_UNREACHABLE -> Icmp.writeUnreachable(memory, target, from, Icmp.HOST_UNREACHABLE, about);
            case SENT_FRAGMENTATION_NEEDED -> Icmp.writeFragmentationNeeded(memory, target, from, mtu, about);
            case SENT_NO_ROUTE,
                    SENT_ADDRESS_UNREACHABLE,
                    SENT_BEYOND_SCOPE,
                    SENT_PACKET_TOO_BIG,
                    NOT_REPORTABLE,
                    RATE_LIMITED,
                    NO_FRAME,
                    NO_WAY_BACK -> throw new IllegalArgumentException(what + " is no error of ICMP");
        };
    }

    private static int typeOf(IcmpCount what) {
        return what == IcmpCount.SENT_PACKET_TOO_BIG ? Icmpv6.PACKET_TOO_BIG : Icmpv6.UNREACHABLE;
    }

    private int writeIpv6(IcmpCount what, Link from, int mtu, long about, long target) {
        return switch (what) {
            case SENT_TIME_EXCEEDED -> Icmpv6.writeTimeExceeded(memory, target, from.high, from.low, about);
            case SENT_NO_ROUTE -> unreachable(from, Icmpv6.NO_ROUTE, about, target);
            case SENT_ADDRESS_UNREACHABLE -> unreachable(from, Icmpv6.ADDRESS_UNREACHABLE, about, target);
            case SENT_BEYOND_SCOPE -> unreachable(from, Icmpv6.BEYOND_SCOPE, about, target);
            case SENT_PACKET_TOO_BIG -> Icmpv6.writePacketTooBig(memory, target, from.high, from.low, mtu, about);
            case SENT_NET_UNREACHABLE,
                    SENT_HOST_UNREACHABLE,
                    SENT_FRAGMENTATION_NEEDED,
                    NOT_REPORTABLE,
                    RATE_LIMITED,
                    NO_FRAME,
                    NO_WAY_BACK -> throw new IllegalArgumentException(what + " is no error of ICMPv6");
        };
    }

    private int unreachable(Link from, int code, long about, long target) {
        return Icmpv6.writeUnreachable(memory, target, from.high, from.low, code, about);
    }
}
