package ecmplab.mux.forward;

import ecmplab.mux.forward.Tally.Total;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Vxlan;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;

/** Sends packets of both families to their members' hosts, in VXLAN over the hosts' family. The forwarding thread's. */
final class Encapsulator {
    private final int address;
    private final long addressHigh;
    private final long addressLow;
    private final int gateway;
    private final Port port;
    private final long mac;
    private final long base;
    private final NeighborCache neighbors;
    private final Tally<Total> totals;

    Encapsulator(MuxSettings settings, Port port, NeighborCache neighbors, Tally<Total> totals) {
        address = Ipv4.bits(settings.address());
        var over = settings.ipv6Address();
        addressHigh = over == null ? 0 : Ipv6.high(over);
        addressLow = over == null ? 0 : Ipv6.low(over);
        gateway = Ipv4.bits(settings.gateway());
        this.port = port;
        mac = port.mac().bits();
        base = port.pool().memory().address();
        this.neighbors = neighbors;
        this.totals = totals;
    }

    /** Sends and counts all that have a way. */
    void send(Pending pending, long nowNanos) {
        int sent = 0;
        // Of all at once: nothing that happens here makes it another.
        long gatewayMac = neighbors.lookup(gateway, nowNanos);
        try {
            for (int i = 0; i < pending.count; i++) {
                var tunnel = pending.tunnels[i];
                if (tunnel != null) {
                    int length = Ethernet.LENGTH + pending.lengths[i] + tunnel.overhead;
                    long outer = encapsulate(pending, i, tunnel, gatewayMac) - base;
                    tunnel.traffic.add(length - Ethernet.LENGTH);
                    if (gatewayMac >= 0) {
                        port.send(outer, length);
                    } else {
                        neighbors.send(gateway, outer, length, nowNanos);
                    }
                    sent++;
                }
            }
        } finally {
            totals.add(Total.FORWARDED, sent);
        }
    }

    /** @return where the frame starts now, as an address of all memory */
    private long encapsulate(Pending pending, int at, Tunnel tunnel, long gatewayMac) {
        long frame = base + pending.frames[at];
        int length = Ethernet.LENGTH + pending.lengths[at];
        if (pending.ipv6) {
            Ipv6.decrementHopLimit(AllMemory.ALL, frame + Ethernet.LENGTH);
        } else {
            Ipv4.decrementTtl(AllMemory.ALL, frame + Ethernet.LENGTH);
        }
        Ethernet.setAddresses(AllMemory.ALL, frame, tunnel.mac, pending.tags[at]);
        int sourcePort = Vxlan.sourcePort(pending.hashes[at]);
        return tunnel.overhead == Vxlan.ENCAPSULATION
                ? Vxlan.encapsulate(
                        AllMemory.ALL, frame, length, gatewayMac, mac, address, tunnel.host, sourcePort, tunnel.vni)
                : Vxlan.encapsulateIpv6(
                        AllMemory.ALL,
                        frame,
                        length,
                        gatewayMac,
                        mac,
                        addressHigh,
                        addressLow,
                        tunnel.hostHigh,
                        tunnel.hostLow,
                        sourcePort,
                        tunnel.vni);
    }
}
