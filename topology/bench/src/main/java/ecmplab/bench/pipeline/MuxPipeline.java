package ecmplab.bench.pipeline;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.forward.Mux;
import ecmplab.mux.forward.MuxSettings;
import ecmplab.mux.forward.Surroundings;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A MUX with ten members behind one VIP: from the parsed frame to the VXLAN packet with its outer Ethernet header. */
public class MuxPipeline extends Pipeline {
    private static final MacAddress ROUTER_MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress MUX_MAC = MacAddress.parse("02:00:00:00:00:11");
    private static final int MUX = 0x0A00_0011;
    private static final int ROUTER = 0x0A00_0001;
    private static final Inet4Address VIP = (Inet4Address) InetAddress.ofLiteral("203.0.113.10");
    private static final int PORT = 53;
    private static final int MEMBERS = 10;
    private static final int SLOTS = 65_537;
    private static final int NEW_FLOWS_PER_SECOND = 100_000_000;

    /** How many flows the packets are of; or as many as there are packets. */
    @Param({"4096", "1048576", "new"})
    public String flows = "4096";

    private final DiscardPort port = new DiscardPort("eth0", MUX_MAC, 1550, pool);

    @Setup
    public void serve() {
        int count = flows.equals("new") ? 1 << 31 : Integer.parseInt(flows);
        var clients = new Clients(count, MUX_MAC, Ipv4.bits(VIP), PORT);
        var mux = mux();
        mux.apply(new SlbPolicy(1, 1, List.of(policy())));
        mux.tick(nanos);
        resolveRouter(mux);
        measure(new Subject(mux, port, clients, () -> mux.counters().forwarded()));
    }

    private Mux mux() {
        var limits = new FlowLimits(1 << 20, 1 << 17, Duration.ofSeconds(10), NEW_FLOWS_PER_SECOND);
        var settings = new MuxSettings(1, Ipv4.address(MUX), Ipv4.address(ROUTER), Set.of(), limits, 42);
        var surroundings = new Surroundings(
                new Nowhere(), (delay, action) -> {}, () -> nanos, InstantSource.system(), Runnable::run, event -> {});
        return new Mux(settings, port, surroundings, Arena.ofAuto());
    }

    private static EndpointPolicy policy() {
        var members = IntStream.range(0, MEMBERS).mapToObj(MuxPipeline::member).toList();
        var version = new TableVersion(7, SLOTS, 7, members, TableVersion.State.ACTIVE);
        var endpoint = new EndpointId(VIP, IpProtocol.UDP, PORT);
        return new EndpointPolicy(endpoint, Affinity.FIVE_TUPLE, false, Duration.ofMinutes(4), List.of(version));
    }

    private static Member member(int number) {
        return new Member(
                "vm" + number,
                Ipv4.address(0x0A01_0001 + number),
                8080,
                Ipv4.address(0x0A00_0201 + number),
                new MacAddress(0x02_00_00_01_00_00L + number),
                new Vni(5001),
                1);
    }

    private void resolveRouter(Mux mux) {
        long frame = pool.acquire();
        new Ethernet().wrap(pool.memory(), frame).set(MUX_MAC.bits(), ROUTER_MAC.bits(), Ethernet.TYPE_ARP);
        new Arp()
                .wrap(pool.memory(), frame + Ethernet.LENGTH)
                .set(Arp.REPLY, ROUTER_MAC.bits(), ROUTER, MUX_MAC.bits(), MUX);
        burst.clear();
        burst.add(frame, Arp.FRAME_LENGTH);
        mux.process(port, burst, nanos);
    }

    /** Routes are nobody's business here. */
    private static final class Nowhere implements RouteOrigin {
        @Override
        public void announce(Prefix prefix, int... communities) {}

        @Override
        public void withdraw(Prefix prefix) {}
    }
}
