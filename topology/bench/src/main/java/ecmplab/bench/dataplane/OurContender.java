package ecmplab.bench.dataplane;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.hostagent.forward.HostAgent;
import ecmplab.hostagent.forward.HostConfig;
import ecmplab.hostagent.forward.VmPort;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.forward.Mux;
import ecmplab.mux.forward.MuxSettings;
import ecmplab.mux.forward.Surroundings;
import ecmplab.mux.table.FrameTag;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vxlan;
import ecmplab.port.ForwardingThread;
import ecmplab.port.FramePool;
import ecmplab.port.InterfacePorts;
import ecmplab.port.PacketProcessor;
import ecmplab.port.PortChoice;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterConfig;
import ecmplab.router.StaticRoute;
import ecmplab.router.forward.RouterInterface;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Our nodes: their forwarding thread in this process, over interfaces in the bed. */
record OurContender(Node node, PortChoice ports) implements Contender {
    /** What forwards. */
    enum Node {
        ROUTER("router", 4096, Arrival.ROUTED),
        MUX_4K("MUX", 4096, Arrival.TUNNELLED),
        MUX_1M("MUX", 1 << 20, Arrival.TUNNELLED),
        HOST("host agent", 4096, Arrival.TRANSLATED);

        private final String title;
        private final int flows;
        private final Arrival arrival;

        Node(String title, int flows, Arrival arrival) {
            this.title = title;
            this.flows = flows;
            this.arrival = arrival;
        }
    }

    private static final int FRAMES = 8192;
    private static final int FRAME_SIZE = 2048;
    /** Flows of one packet may fill the table: the first packets of a million come before any's second. */
    private static final FlowLimits FLOWS = new FlowLimits(1 << 20, 1 << 20, Duration.ofMinutes(10), 100_000_000);

    @Override
    public String title() {
        return node.title + ", " + ports.word() + ", " + Report.count(node.flows) + " flows";
    }

    @Override
    public Arrival arrival() {
        return node.arrival;
    }

    @Override
    public Contender.Running start(Bed bed) throws Exception {
        bed.forwarder.set("net/ipv4/ip_forward", 0);
        var pool = new FramePool(FRAMES, FRAME_SIZE, Arena.ofAuto());
        var wish = InterfacePorts.Wish.of(ports);
        var names = isMux() ? List.of(bed.in()) : List.of(bed.in(), bed.out());
        var opened = bed.forwarder.within(
                () -> InterfacePorts.open(names, pool, node == Node.HOST ? wish.withTunnelPort(Vxlan.UDP_PORT) : wish));
        var thread = new ForwardingThread(node.title, opened.ports(), processor(bed, opened), System::nanoTime).start();
        int task = thread.ask(Processor::ownTask).get();
        bed.pin(task);
        return new Forwarding(frame(bed), opened, thread, task, isMux() ? Bed.CLIENT : Bed.SERVER);
    }

    private boolean isMux() {
        return node == Node.MUX_4K || node == Node.MUX_1M;
    }

    private Frame frame(Bed bed) {
        int vip = Ipv4.bits(Service.VIP);
        if (node != Node.HOST) {
            return Frame.plain(bed.inMac(), vip, Service.PORT, node.flows);
        }
        var tag = new FrameTag(1, Service.GENERATION, 0, 0, 0).mac();
        return Frame.tunnelled(
                bed.inMac(),
                new MacAddress[] {bed.serverMac(), tag},
                Ipv4.bits(Service.address("192.0.2.2")),
                Ipv4.bits(Service.address("192.0.2.1")),
                Service.NETWORK.value(),
                vip,
                Service.PORT,
                node.flows);
    }

    private PacketProcessor processor(Bed bed, InterfacePorts ports) {
        return switch (node) {
            case ROUTER -> router(bed, ports);
            case MUX_4K, MUX_1M -> mux(bed, ports);
            case HOST -> host(bed, ports);
        };
    }

    private static PacketProcessor router(Bed bed, InterfacePorts ports) {
        var interfaces = List.of(
                new RouterInterface(ports.named(bed.in()), Service.address("192.0.2.1"), 24),
                new RouterInterface(ports.named(bed.out()), Service.address("172.16.1.1"), 24));
        var route = new StaticRoute(Prefix.parse("203.0.113.0/24"), List.of(Service.server(0), Service.server(1)));
        var config = RouterConfig.of(interfaces, List.of(route), 42);
        return new EdgeRouter(config, event -> {}, System::nanoTime, InstantSource.system()).processor();
    }

    private static PacketProcessor mux(Bed bed, InterfacePorts ports) {
        var settings =
                new MuxSettings(1, Service.address("192.0.2.1"), Service.address("192.0.2.2"), Set.of(), FLOWS, 42);
        var surroundings = new Surroundings(
                new Nowhere(),
                (delay, action) -> {},
                System::nanoTime,
                InstantSource.system(),
                Runnable::run,
                event -> {});
        var mux = new Mux(settings, ports.named(bed.in()), surroundings, Arena.ofAuto());
        mux.apply(Service.policy(Service.remoteMembers()));
        return mux;
    }

    private static PacketProcessor host(Bed bed, InterfacePorts ports) {
        var own = Service.address("192.0.2.1");
        var vm = new VmPort(
                "vm0",
                ports.named(bed.out()),
                Service.server(0),
                bed.serverMac(),
                Service.NETWORK,
                Service.address("172.16.1.1"));
        var host = new HostAgent(
                HostConfig.of(own, 24, Service.address("192.0.2.2")),
                ports.named(bed.in()),
                List.of(vm),
                event -> {},
                InstantSource.system(),
                System::nanoTime,
                42);
        host.apply(Service.policy(List.of(Service.member(0, own, bed.serverMac()))));
        return host;
    }

    private record Forwarding(Frame frame, InterfacePorts ports, ForwardingThread thread, int task, String arrivesAt)
            implements Contender.Running {
        @Override
        public long nanos() throws Exception {
            return Processor.nanos(task);
        }

        @Override
        public void close() {
            thread.close();
            ports.close();
        }
    }

    /** Routes are nobody's business here. */
    private static final class Nowhere implements RouteOrigin {
        @Override
        public void announce(Prefix prefix, int... communities) {}

        @Override
        public void withdraw(Prefix prefix) {}
    }
}
