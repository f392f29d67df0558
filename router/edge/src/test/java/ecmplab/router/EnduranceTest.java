package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Arp;
import ecmplab.packet.Checksum;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import ecmplab.port.PortCounters;
import ecmplab.router.forward.PacketCount;
import ecmplab.router.forward.RouterInterface;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Many packets, bad packets, and routes that change under them. */
class EnduranceTest {
    /** Ends of the link to the MUX. */
    private static final Inet6Address OUT = (Inet6Address) InetAddress.ofLiteral("2001:db8:1::"),
            FAR = (Inet6Address) InetAddress.ofLiteral("2001:db8:1::1");

    @Test
    void whateverArrivesIsAccountedFor() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            try (var rig = new RouterRig()) {
                rig.announce(RouterRig.VIP, 1, 2, 3);
                for (int i = 0; i < 400; i++) {
                    rig.inject(random.nextInt(RouterRig.LINKS), mutated(random));
                    switch (random.nextInt(40)) {
                        case 0 -> rig.announce(RouterRig.VIP, 1 + random.nextInt(3));
                        case 1 -> rig.announce(RouterRig.VIP, 1, 2, 3);
                        case 2 -> rig.announce("203.0.113.0/24", 1 + random.nextInt(3));
                        case 3 -> rig.answersArp(random.nextInt(RouterRig.LINKS), random.nextBoolean());
                        case 4 -> rig.pass(random.nextInt(4000));
                        default -> {}
                    }
                    rig.run();
                    rig.assertConserved();
                }
            }
        }
    }

    private static byte[] mutated(Random random) {
        var frame = Frames.udp(random.nextInt(65_536));
        int link = random.nextInt(RouterRig.LINKS + 1);
        frame[5] = (byte) link;
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            frame[random.nextInt(44)] = (byte) random.nextInt(256);
        }
        if (random.nextBoolean()) {
            mendChecksum(frame);
        }
        return random.nextInt(5) == 0 ? Arrays.copyOf(frame, 1 + random.nextInt(frame.length)) : frame;
    }

    private static void mendChecksum(byte[] frame) {
        int words = Math.min((frame[14] & 0xF) * 4, frame.length - 14);
        frame[24] = 0;
        frame[25] = 0;
        int checksum = Checksum.of(MemorySegment.ofArray(frame), 14, words);
        frame[24] = (byte) (checksum >> 8);
        frame[25] = (byte) checksum;
    }

    /** The forwarding thread runs while another one changes the routes: every packet goes to one of the MUXes of the moment. */
    @Test
    void routesChangeUnderARunningStream() throws InterruptedException {
        try (var rig = new RouterRig()) {
            rig.announce(RouterRig.VIP, 1, 2, 3);
            rig.pass(10);
            var done = new AtomicBoolean();
            var control = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 500; i++) {
                    rig.announce(RouterRig.VIP, 1, i % 2 == 0 ? 2 : 3);
                    rig.announce("203.0.113.11/32", 1 + i % 3);
                    rig.router.upkeep();
                }
                done.set(true);
            });
            int sent = 0;
            int arrived = 0;
            while (!done.get()) {
                rig.inject(0, Frames.udp(sent++ & 0xFFFF));
                for (var arrival : rig.run()) {
                    assertNotEquals(0, arrival.link(), "no error comes back");
                    arrived++;
                }
            }
            control.join();
            assertEquals(sent, arrived);
            rig.assertConserved();
        }
    }

    @Test
    void aMillionPacketsAllocateNothing() {
        millionsOf(false);
    }

    @Test
    void aMillionIpv6PacketsAllocateNothing() {
        millionsOf(true);
    }

    private static void millionsOf(boolean ipv6) {
        try (var arena = Arena.ofConfined()) {
            var pool = new FramePool(256, 2048, arena);
            var in = new Loop("in", RouterRig.routerMac(0), pool);
            var out = new Loop("out", RouterRig.routerMac(1), pool);
            var subnet = new RouterInterface.Ipv6Subnet(OUT, 127);
            var config = RouterConfig.of(
                    List.of(
                            new RouterInterface(in, RouterRig.address("10.0.0.1"), 24),
                            new RouterInterface(out, RouterRig.address("10.0.1.0"), 31, Optional.of(subnet))),
                    List.of(),
                    42);
            var events = new ArrayList<RouterEvent>();
            var router = new EdgeRouter(config, events::add, System::nanoTime, Instant::now);
            var far = (InetAddress) FAR;
            router.changed(List.of(
                    RouterRig.change(RouterRig.VIP, 1),
                    new RouteListener.Change(
                            Prefix.parse("2001:db8:ffff::/48"), List.of(new RouteListener.NextHop(far, far, 1)))));
            teach(router, out);
            var template = ipv6 ? udpOfIpv6() : Frames.udp(1000);

            forward(router, in, template, 200_000);
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            forward(router, in, template, 1_000_000);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            assertEquals(1_200_000, router.forwarder().packets().of(PacketCount.FORWARDED));
            assertEquals(1_200_000, out.sent);
            assertTrue(allocated < 100_000, allocated + " octets for a million packets");
        }
    }

    private static byte[] udpOfIpv6() {
        var frame = new byte[62];
        var memory = MemorySegment.ofArray(frame);
        new Ethernet()
                .wrap(memory, 0)
                .set(RouterRig.routerMac(0).bits(), RouterRig.farMac(0).bits(), Ethernet.TYPE_IPV6);
        var ip = new Ipv6().wrap(memory, Ethernet.LENGTH);
        ip.set(8, IpProtocol.UDP, 64);
        ip.setSource(Ipv6.high(FAR), 7);
        ip.setDestination(0x2001_0db8_ffff_0000L, 1);
        return frame;
    }

    /** An ARP answer and a neighbour advertisement from the MUX. */
    private static void teach(EdgeRouter router, Loop out) {
        router.processor().tick(System.nanoTime());
        out.sent = 0;
        long frame = out.pool.acquire();
        var memory = out.pool.memory();
        new Ethernet()
                .wrap(memory, frame)
                .set(out.mac.bits(), RouterRig.farMac(1).bits(), Ethernet.TYPE_ARP);
        new Arp()
                .wrap(memory, frame + Ethernet.LENGTH)
                .set(2, RouterRig.farMac(1).bits(), 0x0A00_0101, out.mac.bits(), 0x0A00_0100);
        long advertisement = out.pool.acquire();
        int octets = NeighborDiscovery.writeAdvertisement(
                memory,
                advertisement,
                out.mac.bits(),
                RouterRig.farMac(1).bits(),
                Ipv6.high(OUT),
                Ipv6.low(OUT),
                Ipv6.high(FAR),
                Ipv6.low(FAR),
                NeighborDiscovery.SOLICITED | NeighborDiscovery.OVERRIDE);
        var burst = new Burst(2);
        burst.add(frame, Arp.FRAME_LENGTH);
        burst.add(advertisement, octets);
        router.processor().process(out, burst, System.nanoTime());
    }

    /** @param template its octets 34 and 35 differ from packet to packet */
    private static void forward(EdgeRouter router, Loop in, byte[] template, int packets) {
        var source = MemorySegment.ofArray(template);
        var memory = in.pool.memory();
        var burst = new Burst(50);
        for (int sent = 0; sent < packets; sent += 50) {
            burst.clear();
            for (int i = 0; i < 50; i++) {
                long frame = in.pool.acquire();
                MemorySegment.copy(source, 0, memory, frame, template.length);
                memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, frame + 34, (short) (sent + i));
                burst.add(frame, template.length);
            }
            router.processor().process(in, burst, System.nanoTime());
        }
    }

    /** A port that lets go of what is sent. */
    private static final class Loop implements Port {
        private final String name;
        private final MacAddress mac;
        private final FramePool pool;
        private long sent;

        Loop(String name, MacAddress mac, FramePool pool) {
            this.name = name;
            this.mac = mac;
            this.pool = pool;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public MacAddress mac() {
            return mac;
        }

        @Override
        public int mtu() {
            return 1500;
        }

        @Override
        public FramePool pool() {
            return pool;
        }

        @Override
        public int receive(Burst burst) {
            return 0;
        }

        @Override
        public boolean send(long address, int length) {
            pool.release(address);
            sent++;
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
            return new PortCounters(0, 0, sent, 0, Map.of());
        }

        @Override
        public void close() {}
    }
}
