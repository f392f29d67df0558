package ecmplab.hostagent.forward;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.hostagent.nat.NatTimeouts;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.SlotHash;
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
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Vni;
import ecmplab.packet.Vxlan;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Port;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Hosts with their VMs around one underlay switch, all in the test's thread and the test's time. The switch answers ARP for every
 * host (their kernels would) and for the gateway, and what goes to the gateway is collected. A MUX is what a test makes of
 * {@link #fromMux}.
 */
final class Fabric {
    static final int VIP = Packets.ip("203.0.113.10");
    static final int CLIENT = Packets.ip("192.0.2.7");
    static final int GATEWAY = Packets.ip("10.0.0.254");
    static final int VM_GATEWAY = Packets.ip("10.1.1.1");
    static final int MUX = Packets.ip("10.0.0.100");
    static final long GATEWAY_MAC = 0x02_00FF_0000_01L;
    static final int VNI = 5001;
    static final int SLOTS = 251;
    static final Instant WALL = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MTU = 1600;

    /** One host with its agent. VM {@code i} of host {@code h} is {@code 10.1.1.(10 h + i)}. */
    final class Host {
        final int address;
        final HostAgent agent;
        final List<HostEvent> events = new ArrayList<>();
        final List<Port> vmEnds = new ArrayList<>();
        final FramePool pool = new FramePool(256, 2048, Arena.ofAuto());
        private final Port underlay;
        private final Port switchEnd;
        private final List<Port> ports = new ArrayList<>();
        private final Burst burst = new Burst(64);

        private Host(int number, int vms, int mtu) {
            address = Packets.ip("10.0.0." + number);
            var link = new MemoryLink(
                    new MemoryLink.End("eth0", new MacAddress(0x02_00AA_0000_00L + number), pool),
                    new MemoryLink.End("sw" + number, new MacAddress(0x02_00BB_0000_00L + number), outside),
                    mtu,
                    1024);
            underlay = link.left();
            switchEnd = link.right();
            ports.add(underlay);
            var vmPorts = new ArrayList<VmPort>();
            for (int i = 1; i <= vms; i++) {
                var cable = new MemoryLink(
                        new MemoryLink.End("vm" + i, new MacAddress(hostSideMac(number, i)), pool),
                        new MemoryLink.End("eth0", new MacAddress(vmMac(number, i)), outside),
                        mtu,
                        1024);
                ports.add(cable.left());
                vmEnds.add(cable.right());
                vmPorts.add(new VmPort(
                        "vm" + (10 * number + i),
                        cable.left(),
                        families.inner(dip(number, i)),
                        new MacAddress(vmMac(number, i)),
                        new Vni(VNI),
                        families.inner(VM_GATEWAY)));
            }
            var config = new HostConfig(families.ofHost(address, GATEWAY), 4096, NatTimeouts.STANDARD, 100);
            agent = new HostAgent(config, underlay, vmPorts, events::add, () -> WALL, () -> now, number);
        }

        /** Lets the agent take what has arrived. @return whether anything had */
        private boolean work() {
            boolean any = false;
            for (var port : ports) {
                burst.clear();
                if (port.receive(burst) > 0) {
                    any = true;
                    agent.process(port, burst, now);
                }
            }
            ports.forEach(Port::flush);
            return any;
        }

        void fromVm(int vm, byte[] frame) {
            put(vmEnds.get(vm - 1), frame);
            settle();
        }

        /** A packet, given as an IPv4 one, from a VM to its gateway. */
        void packetFromVm(int vm, byte[] packet) {
            int number = address & 0xFF;
            fromVm(vm, families.innerFrame(hostSideMac(number, vm), vmMac(number, vm), packet));
        }

        void apply(SlbPolicy policy) {
            agent.apply(families.policy(policy));
        }

        /** A frame on the underlay, as it is. */
        void fromUnderlay(byte[] frame) {
            put(switchEnd, frame);
            settle();
        }

        /** What has come to a VM since the last call. */
        List<byte[]> atVm(int vm) {
            return take(vmEnds.get(vm - 1));
        }

        /** The one packet that has come to a VM, checked. */
        byte[] packetAtVm(int vm) {
            var frames = atVm(vm);
            assertTrue(
                    frames.size() == 1,
                    frames.size() + " frames at VM " + vm + ", "
                            + agent.snapshot().drops());
            return Packets.soundPacket(frames.getFirst());
        }

        long drops(HostDrop reason) {
            var label = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
            return agent.snapshot().drops().getOrDefault(label, 0L);
        }

        long count(HostCount what) {
            return agent.snapshot().counts().getOrDefault(what, 0L);
        }

        boolean balances() {
            var ledger = agent.ledger();
            return ledger.balances() && pool.available() + ledger.held() == pool.size();
        }
    }

    final Families families;
    final List<Host> hosts = new ArrayList<>();
    /** Frames that went to the gateway, oldest first. */
    final Deque<byte[]> atGateway = new ArrayDeque<>();
    /** Frames that went from host to host. */
    int hostToHost;

    long now = 1_000_000_000L;
    private final FramePool outside = new FramePool(1024, 2048, Arena.ofAuto());
    private final Burst burst = new Burst(64);
    private final Map<TableVersion, MaglevTable> tables = new HashMap<>();

    Fabric(int hostCount, int vmsEach) {
        this(Families.IPV4, hostCount, vmsEach);
    }

    Fabric(Families families, int hostCount, int vmsEach) {
        this(families, hostCount, vmsEach, MTU);
    }

    Fabric(Families families, int hostCount, int vmsEach, int mtu) {
        this.families = families;
        for (int i = 1; i <= hostCount; i++) {
            hosts.add(new Host(i, vmsEach, mtu));
        }
    }

    Host host(int number) {
        return hosts.get(number - 1);
    }

    static int dip(int host, int vm) {
        return Packets.ip("10.1.1." + (10 * host + vm));
    }

    static long vmMac(int host, int vm) {
        return 0x06_0000_0000_00L + 16L * host + vm;
    }

    static long hostSideMac(int host, int vm) {
        return 0x0A_0000_0000_00L + 16L * host + vm;
    }

    static Member member(int host, int vm) {
        return new Member(
                "vm" + (10 * host + vm),
                Ipv4.address(dip(host, vm)),
                8080,
                Ipv4.address(Packets.ip("10.0.0." + host)),
                new MacAddress(vmMac(host, vm)),
                new Vni(VNI),
                1);
    }

    static EndpointId endpoint(int protocol) {
        return new EndpointId(Ipv4.address(VIP), protocol, 80);
    }

    /** A generation in which one member owns everything, or several share. */
    static TableVersion version(int generation, State state, Member... members) {
        return new TableVersion(generation, SLOTS, 77, List.of(members), state);
    }

    static SlbPolicy policy(boolean floatingIp, TableVersion... versions) {
        var endpoints = new ArrayList<EndpointPolicy>();
        for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
            endpoints.add(new EndpointPolicy(
                    endpoint(protocol), Affinity.FIVE_TUPLE, floatingIp, Duration.ofMinutes(4), List.of(versions)));
        }
        return new SlbPolicy(1, 1, endpoints);
    }

    static SlbPolicy policy(TableVersion... versions) {
        return policy(false, versions);
    }

    /** The policy without resets of idle flows. */
    static SlbPolicy silent(SlbPolicy policy) {
        var endpoints = policy.endpoints().stream()
                .map(its -> new EndpointPolicy(
                        its.id(), its.affinity(), its.floatingIp(), its.idleTimeout(), false, its.versions()))
                .toList();
        return new SlbPolicy(policy.epoch(), policy.cfg(), endpoints, policy.deadHosts());
    }

    /** The policy once hosts are dead. */
    static SlbPolicy withDead(SlbPolicy policy, int... hosts) {
        var dead = Arrays.stream(hosts)
                .mapToObj(host -> (InetAddress) Ipv4.address(Packets.ip("10.0.0." + host)))
                .collect(Collectors.toSet());
        return new SlbPolicy(policy.epoch(), policy.cfg(), policy.endpoints(), dead);
    }

    void applyAll(SlbPolicy policy) {
        hosts.forEach(host -> host.apply(policy));
    }

    /** What a MUX does with a client's packet in a generation: the slot's owner, tagged. */
    void fromMux(TableVersion version, byte[] packet) {
        fromMux(version, packet, null);
    }

    /** @param remembered the member that the flow table of the MUX has, or null to take the slot's owner */
    void fromMux(TableVersion version, byte[] packet, @Nullable Member remembered) {
        var table = tables.computeIfAbsent(version, MaglevTable::of);
        var ip = Packets.ipv4(packet);
        var udp = Packets.udp(packet);
        int slot = table.slot(
                families.innerIpv6
                        ? SlotHash.ipv6(
                                table.seed(),
                                Affinity.FIVE_TUPLE,
                                Siit.high(ip.source()),
                                Siit.low(ip.source()),
                                Siit.high(ip.destination()),
                                Siit.low(ip.destination()),
                                ip.protocol(),
                                udp.sourcePort(),
                                udp.destinationPort())
                        : SlotHash.ipv4(
                                table.seed(),
                                Affinity.FIVE_TUPLE,
                                ip.source(),
                                ip.destination(),
                                ip.protocol(),
                                udp.sourcePort(),
                                udp.destinationPort()));
        var owner = remembered == null ? table.member(slot) : remembered;
        int flags = remembered == null ? 0 : FrameTag.FROM_FLOW_TABLE;
        toMember(owner, FrameTag.bits(1, version.generation(), 0, flags, slot), packet);
    }

    /** VXLAN to a member's host with an inner source address of the test's choice. */
    void toMember(@Nullable Member member, long tag, byte[] packet) {
        if (member == null) {
            throw new IllegalArgumentException("nobody takes flows");
        }
        var inner = families.innerFrame(member.mac().bits(), tag, packet);
        int host = Ipv4.bits(member.host());
        deliver(
                Packets.vxlan(
                        families.outerIpv6, 0, MUX, host, 50_000, member.vni().value(), inner),
                host);
        settle();
    }

    private void deliver(byte[] frame, int address) {
        for (var host : hosts) {
            if (host.address == address) {
                Packets.ethernet(frame).setDestination(host.underlay.mac().bits());
                put(host.switchEnd, frame);
            }
        }
    }

    /** Runs everything until nothing moves. */
    void settle() {
        boolean moved = true;
        for (int rounds = 0; moved; rounds++) {
            assertTrue(rounds < 100, "packets go round for ever");
            moved = false;
            for (var host : hosts) {
                moved |= host.work();
            }
            for (var host : hosts) {
                for (var frame : take(host.switchEnd)) {
                    moved = true;
                    forward(host, frame);
                }
            }
        }
    }

    private void forward(Host from, byte[] frame) {
        var ethernet = Packets.ethernet(frame);
        if (ethernet.type() == Ethernet.TYPE_ARP) {
            answerArp(from, frame);
        } else if (isSolicitation(frame)) {
            answerSolicitation(from, frame);
        } else if (ethernet.destination() == GATEWAY_MAC) {
            atGateway.add(frame);
        } else {
            var memory = MemorySegment.ofArray(frame);
            hostToHost++;
            deliver(
                    frame,
                    ethernet.type() == Ethernet.TYPE_IPV6
                            ? (int) new Ipv6().wrap(memory, Ethernet.LENGTH).destinationLow()
                            : new Ipv4().wrap(memory, Ethernet.LENGTH).destination());
        }
    }

    /** Where an address in the underlay is, or 0 when it is nobody's. */
    private long macOf(int address) {
        return hosts.stream()
                .filter(host -> host.address == address)
                .mapToLong(host -> host.underlay.mac().bits())
                .findFirst()
                .orElse(address == GATEWAY ? GATEWAY_MAC : 0);
    }

    private static boolean isSolicitation(byte[] frame) {
        var parser = new PacketParser();
        var memory = MemorySegment.ofArray(frame);
        return parser.parse(memory, 0, frame.length) == PacketFault.NONE
                && parser.version() == 6
                && parser.protocol() == IpProtocol.ICMPV6
                && new Icmpv6().wrap(memory, parser.transport()).type() == Icmpv6.NEIGHBOR_SOLICITATION;
    }

    private void answerSolicitation(Host from, byte[] frame) {
        var asked = MemorySegment.ofArray(frame);
        var ip = new Ipv6().wrap(asked, Ethernet.LENGTH);
        var solicitation = new NeighborDiscovery().wrap(asked, Ethernet.LENGTH + Ipv6.LENGTH, NeighborDiscovery.LENGTH);
        int target = Siit.ipv4(solicitation.targetHigh(), solicitation.targetLow());
        if (macOf(target) == 0) {
            return;
        }
        var reply = new byte[NeighborDiscovery.FRAME_LENGTH];
        NeighborDiscovery.writeAdvertisement(
                MemorySegment.ofArray(reply),
                0,
                solicitation.linkAddress(),
                macOf(target),
                ip.sourceHigh(),
                ip.sourceLow(),
                solicitation.targetHigh(),
                solicitation.targetLow(),
                NeighborDiscovery.SOLICITED | NeighborDiscovery.OVERRIDE);
        put(from.switchEnd, reply);
    }

    private void answerArp(Host from, byte[] frame) {
        var arp = new Arp().wrap(MemorySegment.ofArray(frame), Ethernet.LENGTH);
        int target = arp.targetAddress();
        long mac = macOf(target);
        if (mac == 0) {
            return;
        }
        var reply = Packets.frame(arp.senderMac(), mac, Ethernet.TYPE_ARP, new byte[Arp.LENGTH]);
        new Arp()
                .wrap(MemorySegment.ofArray(reply), Ethernet.LENGTH)
                .set(Arp.REPLY, mac, target, arp.senderMac(), arp.senderAddress());
        put(from.switchEnd, reply);
    }

    /** The one packet that has gone to the gateway, checked. */
    byte[] packetAtGateway() {
        assertTrue(atGateway.size() == 1, atGateway.size() + " frames at the gateway");
        return Packets.soundPacket(atGateway.remove());
    }

    void after(Duration duration) {
        now += duration.toNanos();
        for (int i = 0; i < 300; i++) {
            hosts.forEach(host -> host.agent.tick(now));
        }
        settle();
    }

    private void put(Port port, byte[] frame) {
        long address = outside.acquire();
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, outside.memory(), address, frame.length);
        assertTrue(port.send(address, frame.length), "the cable takes the frame");
        port.flush();
    }

    private List<byte[]> take(Port port) {
        var frames = new ArrayList<byte[]>();
        burst.clear();
        while (port.receive(burst) > 0) {
            for (int i = 0; i < burst.count(); i++) {
                var frame = new byte[burst.length(i)];
                MemorySegment.copy(outside.memory(), burst.address(i), MemorySegment.ofArray(frame), 0, frame.length);
                outside.release(burst.address(i));
                frames.add(frame);
            }
            burst.clear();
        }
        return frames;
    }

    /** The inner frame of a VXLAN frame. */
    static byte[] inner(byte[] frame) {
        boolean overIpv6 = Packets.ethernet(frame).type() == Ethernet.TYPE_IPV6;
        return Arrays.copyOfRange(frame, overIpv6 ? Vxlan.ENCAPSULATION_IPV6 : Vxlan.ENCAPSULATION, frame.length);
    }
}
