package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import java.lang.foreign.MemorySegment;

/**
 * Rewrites packets of known flows, in place, checksums patched (RFC 1624): VIP to the VM's address on the way in, back on the
 * way out. A floating IP's flow has the VIP as the VM's address, so nothing changes.
 *
 * <p>A VM that calls its own VIP and is chosen to answer itself would get a packet from its own address, which no kernel
 * takes. Its flow is masked: the VM sees the VIP as its client, and its answer is turned back to itself.
 *
 * <p>SYNs in both directions have their MSS lowered to what fits through VXLAN, in which the client's segments come, and the VM's
 * leave when the client is a VM.
 */
final class Translation {
    private final NatTable nat;
    private final MemorySegment memory;
    private final int maxMss;
    private final Ipv4 ip = new Ipv4();
    private final Tcp tcp = new Tcp();
    private final Udp udp = new Udp();

    /** @param underlayMtu octets, without the Ethernet header */
    Translation(NatTable nat, MemorySegment memory, int underlayMtu) {
        this.nat = nat;
        this.memory = memory;
        int innerMtu = underlayMtu - (Vxlan.ENCAPSULATION - Ethernet.LENGTH) - Ethernet.LENGTH;
        maxMss = innerMtu - Ipv4.MIN_LENGTH - Tcp.MIN_LENGTH;
    }

    /** Makes the state of a flow that {@code member} is to answer; see {@link NatTable#create}. */
    int create(EndpointTable endpoint, Backend member, FlowTuple flow, long nowNanos) {
        boolean floating = endpoint.floatingIp();
        boolean samePort = floating || endpoint.anyPort() || member.port() == 0;
        return nat.create(
                flow,
                0,
                FlowTuple.mapped(floating ? endpoint.vip() : member.dip()),
                samePort ? flow.destinationPort() : member.port(),
                member.vm(),
                endpoint.idleMillis(),
                !floating && flow.sourceIpv4() == member.dip(),
                nowNanos);
    }

    /** @return whether an MSS was lowered */
    boolean toVm(PacketParser packet, int entry) {
        ip.wrap(memory, packet.ip());
        if (nat.masked(entry)) {
            ip.rewriteSource(packet.destination());
        }
        ip.rewriteDestination(nat.localIpv4(entry));
        switch (packet.protocol()) {
            case IpProtocol.TCP -> {
                tcp.wrap(memory, packet.transport()).setDestinationPort(nat.localPort(entry));
                return tcp.clampMss(maxMss);
            }
            case IpProtocol.UDP -> udp.wrap(memory, packet.transport()).setDestinationPort(nat.localPort(entry));
            default -> {} // addresses only
        }
        return false;
    }

    /** Gives a later fragment the addresses that its first one got; there is no transport header in it. */
    void fragment(PacketParser packet, Fragments.Datagram datagram) {
        ip.wrap(memory, packet.ip());
        ip.setSource((int) datagram.newSourceLow);
        ip.setDestination((int) datagram.newDestinationLow);
    }

    /**
     * The flow of a first fragment, whose ports the parser leaves alone.
     *
     * @return false when it does not have its whole transport header, or is neither TCP nor UDP
     */
    boolean readFirst(PacketParser packet, FlowTuple flow) {
        boolean whole = switch (packet.protocol()) {
            case IpProtocol.TCP -> Tcp.check(memory, packet.transport(), packet.transportLength()) == PacketFault.NONE;
            case IpProtocol.UDP -> packet.transportLength() >= Udp.LENGTH;
            default -> false;
        };
        if (whole) {
            udp.wrap(memory, packet.transport()); // ports are at the same place in both
            flow.of(
                    packet.sourceHigh(),
                    packet.sourceLow(),
                    packet.destinationHigh(),
                    packet.destinationLow(),
                    packet.protocol(),
                    udp.sourcePort(),
                    udp.destinationPort());
        }
        return whole;
    }

    /** As a router hop: the TTL, which is above 1, goes down. @return whether an MSS was lowered */
    boolean toClient(PacketParser packet, int entry) {
        ip.wrap(memory, packet.ip());
        ip.decrementTtl();
        ip.rewriteSource(nat.vipIpv4(entry));
        if (nat.masked(entry)) {
            ip.rewriteDestination(nat.clientIpv4(entry));
        }
        switch (packet.protocol()) {
            case IpProtocol.TCP -> {
                tcp.wrap(memory, packet.transport()).setSourcePort(nat.vipPort(entry));
                return tcp.clampMss(maxMss);
            }
            case IpProtocol.UDP -> udp.wrap(memory, packet.transport()).setSourcePort(nat.vipPort(entry));
            default -> {} // addresses only
        }
        return false;
    }
}
