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
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A host agent with one VM: from the VXLAN packet of a MUX to the frame for the VM, its addresses translated. */
public class HostPipeline extends Pipeline {
    private static final MacAddress IN_MAC = MacAddress.parse("02:00:00:00:00:11");
    private static final MacAddress OUT_MAC = MacAddress.parse("02:00:00:00:00:12");
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

    private final DiscardPort in = new DiscardPort("eth0", IN_MAC, 1600, pool);
    private final DiscardPort out = new DiscardPort("eth1", OUT_MAC, 1600, pool);

    @Setup
    public void serve() {
        var tag = new FrameTag(1, GENERATION, 0, 0, 0).mac();
        var clients = new Clients(Integer.parseInt(flows), VM_MAC, Ipv4.bits(VIP), PORT)
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
        host.tick(nanos);
        measure(new Subject(host, in, clients, out::sent));
    }
}
