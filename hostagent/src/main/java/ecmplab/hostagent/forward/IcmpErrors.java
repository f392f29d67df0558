package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Icmp;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import java.lang.foreign.MemorySegment;

/**
 * ICMP errors of both families about translated flows, translated outside and inside (RFC 5508 section 4.2), so that path MTU discovery
 * works through the load balancer and a client learns that a port is closed. The checksum was found right before, so it is computed
 * anew after.
 */
final class IcmpErrors {
    private final NatTable nat;
    private final MemorySegment memory;
    private final IpHeader ip;
    private final Ipv6 ipv6 = new Ipv6();
    private final Icmp icmp = new Icmp();
    private final Icmpv6 icmpv6 = new Icmpv6();
    private final QuotedPacket quoted = new QuotedPacket();

    IcmpErrors(NatTable nat, MemorySegment memory) {
        this.nat = nat;
        this.memory = memory;
        ip = new IpHeader(memory);
    }

    /** Whether the packet, no fragment, is ICMP of its family. */
    static boolean isIcmp(PacketParser packet) {
        return packet.protocol() == (packet.version() == 6 ? IpProtocol.ICMPV6 : IpProtocol.ICMP);
    }

    /** Whether the packet, which is ICMP, is an error. */
    boolean isError(PacketParser packet) {
        return packet.version() == 6
                ? icmpv6.wrap(memory, packet.transport()).isError()
                : icmp.wrap(memory, packet.transport()).isError();
    }

    /**
     * Reads an error sent to a VIP, about a packet that the VIP sent.
     *
     * @param flow filled with the flow it is about, client to VIP
     * @return false when it is no error, broken, or about something else
     */
    boolean readFromClient(PacketParser packet, FlowTuple flow) {
        if (!readError(packet)) {
            return false;
        }
        quoted.readFlow(flow).reverse();
        return flow.destinationHigh() == packet.destinationHigh() && flow.destinationLow() == packet.destinationLow();
    }

    /** Turns what {@link #readFromClient} read to the VM of its flow. */
    void translateToVm(PacketParser packet, int entry) {
        if (nat.masked(entry)) {
            quoted.rewriteDestination(nat.vipHigh(entry), nat.vipLow(entry), nat.clientPort(entry));
        }
        quoted.rewriteSource(nat.localHigh(entry), nat.localLow(entry), nat.localPort(entry));
        ip.wrap(packet).setDestination(nat.localHigh(entry), nat.localLow(entry));
        updateChecksum(packet);
    }

    /**
     * Reads an error that a VM sent, about a packet that it got.
     *
     * @param reply filled with what the VM's replies in that flow carry
     * @return false when it is no error or broken
     */
    boolean readFromVm(PacketParser packet, FlowTuple reply) {
        if (!readError(packet)) {
            return false;
        }
        quoted.readFlow(reply).reverse();
        return true;
    }

    /** Turns what {@link #readFromVm} read to the client of its flow, the VIP as its sender; the TTL, above 1, goes down. */
    void translateToClient(PacketParser packet, int entry) {
        if (nat.masked(entry)) {
            quoted.rewriteSource(nat.clientHigh(entry), nat.clientLow(entry), nat.clientPort(entry));
        }
        quoted.rewriteDestination(nat.vipHigh(entry), nat.vipLow(entry), nat.vipPort(entry));
        ip.wrap(packet).decrementHopLimit();
        ip.setSource(nat.vipHigh(entry), nat.vipLow(entry));
        ip.setDestination(nat.clientHigh(entry), nat.clientLow(entry));
        updateChecksum(packet);
    }

    private void updateChecksum(PacketParser packet) {
        if (packet.version() == 6) {
            icmpv6.updateChecksum(ipv6.wrap(memory, packet.ip()), packet.transportLength());
        } else {
            icmp.updateChecksum(packet.transportLength());
        }
    }

    private boolean readError(PacketParser packet) {
        if (!isError(packet)) {
            return false;
        }
        boolean isIpv6 = packet.version() == 6;
        long transport = packet.transport();
        int length = packet.transportLength();
        var fault =
                isIpv6 ? Icmpv6.check(memory, packet.ip(), transport, length) : Icmp.check(memory, transport, length);
        return fault == PacketFault.NONE
                && quoted.read(memory, transport + Icmp.LENGTH, length - Icmp.LENGTH, packet.version());
    }
}
