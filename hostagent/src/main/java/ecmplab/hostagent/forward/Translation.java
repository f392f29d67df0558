package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
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
 * leave when the client is a VM. That is the underlay's MTU less 50 octets of VXLAN over IPv4, or less 70 where the endpoint has, or
 * had, a member on an IPv6 host, the room that MUXes give its packets; less the 20 octets of an IPv4 or the 40 of an IPv6 header; less
 * 20 of TCP (RFC 6691).
 */
final class Translation {
    private final NatTable nat;
    private final MemorySegment memory;
    private final int roomOverIpv4;
    private final int roomOverIpv6;
    private final IpHeader ip;
    private final Tcp tcp = new Tcp();
    private final Udp udp = new Udp();

    /** @param underlayMtu octets, without the Ethernet header */
    Translation(NatTable nat, MemorySegment memory, int underlayMtu) {
        this.nat = nat;
        this.memory = memory;
        ip = new IpHeader(memory);
        // Outer headers replace the outer Ethernet header, which the MTU leaves out, by the inner one.
        int segments = underlayMtu - Ethernet.LENGTH - Tcp.MIN_LENGTH;
        roomOverIpv4 = segments - (Vxlan.ENCAPSULATION - Ethernet.LENGTH);
        roomOverIpv6 = segments - (Vxlan.ENCAPSULATION_IPV6 - Ethernet.LENGTH);
    }

    /** Makes the state of a flow that {@code member} is to answer; see {@link NatTable#create}. */
    int create(EndpointTable endpoint, Backend member, FlowTuple flow, long nowNanos) {
        boolean floating = endpoint.floatingIp();
        boolean samePort = floating || endpoint.anyPort() || member.port() == 0;
        boolean itself = flow.sourceLow() == member.dipLow() && flow.sourceHigh() == member.dipHigh();
        return nat.create(
                flow,
                floating ? flow.destinationHigh() : member.dipHigh(),
                floating ? flow.destinationLow() : member.dipLow(),
                samePort ? flow.destinationPort() : member.port(),
                member.vm(),
                endpoint.idleMillis(),
                (!floating && itself ? NatTable.MASKED : 0) | (endpoint.overIpv6() ? NatTable.OVER_IPV6 : 0),
                nowNanos);
    }

    /** @return whether an MSS was lowered */
    boolean toVm(PacketParser packet, int entry) {
        ip.wrap(packet);
        if (nat.masked(entry)) {
            ip.rewriteSource(packet.destinationHigh(), packet.destinationLow());
        }
        ip.rewriteDestination(nat.localHigh(entry), nat.localLow(entry));
        switch (packet.protocol()) {
            case IpProtocol.TCP -> {
                tcp.wrap(memory, packet.transport()).setDestinationPort(nat.localPort(entry));
                return clampMss(packet, entry);
            }
            case IpProtocol.UDP -> udp.wrap(memory, packet.transport()).setDestinationPort(nat.localPort(entry));
            default -> {} // addresses only
        }
        return false;
    }

    private boolean clampMss(PacketParser packet, int entry) {
        if (!tcp.has(Tcp.SYN)) {
            return false;
        }
        int room = nat.overIpv6(entry) ? roomOverIpv6 : roomOverIpv4;
        return tcp.clampMss(room - (packet.version() == 6 ? Ipv6.LENGTH : Ipv4.MIN_LENGTH));
    }

    /** Gives a later fragment the addresses that its first one got; there is no transport header in it. */
    void fragment(PacketParser packet, Fragments.Datagram datagram) {
        ip.wrap(packet);
        ip.setSource(datagram.newSourceHigh, datagram.newSourceLow);
        ip.setDestination(datagram.newDestinationHigh, datagram.newDestinationLow);
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
        ip.wrap(packet);
        ip.decrementHopLimit();
        ip.rewriteSource(nat.vipHigh(entry), nat.vipLow(entry));
        if (nat.masked(entry)) {
            ip.rewriteDestination(nat.clientHigh(entry), nat.clientLow(entry));
        }
        switch (packet.protocol()) {
            case IpProtocol.TCP -> {
                tcp.wrap(memory, packet.transport()).setSourcePort(nat.vipPort(entry));
                return clampMss(packet, entry);
            }
            case IpProtocol.UDP -> udp.wrap(memory, packet.transport()).setSourcePort(nat.vipPort(entry));
            default -> {} // addresses only
        }
        return false;
    }
}
