package ecmplab.bench.pipeline;

import ecmplab.hostagent.forward.HostAgent;
import ecmplab.hostagent.forward.HostConfig;
import ecmplab.hostagent.forward.VmPort;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.PacketProcessor;
import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
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

/** A host agent with one VM: from the VXLAN packet of a MUX to the frame for the VM, its addresses translated. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HostPipeline {
    private static final MacAddress IN_MAC = MacAddress.parse("02:00:00:00:00:11");
    private static final MacAddress OUT_MAC = MacAddress.parse("02:00:00:00:00:12");
    /** Bursts between ticks, which come every 10 ms: as at six million packets a second. */
    private static final int BURSTS_PER_TICK = 1024;

    private static final long NANOS_PER_TICK = 10_000_000;
    private static final MacAddress VM_MAC = MacAddress.parse("02:00:00:01:00:00");
    private static final int HOST = 0x0A00_0201;
    private static final int MUX = 0x0A00_0211;
    private static final Inet4Address VIP = (Inet4Address) InetAddress.ofLiteral("203.0.113.10");
    private static final int PORT = 53;
    private static final int DIP = 0x0A01_0001;
    private static final Vni NETWORK = new Vni(5001);
    private static final int GENERATION = 7;

    /** How many flows the packets are of. */
    @Param("4096")
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
    public void serve() {
        var tag = new FrameTag(1, GENERATION, 0, 0, 0).mac();
        clients = new Clients(Integer.parseInt(flows), VM_MAC, Ipv4.bits(VIP), PORT)
                .inVxlan(tag, MUX, HOST, IN_MAC, NETWORK);
        var gateway = Ipv4.address(0x0A01_00FE);
        var vm = new VmPort("vm1", out, Ipv4.address(DIP), VM_MAC, NETWORK, gateway);
        var host = new HostAgent(
                HostConfig.of(Ipv4.address(HOST), 24, Ipv4.address(0x0A00_02FE)),
                in,
                List.of(vm),
                event -> {},
                InstantSource.system(),
                () -> nanos,
                42);
        var member = new Member("vm1", Ipv4.address(DIP), 8080, Ipv4.address(HOST), VM_MAC, NETWORK, 1);
        var version = new TableVersion(GENERATION, 251, 7, List.of(member), TableVersion.State.ACTIVE);
        var endpoint = new EndpointId(VIP, IpProtocol.UDP, PORT);
        host.apply(new SlbPolicy(
                1,
                1,
                List.of(new EndpointPolicy(
                        endpoint, Affinity.FIVE_TUPLE, false, Duration.ofMinutes(4), List.of(version)))));
        processor = host;
        processor.tick(nanos);
        before = out.sent();
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
