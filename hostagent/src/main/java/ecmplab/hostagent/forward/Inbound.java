package ecmplab.hostagent.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * From the underlay: what is the kernel's is left to it, VXLAN to this host is judged, outside and inside, and unwrapped; {@link
 * Steering} does the rest. Belongs to the forwarding thread.
 */
final class Inbound {
    private final Exits exits;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final Steering steering;
    private final Vm[] vms;
    private final long ownMac;
    private final int ownAddress;

    private final PacketParser parser = new PacketParser();
    private final Ethernet ethernet = new Ethernet();
    private final Udp udp = new Udp();
    private final Vxlan vxlan = new Vxlan();

    Inbound(HostConfig config, long ownMac, Vm[] vms, Exits exits, NeighborCache neighbors, Steering steering) {
        this.exits = exits;
        this.neighbors = neighbors;
        this.steering = steering;
        this.vms = vms;
        this.ownMac = ownMac;
        memory = exits.memory();
        ownAddress = Ipv4.bits(config.ipv4().address());
    }

    /** Takes over a frame from the underlay. */
    void frame(PolicyTables policy, long frame, int length, long nowNanos) {
        var fault = parser.parse(memory, frame, length);
        if (fault != PacketFault.NONE) {
            exits.dropOuter(frame, fault);
        } else if (parser.etherType() != Ethernet.TYPE_IPV4) {
            otherThanIpv4(frame, length, nowNanos);
        } else if (ethernet.wrap(memory, frame).toGroup()) {
            exits.leaveToKernel(frame);
        } else if (ethernet.destination() != ownMac || parser.destination() != ownAddress) {
            exits.drop(frame, HostDrop.NOT_OURS);
        } else if (parser.protocol() == IpProtocol.UDP && parser.isFragment()) {
            exits.drop(frame, HostDrop.OUTER_FRAGMENT);
        } else if (parser.protocol() == IpProtocol.UDP && parser.destinationPort() == Vxlan.UDP_PORT) {
            decapsulate(policy, frame, nowNanos);
        } else {
            exits.leaveToKernel(frame);
        }
    }

    private void otherThanIpv4(long frame, int length, long nowNanos) {
        if (parser.etherType() == Ethernet.TYPE_ARP) {
            var fault = neighbors.input(memory, parser.ip(), length - Ethernet.LENGTH, nowNanos);
            if (fault != PacketFault.NONE) {
                exits.dropOuter(frame, fault);
                return;
            }
        }
        exits.leaveToKernel(frame);
    }

    private void decapsulate(PolicyTables policy, long frame, long nowNanos) {
        udp.wrap(memory, parser.transport());
        int payload = udp.datagramLength() - Udp.LENGTH;
        var fault = Vxlan.check(memory, udp.payload(), payload);
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
        if (ethernet.type() != Ethernet.TYPE_IPV4) {
            exits.drop(frame, HostDrop.INNER_NOT_IPV4);
            return;
        }
        fault = parser.parseIpv4(memory, inner + Ethernet.LENGTH, innerLength - Ethernet.LENGTH);
        if (fault != PacketFault.NONE) {
            exits.dropInner(frame, fault);
        } else {
            steering.steer(policy, parser, vm, ethernet.source(), inner, innerLength, udp.sourcePort(), nowNanos);
        }
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
