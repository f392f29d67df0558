package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Vxlan;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way into the underlay: VXLAN over both families, and which neighbour gets a packet. A packet of a family that the host has no
 * address of goes by the gateway of the other: a neighbour's Ethernet address serves both. Belongs to the forwarding thread.
 */
final class Underlay {
    /** How packets of a family go; a subnet that is none matches nothing. */
    private record Route(
            long subnetHigh, long subnetLow, long maskHigh, long maskLow, long gatewayHigh, long gatewayLow) {
        static Route of(ProviderAddress own) {
            int bits = own.prefixLength() + (own.address() instanceof Inet4Address ? 96 : 0);
            long maskHigh = bits == 0 ? 0 : bits >= 64 ? -1 : -1L << (64 - bits);
            long maskLow = bits <= 64 ? 0 : -1L << (128 - bits);
            return new Route(
                    FlowTuple.high(own.address()) & maskHigh,
                    FlowTuple.low(own.address()) & maskLow,
                    maskHigh,
                    maskLow,
                    FlowTuple.high(own.gateway()),
                    FlowTuple.low(own.gateway()));
        }

        Route withoutSubnet() {
            return new Route(-1, -1, 0, 0, gatewayHigh, gatewayLow);
        }

        boolean isNeighbor(long high, long low) {
            return (high & maskHigh) == subnetHigh && (low & maskLow) == subnetLow;
        }
    }

    private final HostAddresses own;
    private final NeighborCache neighbors;
    private final MemorySegment memory;
    private final Route ipv4;
    private final Route ipv6;

    Underlay(HostConfig config, HostAddresses own, NeighborCache neighbors, MemorySegment memory) {
        this.own = own;
        this.neighbors = neighbors;
        this.memory = memory;
        var ofIpv4 = route(config.addresses(), true);
        var ofIpv6 = route(config.addresses(), false);
        ipv4 = orOther(ofIpv4, ofIpv6);
        ipv6 = orOther(ofIpv6, ofIpv4);
    }

    private static @Nullable Route route(List<ProviderAddress> addresses, boolean ipv4) {
        return addresses.stream()
                .filter(its -> its.address() instanceof Inet4Address == ipv4)
                .map(Route::of)
                .findFirst()
                .orElse(null);
    }

    private static Route orOther(@Nullable Route route, @Nullable Route other) {
        if (route != null) {
            return route;
        }
        if (other == null) {
            throw new IllegalArgumentException("host without an address in the underlay");
        }
        return other.withoutSubnet();
    }

    /** Asks for the gateways' MAC addresses, where they are not known. */
    void askForGateways(long nowNanos) {
        neighbors.lookup(ipv4.gatewayHigh, ipv4.gatewayLow, nowNanos);
        neighbors.lookup(ipv6.gatewayHigh, ipv6.gatewayLow, nowNanos);
    }

    /** Sends a frame whose EtherType stands to where the underlay takes an address, an IPv4 one as IPv4-mapped. */
    void send(long high, long low, long frame, int length, long nowNanos) {
        var route = Ipv6.isMapped(high, low) ? ipv4 : ipv6;
        if (route.isNeighbor(high, low)) {
            neighbors.send(high, low, frame, length, nowNanos);
        } else {
            neighbors.send(route.gatewayHigh, route.gatewayLow, frame, length, nowNanos);
        }
    }

    /** Sends the inner frame at {@code inner}, whose Ethernet header stands, to a member's host. */
    void encapsulate(Backend to, long inner, int length, int sourcePort, long nowNanos) {
        // The addresses of the outer Ethernet header are the neighbour cache's to write.
        if (to.overIpv6()) {
            long outer = Vxlan.encapsulateIpv6(
                    memory,
                    inner,
                    length,
                    0,
                    0,
                    own.ipv6High(),
                    own.ipv6Low(),
                    to.hostHigh(),
                    to.hostLow(),
                    sourcePort,
                    to.vni());
            send(to.hostHigh(), to.hostLow(), outer, length + Vxlan.ENCAPSULATION_IPV6, nowNanos);
        } else {
            long outer = Vxlan.encapsulate(
                    memory, inner, length, 0, 0, own.ipv4(), (int) to.hostLow(), sourcePort, to.vni());
            send(to.hostHigh(), to.hostLow(), outer, length + Vxlan.ENCAPSULATION, nowNanos);
        }
    }
}
