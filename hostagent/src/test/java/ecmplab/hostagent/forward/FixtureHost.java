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
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
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
import java.util.stream.Stream;

/** The host that the fixtures' files describe at their heads. Its neighbours answer for their addresses. */
final class FixtureHost implements Replay.Node {
    private static final int MTU = 1550;
    private static final Vni VNI = new Vni(5001);
    private static final long NOW = 1_000_000_000L;
    private static final Map<Integer, MacAddress> NEIGHBORS = Map.of(
            Ipv4.bits(ipv4("10.0.0.254")), MacAddress.parse("02:00:00:ff:00:01"),
            Ipv4.bits(ipv4("10.0.0.2")), MacAddress.parse("02:00:00:aa:00:02"));

    private final FramePool pool = new FramePool(256, 2048, Arena.ofAuto());
    private final FramePool outside = new FramePool(256, 2048, Arena.ofAuto());
    private final List<MemoryLink> links = new ArrayList<>();
    private final HostAgent agent;
    private final Burst burst = new Burst(64);
    private long cfg;

    FixtureHost() {
        var underlay = cable("eth0", "02:00:00:aa:00:01");
        var vms = List.of(
                new VmPort(
                        "vm1",
                        cable("vm1", "0a:00:00:00:00:11"),
                        ipv4("10.1.1.11"),
                        MacAddress.parse("06:00:00:00:00:11"),
                        VNI,
                        ipv4("10.1.1.1")),
                new VmPort(
                        "vm2",
                        cable("vm2", "0a:00:00:00:00:12"),
                        ipv4("10.1.1.12"),
                        MacAddress.parse("06:00:00:00:00:12"),
                        VNI,
                        ipv4("10.1.1.1")));
        var config = HostConfig.of(ipv4("10.0.0.1"), 24, ipv4("10.0.0.254"));
        agent = new HostAgent(config, underlay, vms, event -> {}, () -> Instant.EPOCH, () -> NOW, 1);
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
        var seventh = version(7, State.ACTIVE, member(11, 1));
        var eighth = version(8, State.ACTIVE, member(11, 1));
        agent.apply(
                switch (words) {
                    case "one generation" -> policy(false, seventh);
                    case "two generations" -> policy(false, eighth, version(7, State.RETIRED, member(21, 2)));
                    case "own generations" -> policy(false, eighth, version(7, State.RETIRED, member(12, 1)));
                    case "floating ip" -> policy(true, seventh);
                    default -> throw new IllegalArgumentException(words);
                });
    }

    private SlbPolicy policy(boolean floatingIp, TableVersion... versions) {
        var endpoints = Stream.of(IpProtocol.TCP, IpProtocol.UDP)
                .map(protocol -> new EndpointPolicy(
                        new EndpointId(ipv4("203.0.113.10"), protocol, 80),
                        Affinity.FIVE_TUPLE,
                        floatingIp,
                        Duration.ofMinutes(4),
                        List.of(versions)))
                .toList();
        return new SlbPolicy(1, ++cfg, endpoints);
    }

    private static TableVersion version(int generation, State state, Member member) {
        return new TableVersion(generation, 251, 77, List.of(member), state);
    }

    /** VM 10.1.1.{@code number} of host 10.0.0.{@code host}. */
    private static Member member(int number, int host) {
        return new Member(
                "vm" + number,
                ipv4("10.1.1." + number),
                8080,
                ipv4("10.0.0." + host),
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
            if (!answerArp(port, octets)) {
                sent.add(new Replay.Sent(port.name(), octets));
            }
        }
    }

    private boolean answerArp(Port port, byte[] octets) {
        var memory = MemorySegment.ofArray(octets);
        var ethernet = new Ethernet().wrap(memory, 0);
        if (ethernet.type() != Ethernet.TYPE_ARP) {
            return false;
        }
        var arp = new Arp().wrap(memory, Ethernet.LENGTH);
        int target = arp.targetAddress();
        var mac = NEIGHBORS.get(target);
        if (mac == null) {
            throw new AssertionError("asked for " + Ipv4.text(target));
        }
        long asker = arp.senderMac();
        int askerAddress = arp.senderAddress();
        ethernet.set(asker, mac.bits(), Ethernet.TYPE_ARP);
        arp.set(Arp.REPLY, mac.bits(), target, asker, askerAddress);
        put(port, octets);
        return true;
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
