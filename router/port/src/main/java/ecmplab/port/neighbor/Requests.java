package ecmplab.port.neighbor;

import ecmplab.packet.Arp;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.port.Port;

/** Asks for neighbours: IPv4 ones by ARP, IPv6 ones by neighbour solicitations. Belongs to a {@link NeighborCache}. */
final class Requests {
    private final Port port;
    private final boolean hasIpv4;
    private final boolean hasIpv6;
    private final int own;
    private final long ownHigh;
    private final long ownLow;

    Requests(Port port, OwnAddresses addresses) {
        this.port = port;
        var ipv4 = addresses.ipv4();
        var ipv6 = addresses.ipv6();
        hasIpv4 = ipv4 != null;
        hasIpv6 = ipv6 != null;
        own = ipv4 == null ? 0 : Ipv4.bits(ipv4);
        ownHigh = ipv6 == null ? 0 : Ipv6.high(ipv6);
        ownLow = ipv6 == null ? 0 : Ipv6.low(ipv6);
    }

    boolean isOwn(int address) {
        return hasIpv4 && address == own;
    }

    boolean isOwn(long high, long low) {
        return hasIpv6 && high == ownHigh && low == ownLow;
    }

    /**
     * Sends a request: to all, or, where the MAC address is known, to it, so that it confirms. Without a frame, or an address of
     * the neighbour's family to ask from, it is as if it got lost on the wire.
     *
     * @return whether it was sent
     */
    boolean send(Entry entry) {
        boolean ipv4 = Ipv6.isMapped(entry.high, entry.low);
        long frame = (ipv4 ? hasIpv4 : hasIpv6) ? port.pool().acquire() : -1;
        if (frame < 0) {
            return false;
        }
        var memory = port.pool().memory();
        long mac = port.mac().bits();
        int length;
        if (ipv4) {
            long to = entry.known() ? entry.mac : MacAddress.BROADCAST.bits();
            length = Arp.writeRequest(memory, frame, to, mac, own, (int) entry.low);
        } else {
            long to = entry.known() ? entry.mac : 0;
            length =
                    NeighborDiscovery.writeSolicitation(memory, frame, to, mac, ownHigh, ownLow, entry.high, entry.low);
        }
        port.send(frame, length);
        return true;
    }
}
