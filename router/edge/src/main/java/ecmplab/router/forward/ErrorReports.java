package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.Ipv4;
import ecmplab.port.Drops;
import ecmplab.port.FramePool;
import java.lang.foreign.MemorySegment;

/** Tells sources by ICMP why their packets went no further (RFC 1812 section 4.3). Belongs to the forwarding thread. */
final class ErrorReports {
    /** For {@link #send}: the error is sent from the address of the interface it leaves by. */
    static final int ADDRESS_OF_EGRESS = 0;

    private final FramePool pool;
    private final MemorySegment memory;
    private final Egress egress;
    private final TokenBucket limit;
    private final Ethernet ethernet = new Ethernet();
    private final Ipv4 ipv4 = new Ipv4();
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
        return counts.of(IcmpCount.SENT_TIME_EXCEEDED)
                + counts.of(IcmpCount.SENT_NET_UNREACHABLE)
                + counts.of(IcmpCount.SENT_HOST_UNREACHABLE)
                + counts.of(IcmpCount.SENT_FRAGMENTATION_NEEDED);
    }

    /**
     * Sends the error {@code what} about the packet in {@code frame} to its source, where that is allowed and possible, in a
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
        if (group < ForwardingTable.FIRST_GROUP) {
            counts.count(IcmpCount.NO_WAY_BACK);
        } else if (!limit.take(egress.now())) {
            counts.count(IcmpCount.RATE_LIMITED);
        } else {
            long error = pool.acquire();
            if (error < 0) {
                counts.count(IcmpCount.NO_FRAME);
            } else {
                var nextHop = egress.choose(group, about, source);
                int own = from == ADDRESS_OF_EGRESS ? egress.link(nextHop).address : from;
                int length = write(what, own, mtu, about, error);
                counts.count(what);
                egress.send(nextHop, source, error, length);
            }
        }
    }

    private int write(IcmpCount what, int from, int mtu, long about, long error) {
        ethernet.wrap(memory, error).set(0, 0, Ethernet.TYPE_IPV4);
        long target = error + Ethernet.LENGTH;
        return switch (what) {
            case SENT_TIME_EXCEEDED -> Icmp.writeTimeExceeded(memory, target, from, about);
            case SENT_NET_UNREACHABLE -> Icmp.writeUnreachable(memory, target, from, Icmp.NET_UNREACHABLE, about);
            case SENT_HOST_UNREACHABLE -> Icmp.writeUnreachable(memory, target, from, Icmp.HOST_UNREACHABLE, about);
            case SENT_FRAGMENTATION_NEEDED -> Icmp.writeFragmentationNeeded(memory, target, from, mtu, about);
            case NOT_REPORTABLE, RATE_LIMITED, NO_FRAME, NO_WAY_BACK ->
                throw new IllegalArgumentException(what + " is no error to send");
        };
    }
}
