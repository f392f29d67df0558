package ecmplab.bench.dataplane;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** The one service that packets are for. */
final class Service {
    static final Inet4Address VIP = (Inet4Address) InetAddress.ofLiteral("203.0.113.10");
    static final int PORT = 53;
    static final int BACKEND_PORT = 8080;
    static final Vni NETWORK = new Vni(5001);
    static final int GENERATION = 7;
    private static final int SLOTS = 65_537;

    private Service() {}

    static Inet4Address address(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }

    /** Addresses of the servers: hosts for a MUX, VMs for a host agent, backends for the kernel. */
    static Inet4Address server(int number) {
        return Ipv4.address(Ipv4.bits(address("172.16.1.2")) + number);
    }

    /** A policy of these members. */
    static SlbPolicy policy(List<Member> members) {
        var version = new TableVersion(GENERATION, SLOTS, 7, members, TableVersion.State.ACTIVE);
        var endpoint = new EndpointId(VIP, IpProtocol.UDP, PORT);
        var policy = new EndpointPolicy(endpoint, Affinity.FIVE_TUPLE, false, Duration.ofMinutes(15), List.of(version));
        return new SlbPolicy(1, 1, List.of(policy));
    }

    /** One member on each server, as a MUX sees them. */
    static List<Member> remoteMembers() {
        return IntStream.range(0, Bed.SERVERS)
                .mapToObj(number -> member(number, server(number), new MacAddress(0x02_00_00_01_00_00L + number)))
                .toList();
    }

    static Member member(int number, Inet4Address host, MacAddress mac) {
        return new Member("vm" + number, server(number), BACKEND_PORT, host, mac, NETWORK, 1);
    }
}
