package ecmplab.hostagent.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * From the underlay: what is the kernel's is left to it, VXLAN over IPv4 or IPv6 to this host is judged, outside and inside, and
 * unwrapped; {@link Steering} does the rest. Belongs to the forwarding thread.
 */
final class Inbound {
    private final Exits exits;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final Steering steering;
    private final Vm[] vms;
    private final long ownMac;
    private final HostAddresses own;

    private final InnerPacket packet = new InnerPacket();
    private final PacketParser parser = packet.parser;
    private final Ethernet ethernet = new Ethernet();
    private final Ipv6 ipv6 = new Ipv6();
    private final Icmpv6 icmpv6 = new Icmpv6();
    private final Udp udp = new Udp();
    private final Vxlan vxlan = new Vxlan();

    Inbound(HostAddresses own, long ownMac, Vm[] vms, Exits exits, NeighborCache neighbors, Steering steering) {
        this.own = own;
        this.exits = exits;
        this.neighbors = neighbors;
        this.steering = steering;
        this.vms = vms;
        this.ownMac = ownMac;
        memory = exits.memory();
    }

    /** Takes over a frame from the underlay. */
    void frame(PolicyTables policy, long frame, int length, long nowNanos) {
        var fault = parser.parse(memory, frame, length);
        if (fault != PacketFault.NONE) {
            exits.dropOuter(frame, fault);
        } else if (parser.version() == 0) {
            otherThanIp(frame, length, nowNanos);
        } else if (isNeighborDiscovery()) {
            heard(neighbors.input(memory, parser.ip(), parser.transport(), parser.transportLength(), nowNanos), frame);
        } else if (ethernet.wrap(memory, frame).toGroup()) {
            exits.leaveToKernel(frame);
        } else if (ethernet.destination() != ownMac || !isForHost()) {
            exits.drop(frame, HostDrop.NOT_OURS);
        } else if (parser.protocol() == IpProtocol.UDP && parser.isFragment()) {
            exits.drop(frame, HostDrop.OUTER_FRAGMENT);
        } else if (parser.protocol() == IpProtocol.UDP && parser.destinationPort() == Vxlan.UDP_PORT) {
            decapsulate(policy, frame, nowNanos);
        } else {
            exits.leaveToKernel(frame);
        }
    }

    /** A link-local address is the kernel's. */
    private boolean isForHost() {
        long high = parser.destinationHigh();
        return own.isOwn(high, parser.destinationLow()) || Ipv6.isLinkLocal(high);
    }

    private void otherThanIp(long frame, int length, long nowNanos) {
        heard(
                parser.etherType() == Ethernet.TYPE_ARP
                        ? neighbors.input(memory, parser.ip(), length - Ethernet.LENGTH, nowNanos)
                        : PacketFault.NONE,
                frame);
    }

    /** The kernel reads it too, and answers for its addresses. */
    private void heard(PacketFault fault, long frame) {
        if (fault == PacketFault.NONE) {
            exits.leaveToKernel(frame);
        } else {
            exits.dropOuter(frame, fault);
        }
    }

    private boolean isNeighborDiscovery() {
        if (parser.protocol() != IpProtocol.ICMPV6 || parser.version() != 6 || parser.isFragment()) {
            return false;
        }
        int type = icmpv6.wrap(memory, parser.transport()).type();
        return type == Icmpv6.NEIGHBOR_SOLICITATION || type == Icmpv6.NEIGHBOR_ADVERTISEMENT;
    }

    private void decapsulate(PolicyTables policy, long frame, long nowNanos) {
        udp.wrap(memory, parser.transport());
        int payload = udp.datagramLength() - Udp.LENGTH;
        var fault = Vxlan.check(memory, udp.payload(), payload);
        if (fault == PacketFault.NONE && parser.version() == 6) {
            fault = checkSum();
        }
        if (fault != PacketFault.NONE) {
            exits.dropOuter(frame, fault);
            return;
        }
        exits.counts().add(HostCount.VXLAN_RECEIVED);
        vxlan.wrap(memory, udp.payload());
        long inner = vxlan.inner();
        int innerLength = payload - Vxlan.LENGTH;
        ethernet.wrap(memory, inner);
        var vm = localVm(vxlan.vni(), ethernet.destination());
        if (vm == null) {
            exits.drop(frame, knowsNetwork(vxlan.vni()) ? HostDrop.UNKNOWN_VM : HostDrop.UNKNOWN_VNI);
            return;
        }
        int type = ethernet.type();
        if (type == Ethernet.TYPE_IPV4) {
            fault = parser.parseIpv4(memory, inner + Ethernet.LENGTH, innerLength - Ethernet.LENGTH);
        } else if (type == Ethernet.TYPE_IPV6) {
            fault = parser.parseIpv6(memory, inner + Ethernet.LENGTH, innerLength - Ethernet.LENGTH);
        } else {
            exits.drop(frame, HostDrop.INNER_NOT_IP);
            return;
        }
        if (fault != PacketFault.NONE) {
            exits.dropInner(frame, fault);
            return;
        }
        packet.policy = policy;
        packet.tag = ethernet.source();
        packet.frame = inner;
        packet.length = innerLength;
        packet.outerSourcePort = udp.sourcePort();
        packet.now = nowNanos;
        steering.steer(packet, vm);
    }

    /** Tunnels may do without a checksum over IPv6 (RFC 6935 section 5); one that is there must be right. */
    private PacketFault checkSum() {
        return udp.checksum() == 0 || udp.checksumValid(ipv6.wrap(memory, parser.ip()))
                ? PacketFault.NONE
                : PacketFault.BAD_TRANSPORT_CHECKSUM;
    }

    private @Nullable Vm localVm(int vni, long mac) {
        for (var vm : vms) {
            if (vm.mac() == mac && vm.vni() == vni) {
                return vm;
            }
        }
        return null;
    }

    private boolean knowsNetwork(int vni) {
        for (var vm : vms) {
            if (vm.vni() == vni) {
                return true;
            }
        }
        return false;
    }
}
