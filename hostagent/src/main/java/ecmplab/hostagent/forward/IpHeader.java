package ecmplab.hostagent.forward;

import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketParser;
import java.lang.foreign.MemorySegment;

/**
 * The IP header of a parsed packet of either family, for changing it in place: addresses are 128 bits, as flows have them. One a
 * user; the forwarding thread's.
 */
final class IpHeader {
    private final MemorySegment memory;
    private final Ipv4 ipv4 = new Ipv4();
    private final Ipv6 ipv6 = new Ipv6();
    private boolean isIpv6;
    private int protocol;
    private long transport;

    IpHeader(MemorySegment memory) {
        this.memory = memory;
    }

    IpHeader wrap(PacketParser packet) {
        isIpv6 = packet.version() == 6;
        if (isIpv6) {
            ipv6.wrap(memory, packet.ip());
            protocol = packet.protocol();
            transport = packet.transport();
        } else {
            ipv4.wrap(memory, packet.ip());
        }
        return this;
    }

    /** Sets the source as NAT does, with the checksum of the transport header, which is here. */
    void rewriteSource(long high, long low) {
        if (isIpv6) {
            ipv6.rewriteSource(high, low, protocol, transport);
        } else {
            ipv4.rewriteSource((int) low);
        }
    }

    /** Sets the destination as NAT does, with the checksum of the transport header, which is here. */
    void rewriteDestination(long high, long low) {
        if (isIpv6) {
            ipv6.rewriteDestination(high, low, protocol, transport);
        } else {
            ipv4.rewriteDestination((int) low);
        }
    }

    /** Sets the source; of checksums only the header's own. */
    void setSource(long high, long low) {
        if (isIpv6) {
            ipv6.setSource(high, low);
        } else {
            ipv4.setSource((int) low);
        }
    }

    /** Sets the destination; of checksums only the header's own. */
    void setDestination(long high, long low) {
        if (isIpv6) {
            ipv6.setDestination(high, low);
        } else {
            ipv4.setDestination((int) low);
        }
    }

    /** As a router hop: TTL or hop limit, which is above 1, goes down. */
    void decrementHopLimit() {
        if (isIpv6) {
            ipv6.decrementHopLimit();
        } else {
            ipv4.decrementTtl();
        }
    }
}
