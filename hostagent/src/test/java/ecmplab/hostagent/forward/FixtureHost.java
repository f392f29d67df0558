package ecmplab.hostagent.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.Vni;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Port;
import ecmplab.testkit.fixture.Replay;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The host that the fixtures' files describe at their heads. Its neighbours answer for their addresses. */
final class FixtureHost implements Replay.Node {
    private static final int MTU = 1550;
    private static final Vni VNI = new Vni(5001);
    private static final long NOW = 1_000_000_000L;
    private static final int ICMPV6 = Ethernet.LENGTH + Ipv6.LENGTH;
    private static final MacAddress GATEWAY = MacAddress.parse("02:00:00:ff:00:01");
    private static final MacAddress OTHER_HOST = MacAddress.parse("02:00:00:aa:00:02");
    private static final Map<String, MacAddress> NEIGHBORS = Map.of(
            "10.0.0.254", GATEWAY, "2001:db8:0:2::fe", GATEWAY, "10.0.0.2", OTHER_HOST, "2001:db8:0:2::2", OTHER_HOST);

    private final FramePool pool = new FramePool(256, 2048, Arena.ofAuto());
    private final FramePool outside = new FramePool(256, 2048, Arena.ofAuto());
    private final List<MemoryLink> links = new ArrayList<>();
    private final HostAgent agent;
    private final Burst burst = new Burst(64);
    private long cfg;

    FixtureHost() {
        var underlay = cable("eth0", "02:00:00:aa:00:01");
        var vms = List.of(vm(1), vm(2));
        var config = HostConfig.of(
                new ProviderAddress(ipv4("10.0.0.1"), 24, ipv4("10.0.0.254")),
                new ProviderAddress(address("2001:db8:0:2::1"), 64, address("2001:db8:0:2::fe")));
        agent = new HostAgent(config, underlay, vms, event -> {}, () -> Instant.EPOCH, () -> NOW, 1);
    }

    private VmPort vm(int number) {
        return new VmPort(
                "vm" + number,
                cable("vm" + number, "0a:00:00:00:00:1" + number),
                List.of(
                        new VmAddress(ipv4("10.1.1.1" + number), ipv4("10.1.1.1")),
                        new VmAddress(address("2001:db8:a::1" + number), address("2001:db8:a::1"))),
                MacAddress.parse("06:00:00:00:00:1" + number),
                VNI);
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    private static Inet4Address ipv4(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }

    private Port cable(String name, String mac) {
        var link = new MemoryLink(
                new MemoryLink.End(name, MacAddress.parse(mac), pool),
                new MemoryLink.End(name, MacAddress.parse("02:00:00:00:00:99"), outside),
                MTU,
                64);
        links.add(link);
        return link.left();
    }

    @Override
    public void given(String words) {
        var endpoints = new ArrayList<EndpointPolicy>();
        for (boolean ipv6 : new boolean[] {false, true}) {
            var seventh = version(7, State.ACTIVE, member(11, 1, ipv6));
            var eighth = version(8, State.ACTIVE, member(11, 1, ipv6));
            var versions = switch (words) {
                case "one generation", "floating ip" -> List.of(seventh);
                case "two generations" -> List.of(eighth, version(7, State.RETIRED, member(21, 2, ipv6)));
                case "own generations" -> List.of(eighth, version(7, State.RETIRED, member(12, 1, ipv6)));
                default -> throw new IllegalArgumentException(words);
            };
            for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
                var id = new EndpointId(address(ipv6 ? "2001:db8:ff::10" : "203.0.113.10"), protocol, 80);
                endpoints.add(new EndpointPolicy(
                        id, Affinity.FIVE_TUPLE, words.equals("floating ip"), Duration.ofMinutes(4), versions));
            }
        }
        var outcome = agent.apply(new SlbPolicy(1, ++cfg, endpoints));
        assertTrue(
                outcome instanceof PolicyOutcome.Applied applied
                        && applied.faults().isEmpty(),
                outcome::toString);
    }

    private static TableVersion version(int generation, State state, Member member) {
        return new TableVersion(generation, 251, 77, List.of(member), state);
    }

