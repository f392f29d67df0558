package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Icmp;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import java.lang.foreign.MemorySegment;

/**
 * ICMP errors about translated flows, translated outside and inside (RFC 5508 section 4.2), so that path MTU discovery works
 * through the load balancer and a client learns that a port is closed. The checksum was found right before, so it is computed
 * anew after.
 */
final class IcmpErrors {
    private final NatTable nat;
    private final MemorySegment memory;
    private final Ipv4 ip = new Ipv4();
    private final Icmp icmp = new Icmp();
    private final QuotedPacket quoted = new QuotedPacket();

    IcmpErrors(NatTable nat, MemorySegment memory) {
        this.nat = nat;
        this.memory = memory;
    }

    /**
     * Reads an error sent to a VIP, about a packet that the VIP sent.
     *
     * @param flow filled with the flow it is about, client to VIP
     * @return false when it is no error, broken, or about something else
     */
    boolean readFromClient(PacketParser packet, FlowTuple flow) {
        if (!readError(packet) || quoted.source() != packet.destination()) {
            return false;
        }
        flow.ipv4(
                        quoted.source(),
                        quoted.destination(),
                        quoted.protocol(),
                        quoted.sourcePort(),
                        quoted.destinationPort())
                .reverse();
        return true;
    }

    /** Turns what {@link #readFromClient} read to the VM of its flow. */
    void translateToVm(PacketParser packet, int entry) {
        if (nat.masked(entry)) {
            quoted.rewriteDestination(nat.vipIpv4(entry), nat.clientPort(entry));
        }
        quoted.rewriteSource(nat.localIpv4(entry), nat.localPort(entry));
        ip.wrap(memory, packet.ip()).setDestination(nat.localIpv4(entry));
        icmp.updateChecksum(packet.transportLength());
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
        reply.ipv4(
                        quoted.source(),
                        quoted.destination(),
                        quoted.protocol(),
                        quoted.sourcePort(),
                        quoted.destinationPort())
                .reverse();
        return true;
    }

    /** Turns what {@link #readFromVm} read to the client of its flow, the VIP as its sender; the TTL, above 1, goes down. */
    void translateToClient(PacketParser packet, int entry) {
        ip.wrap(memory, packet.ip());
        if (nat.masked(entry)) {
            quoted.rewriteSource(nat.clientIpv4(entry), nat.clientPort(entry));
        }
        quoted.rewriteDestination(nat.vipIpv4(entry), nat.vipPort(entry));
        ip.decrementTtl();
        ip.setSource(nat.vipIpv4(entry));
        ip.setDestination(nat.clientIpv4(entry));
        icmp.updateChecksum(packet.transportLength());
    }

    boolean isError(PacketParser packet) {
        return icmp.wrap(memory, packet.transport()).isError();
    }

    private boolean readError(PacketParser packet) {
        return isError(packet)
                && Icmp.check(memory, packet.transport(), packet.transportLength()) == PacketFault.NONE
                && quoted.read(memory, icmp.quoted(), packet.transportLength() - Icmp.LENGTH);
    }
}
