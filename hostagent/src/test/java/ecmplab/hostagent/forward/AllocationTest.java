package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.VNI;
import static ecmplab.hostagent.forward.Fabric.dip;
import static ecmplab.hostagent.forward.Fabric.hostSideMac;
import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.vmMac;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import ecmplab.hostagent.nat.NatTimeouts;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.Tcp;
import ecmplab.packet.Vni;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import ecmplab.port.PortCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A forwarding thread makes no garbage: a million packets of every kind, and not a kilobyte. */
@ParameterizedClass
@EnumSource(
        value = Families.class,
        names = {"IPV4", "IPV6"})
final class AllocationTest {
    private static final int ROUNDS = 125_000;
    private static final int WARM_UP = 5_000;

    /** Takes frames and forgets them. */
    private record Sink(String name, MacAddress mac, FramePool pool) implements Port {
        @Override
        public int mtu() {
            return 1600;
        }

        @Override
        public int receive(Burst burst) {
            return 0;
        }

        @Override
        public boolean send(long address, int length) {
            pool.release(address);
            return true;
        }

        @Override
        public void flush() {}

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public PortCounters counters() {
            return new PortCounters(0, 0, 0, 0, Map.of());
        }

        @Override
        public void close() {}
    }

    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final Sink underlay = new Sink("eth0", new MacAddress(0x02_00AA_0000_01L), pool);
    private final Sink cable = new Sink("vm1", new MacAddress(hostSideMac(1, 1)), pool);
    private final Burst burst = new Burst(1);
    private long now = 1;
    private final Families families;
    private final HostAgent agent;

    AllocationTest(Families families) {
        this.families = families;
        agent = new HostAgent(
                new HostConfig(
                        families.ofHost(Packets.ip("10.0.0.1"), Fabric.GATEWAY), 1024, NatTimeouts.STANDARD, 1 << 30),
                underlay,
                List.of(new VmPort(
                        "vm11",
                        cable,
                        families.inner(dip(1, 1)),
                        new MacAddress(vmMac(1, 1)),
                        new Vni(VNI),
                        families.inner(Fabric.VM_GATEWAY))),
                event -> {},
                () -> Fabric.WALL,
                () -> now,
                1);
    }

    private void give(Port port, MemorySegment frame) {
        long address = pool.acquire();
        MemorySegment.copy(frame, 0, pool.memory(), address, frame.byteSize());
        burst.clear();
        burst.add(address, (int) frame.byteSize());
        agent.process(port, burst, now);
    }

    private MemorySegment fromMux(int generation, byte[] packet) {
        var inner = families.innerFrame(vmMac(1, 1), FrameTag.bits(1, generation, 0, 0, 0), packet);
        int host = Packets.ip("10.0.0.1");
        return MemorySegment.ofArray(
                Packets.vxlan(families.outerIpv6, 0x02_00AA_0000_01L, Fabric.MUX, host, 50_000, VNI, inner));
    }

    private MemorySegment fromVm(int flags, int payload) {
        var packet = Packets.tcp(dip(1, 1), 8080, CLIENT, 40_000, flags, payload);
        return MemorySegment.ofArray(families.innerFrame(cable.mac().bits(), vmMac(1, 1), packet));
    }

    private void answerFor(int address) {
        if (!families.outerIpv6) {
            answerArp(address);
            return;
        }
        int own = Packets.ip("10.0.0.1");
        var frame = MemorySegment.ofArray(new byte[NeighborDiscovery.FRAME_LENGTH]);
        NeighborDiscovery.writeAdvertisement(
                frame,
                0,
                underlay.mac().bits(),
                Fabric.GATEWAY_MAC,
                Siit.high(own),
                Siit.low(own),
                Siit.high(address),
                Siit.low(address),
                NeighborDiscovery.SOLICITED | NeighborDiscovery.OVERRIDE);
        give(underlay, frame);
    }

    private void answerArp(int address) {
        var frame = Packets.frame(underlay.mac().bits(), Fabric.GATEWAY_MAC, Ethernet.TYPE_ARP, new byte[Arp.LENGTH]);
        new Arp()
                .wrap(MemorySegment.ofArray(frame), Ethernet.LENGTH)
                .set(Arp.REPLY, Fabric.GATEWAY_MAC, address, underlay.mac().bits(), Packets.ip("10.0.0.1"));
        give(underlay, MemorySegment.ofArray(frame));
    }

    @Test
    void aMillionPacketsAllocateNothing() {
        agent.apply(families.policy(Fabric.policy(
                Fabric.version(2, State.ACTIVE, member(1, 1)), Fabric.version(1, State.RETIRED, member(2, 1)))));
        var frames = List.of(
                fromMux(2, Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN, 0)),
                fromMux(2, Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 100)),
                fromMux(2, Packets.udp(CLIENT, 40_000, VIP, 80, 100, true)),
                fromMux(1, Packets.tcp(CLIENT, 50_000, VIP, 80, Tcp.ACK, 100)),
                fromMux(
                        2,
                        Packets.fragmentationNeeded(
                                Fabric.GATEWAY, Packets.tcp(VIP, 80, CLIENT, 40_000, Tcp.ACK, 0), 28, 1300)),
                fromMux(2, Packets.tcp(CLIENT, 40_000, VIP + 1, 80, Tcp.ACK, 100)));
        var reply = fromVm(Tcp.ACK, 100);
        var closing = fromVm(Tcp.RST, 0);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        rounds(WARM_UP, frames, reply, closing);
        answerFor(Fabric.GATEWAY);
        answerFor(Packets.ip("10.0.0.2"));
        rounds(WARM_UP, frames, reply, closing);
        long before = threads.getCurrentThreadAllocatedBytes();
        rounds(ROUNDS, frames, reply, closing);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 4096, allocated + " octets for a million packets");
        var counts = agent.snapshot().counts();
        long expected = ROUNDS + 2 * WARM_UP;
        assertEquals(2 * expected, counts.get(HostCount.REPLIES));
        assertEquals(2 * expected, counts.get(HostCount.PASSED_ON));
        assertEquals(expected, counts.get(HostCount.ICMP_TO_VM));
    }

    private void rounds(int count, List<MemorySegment> frames, MemorySegment reply, MemorySegment closing) {
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < frames.size(); j++) {
                give(underlay, frames.get(j));
            }
            give(cable, reply);
            give(cable, closing);
            now += 1000;
            if ((i & 1023) == 0) {
                agent.tick(now);
            }
        }
    }
}