    /** VM {@code number} of host {@code host}. */
    private static Member member(int number, int host, boolean ipv6) {
        return new Member(
                "vm" + number,
                address((ipv6 ? "2001:db8:a::" : "10.1.1.") + number),
                8080,
                address((ipv6 ? "2001:db8:0:2::" : "10.0.0.") + host),
                MacAddress.parse("06:00:00:00:00:" + number),
                VNI,
                1);
    }

    @Override
    public List<Replay.Sent> frame(String port, byte[] octets) {
        var link = links.stream()
                .filter(one -> one.left().name().equals(port))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no port " + port));
        put(link.right(), octets);
        var sent = new ArrayList<Replay.Sent>();
        while (work()) {
            links.forEach(one -> collect(one.right(), sent));
        }
        return sent;
    }

    private void put(Port port, byte[] octets) {
        long address = outside.acquire();
        MemorySegment.copy(octets, 0, outside.memory(), ValueLayout.JAVA_BYTE, address, octets.length);
        assertTrue(port.send(address, octets.length), "the cable takes the frame");
        port.flush();
    }

    private boolean work() {
        boolean any = false;
        for (var link : links) {
            burst.clear();
            if (link.left().receive(burst) > 0) {
                any = true;
                agent.process(link.left(), burst, NOW);
            }
        }
        links.forEach(link -> link.left().flush());
        return any;
    }

    private void collect(Port port, List<Replay.Sent> sent) {
        burst.clear();
        port.receive(burst);
        for (int i = 0; i < burst.count(); i++) {
            var octets = new byte[burst.length(i)];
            MemorySegment.copy(outside.memory(), ValueLayout.JAVA_BYTE, burst.address(i), octets, 0, octets.length);
            outside.release(burst.address(i));
            if (!answer(port, octets)) {
                sent.add(new Replay.Sent(port.name(), octets));
            }
        }
    }

    /** Whether it asked for a neighbour. */
    private boolean answer(Port port, byte[] octets) {
        var memory = MemorySegment.ofArray(octets);
        var ethernet = new Ethernet().wrap(memory, 0);
        if (ethernet.type() == Ethernet.TYPE_ARP) {
            answerArp(port, octets, memory);
            return true;
        }
        boolean asks = ethernet.type() == Ethernet.TYPE_IPV6
                && octets.length == NeighborDiscovery.FRAME_LENGTH
                && new Icmpv6().wrap(memory, ICMPV6).type() == Icmpv6.NEIGHBOR_SOLICITATION;
        if (asks) {
            answerSolicitation(port, memory);
        }
        return asks;
    }

    private void answerArp(Port port, byte[] octets, MemorySegment memory) {
        var arp = new Arp().wrap(memory, Ethernet.LENGTH);
        int target = arp.targetAddress();
        long mac = macOf(Ipv4.text(target));
        long asker = arp.senderMac();
        int askerAddress = arp.senderAddress();
        new Ethernet().wrap(memory, 0).set(asker, mac, Ethernet.TYPE_ARP);
        arp.set(Arp.REPLY, mac, target, asker, askerAddress);
        put(port, octets);
    }

    private void answerSolicitation(Port port, MemorySegment memory) {
        var ip = new Ipv6().wrap(memory, Ethernet.LENGTH);
        var asked = new NeighborDiscovery().wrap(memory, ICMPV6, NeighborDiscovery.LENGTH);
        var reply = new byte[NeighborDiscovery.FRAME_LENGTH];
        NeighborDiscovery.writeAdvertisement(
                MemorySegment.ofArray(reply),
                0,
                asked.linkAddress(),
                macOf(Ipv6.text(asked.targetHigh(), asked.targetLow())),
                ip.sourceHigh(),
                ip.sourceLow(),
                asked.targetHigh(),
                asked.targetLow(),
                NeighborDiscovery.SOLICITED | NeighborDiscovery.OVERRIDE);
        put(port, reply);
    }

    private static long macOf(String address) {
        var mac = NEIGHBORS.get(address);
        if (mac == null) {
            throw new AssertionError("asked for " + address);
        }
        return mac.bits();
    }

    @Override
    public Map<String, Long> drops() {
        return agent.snapshot().drops();
    }

    @Override
    public void requireConserved() {
        var ledger = agent.ledger();
        assertTrue(ledger.balances(), ledger::toString);
        assertEquals(pool.size() - ledger.held(), pool.available(), "frames lost or doubled");
    }
}
