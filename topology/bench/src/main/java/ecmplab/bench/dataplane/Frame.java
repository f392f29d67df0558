package ecmplab.bench.dataplane;

import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import java.lang.foreign.MemorySegment;

/**
 * What the generator sends: a UDP packet of the least length (60 octets, as without FCS; no UDP checksum), plain or in VXLAN, whose source
 * address tells the flows apart.
 */
final class Frame {
    /** Clients' first address, 10.0.0.0: up to a million flows leave its upper octet as it is. */
    private static final int CLIENTS = 0x0A00_0000;

    private static final int CLIENT_PORT = 40_000;
    private static final int LENGTH = 60;

    private final byte[] octets;
    private final int ip;
    private final int flows;

    private Frame(byte[] octets, int ip, int flows) {
        this.octets = octets;
        this.ip = ip;
        this.flows = flows;
    }

    /** Not to be changed. */
    byte[] octets() {
        return octets;
    }

    /** Where the IPv4 header starts whose source differs. */
    int ip() {
        return ip;
    }

    /** How many flows; a power of two. */
    int flows() {
        return flows;
    }

    /** Sources are this one and those that follow it. */
    int firstSource() {
        return CLIENTS;
    }

    static Frame plain(MacAddress to, int destination, int port, int flows) {
        var octets = new byte[LENGTH];
        write(MemorySegment.ofArray(octets), 0, to.bits(), 0x02_00_00_00_00_01L, destination, port);
        return new Frame(octets, Ethernet.LENGTH, flows);
    }

    /**
     * @param inner destination and source of the inner frame
     * @param outerSource MUX
     * @param outerDestination host
     */
    static Frame tunnelled(
            MacAddress to,
            MacAddress[] inner,
            int outerSource,
            int outerDestination,
            int vni,
            int destination,
            int port,
            int flows) {
        var octets = new byte[Vxlan.ENCAPSULATION + LENGTH];
        var memory = MemorySegment.ofArray(octets);
        write(memory, Vxlan.ENCAPSULATION, inner[0].bits(), inner[1].bits(), destination, port);
        Vxlan.encapsulate(
                memory,
                Vxlan.ENCAPSULATION,
                LENGTH,
                to.bits(),
                0x02_00_00_00_00_01L,
                outerSource,
                outerDestination,
                50_000,
                vni);
        return new Frame(octets, Vxlan.ENCAPSULATION + Ethernet.LENGTH, flows);
    }

    private static void write(MemorySegment memory, int at, long to, long from, int destination, int port) {
        new Ethernet().wrap(memory, at).set(to, from, Ethernet.TYPE_IPV4);
        int length = LENGTH - Ethernet.LENGTH;
        var ip = new Ipv4().wrap(memory, at + Ethernet.LENGTH);
        ip.set(0, length, 64, IpProtocol.UDP, CLIENTS, destination);
        new Udp().wrap(memory, ip.payload()).set(CLIENT_PORT, port, length - Ipv4.MIN_LENGTH);
    }

    /** One's complement sum of the IPv4 header without source and checksum, folded once. */
    int sumWithoutSource() {
        int sum = 0;
        for (int i = 0; i < Ipv4.MIN_LENGTH; i += 2) {
            if (i != 10 && i != 12 && i != 14) {
                sum += ((octets[ip + i] & 0xFF) << 8) | (octets[ip + i + 1] & 0xFF);
            }
        }
        return (sum & 0xFFFF) + (sum >>> 16);
    }
}
