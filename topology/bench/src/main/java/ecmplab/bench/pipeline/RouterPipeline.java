package ecmplab.bench.pipeline;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.PacketProcessor;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterConfig;
import ecmplab.router.StaticRoute;
import ecmplab.router.forward.RouterInterface;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A router with one route over two next hops: from the parsed frame to the frame for the neighbour. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouterPipeline {
    private static final MacAddress IN_MAC = MacAddress.parse("02:00:00:00:00:11");
    private static final MacAddress OUT_MAC = MacAddress.parse("02:00:00:00:00:12");
    /** Bursts between ticks, which come every 10 ms: as at six million packets a second. */
    private static final int BURSTS_PER_TICK = 1024;

    private static final long NANOS_PER_TICK = 10_000_000;
    private static final int OUT = 0x0A80_0001;
    private static final int FIRST_NEXT_HOP = 0x0A80_0002;
    private static final int NEXT_HOPS = 2;
    private static final long NEXT_HOP_MAC = 0x02_00_00_00_01_00L;
    private static final int DESTINATION = 0xCB00_710A;
    private static final int PORT = 53;

    /** How many flows the packets are of. */
    @Param({"4096", "1048576"})
    public String flows = "4096";

    private final FramePool pool = new FramePool(4 * Clients.BURST, 2048, Arena.ofAuto());
    private final DiscardPort in = new DiscardPort("eth0", IN_MAC, 1600, pool);
    private final DiscardPort out = new DiscardPort("eth1", OUT_MAC, 1600, pool);
    private final Burst burst = new Burst(Clients.BURST);
    private Clients clients = new Clients(1, IN_MAC, 0, 0);
    private PacketProcessor processor = new Idle();
    private long nanos = NANOS_PER_TICK;
    private int bursts;
    private long packets;
    private long before;

    @Setup
    public void route() {
        clients = new Clients(Integer.parseInt(flows), IN_MAC, DESTINATION, PORT);
        var interfaces = List.of(
                new RouterInterface(in, Ipv4.address(0xC000_0201), 24),
                new RouterInterface(out, Ipv4.address(OUT), 24));
        var nextHops = List.<InetAddress>of(Ipv4.address(FIRST_NEXT_HOP), Ipv4.address(FIRST_NEXT_HOP + 1));
        var route = new StaticRoute(Prefix.parse("203.0.113.0/24"), nextHops);
        processor = new EdgeRouter(
                        RouterConfig.of(interfaces, List.of(route), 42),
                        event -> {},
                        () -> nanos,
                        InstantSource.system())
                .processor();
        processor.tick(nanos);
        clients.fill(burst, pool);
        processor.process(in, burst, nanos); // asks for the neighbours, who answer
        for (int i = 0; i < NEXT_HOPS; i++) {
            resolve(FIRST_NEXT_HOP + i, NEXT_HOP_MAC + i);
        }
        before = out.sent();
    }

    private void resolve(int address, long mac) {
        long frame = pool.acquire();
        new Ethernet().wrap(pool.memory(), frame).set(OUT_MAC.bits(), mac, Ethernet.TYPE_ARP);
        new Arp().wrap(pool.memory(), frame + Ethernet.LENGTH).set(Arp.REPLY, mac, address, OUT_MAC.bits(), OUT);
        burst.clear();
        burst.add(frame, Arp.FRAME_LENGTH);
        processor.process(out, burst, nanos);
    }

    /** Fails when packets did not go all the way. */
    @TearDown
    public void check() {
        if (out.sent() - before != packets) {
            throw new IllegalStateException("of " + packets + " packets " + (out.sent() - before) + " were forwarded");
        }
    }

    @Benchmark
    @OperationsPerInvocation(Clients.BURST)
    public void forward() {
        clients.fill(burst, pool);
        processor.process(in, burst, nanos);
        packets += Clients.BURST;
        if (++bursts % BURSTS_PER_TICK == 0) {
            nanos += NANOS_PER_TICK;
            processor.tick(nanos);
        }
    }

    /** What making the packets costs: to be taken off. */
    @Benchmark
    @OperationsPerInvocation(Clients.BURST)
    public void generate() {
        clients.fill(burst, pool);
        for (int i = 0; i < burst.count(); i++) {
            pool.release(burst.address(i));
        }
    }
}
