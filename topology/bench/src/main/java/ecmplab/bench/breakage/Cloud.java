package ecmplab.bench.breakage;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.forward.Mux;
import ecmplab.mux.forward.MuxSettings;
import ecmplab.mux.forward.Surroundings;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Port;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterConfig;
import ecmplab.router.StaticRoute;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.RouterInterface;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients, a router, MUXes, hosts and their VMs, joined by links in memory. Everything happens in the caller's thread and in the cloud's own time: {@link
 * #settle} lets packets run until none is left, {@link #pass} moves the clock. What MUXes and hosts are told, the caller decides; BGP is played by {@link
 * #serving}.
 */
final class Cloud implements AutoCloseable {
    /**
     * @param moves whether VMs can move between hosts
     * @param plain MUXes without memory in place of ours
     * @param modulo whether those go by hash modulo backends
     */
    record Shape(
            EcmpMode mode,
            int muxes,
            int hosts,
            int backends,
            boolean moves,
            boolean plain,
            boolean modulo,
            int flows,
            long seed) {}

    /**
     * What nodes get from outside.
     *
     * @param frames at the far ends of cables
     */
    record Outside(FramePool frames, LongSupplier clock, InstantSource wall) {}

    static final int MTU = 1600;
    static final int QUEUE = 512;

    private static final int POOL = 1024;
    private static final int FRAME = 2048;
    private static final long TICK = 10_000_000;
    private static final int MOST_ROUNDS = 10_000;

    private final Shape shape;
    private final Arena arena = Arena.ofConfined();
    private final FramePool outside = new FramePool(4 * POOL, FRAME, arena);
    private final List<Station> stations = new ArrayList<>();
    private final List<Station> muxStations = new ArrayList<>();
    private final List<Port> muxPorts = new ArrayList<>();
    private final List<@Nullable Mux> muxes = new ArrayList<>();
    private final List<@Nullable PlainMux> plainMuxes = new ArrayList<>();
    private final Servers servers;
    private final EdgeRouter router;
    private final End clientEnd;
    private final Clients clients;
    private long now = 1_000_000_000L;

    Cloud(Shape shape) {
        this.shape = shape;
        servers = new Servers(shape, new Outside(outside, () -> now, this::wall));
        var routerPool = pool();
        var interfaces = new ArrayList<RouterInterface>();
        var toClients = link("clients", routerPool, 'c', 0, outside);
        interfaces.add(new RouterInterface(toClients.left(), Addresses.routerOnClients(), 31));
        clientEnd = new End(toClients.right());
        clients = new Clients(
                Addresses.FIRST_CLIENT, Ipv4.bits((Inet4Address) Addresses.vip()), Addresses.PORT, this::fromClient);
        for (int i = 0; i < shape.muxes; i++) {
            var pool = pool();
            var link = link("mux" + i, routerPool, 'm', i, pool);
            interfaces.add(new RouterInterface(link.left(), Addresses.routerOnMux(i), 31));
            muxPorts.add(link.right());
            var station = new Station("mux" + i, pool, false);
            station.attach(link.right(), Ipv4.bits(Addresses.mux(i)));
            muxStations.add(station);
            muxes.add(null);
            plainMuxes.add(null);
            beginMux(i);
        }
        for (int i = 0; i < shape.hosts; i++) {
            var pool = pool();
            var link = link("host" + i, routerPool, 'h', i, pool);
            interfaces.add(new RouterInterface(link.left(), Addresses.routerOnHost(i), 31));
            servers.add(pool, link.right());
        }
        router = router(interfaces);
        var station = new Station("router", routerPool, true);
        interfaces.forEach(one -> station.attach(one.port(), Ipv4.bits(one.address())));
        station.begin(router.processor(), router.forwarder()::ledger);
        stations.add(station);
        stations.addAll(muxStations);
        stations.addAll(servers.stations());
        pass(Duration.ofMillis(100)); // everybody learns who its gateway is
    }

    private FramePool pool() {
        return new FramePool(POOL, FRAME, arena);
    }

    private static MemoryLink link(String name, FramePool routerPool, char kind, int number, FramePool pool) {
        return new MemoryLink(
                new MemoryLink.End(name, Addresses.mac(Character.toUpperCase(kind), number), routerPool),
                new MemoryLink.End("eth0", Addresses.mac(kind, number), pool),
                MTU,
                QUEUE);
    }

    private EdgeRouter router(List<RouterInterface> interfaces) {
        var toClients = new StaticRoute(Prefix.parse(Addresses.CLIENTS), List.of(Addresses.clients()));
        var config = new RouterConfig(
                interfaces,
                List.of(toClients),
                EcmpPolicy.of(shape.mode, EcmpPolicy.DEFAULT_BUCKETS),
                ForwardingSettings.of(shape.seed),
                RouterConfig.Limits.STANDARD);
        return new EdgeRouter(config, event -> {}, () -> now, this::wall);
    }

    private Instant wall() {
        return Instant.ofEpochSecond(0, now);
    }

    // ---- nodes

    private void beginMux(int number) {
        var port = muxPorts.get(number);
        var station = muxStations.get(number);
        if (shape.plain) {
            var mux = new PlainMux(shape.modulo, port, Addresses.mux(number), Addresses.routerOnMux(number));
            plainMuxes.set(number, mux);
            station.begin(mux, mux::ledger);
            return;
        }
        var limits = new FlowLimits(2 * shape.flows, 2 * shape.flows, Duration.ofSeconds(10), 100_000_000);
        var settings = new MuxSettings(
                number, Addresses.mux(number), Addresses.routerOnMux(number), Set.of(), limits, shape.seed + number);
        var surroundings = new Surroundings(
                new Unheard(), (delay, action) -> {}, () -> now, this::wall, Runnable::run, event -> {});
        var mux = new Mux(settings, port, surroundings, arena);
        muxes.set(number, mux);
        station.begin(mux, mux::ledger);
    }

    // ---- what happens to them

    /** Tells a MUX of ours a policy; it follows it when this returns. */
    void tellMux(int mux, SlbPolicy policy) {
        var ours = muxes.get(mux);
        if (ours != null) {
            ours.apply(policy);
            muxStations.get(mux).tick(now);
        }
        var plain = plainMuxes.get(mux);
        if (plain != null) {
            plain.use(policy.endpoints().getFirst().active().orElseThrow());
        }
    }

    void tellHost(int host, SlbPolicy policy) {
        servers.tell(host, policy);
    }

    /** The MUXes that announce the VIP, in this order of next hops. */
    void serving(List<Integer> announcing) {
        var nextHops = announcing.stream()
                .map(mux -> new RouteListener.NextHop(Addresses.mux(mux), Addresses.mux(mux), 1))
                .toList();
        router.changed(List.of(new RouteListener.Change(Prefix.host(Addresses.vip()), nextHops)));
    }

    void killMux(int mux) {
        muxStations.get(mux).die();
    }

    void returnMux(int mux) {
        beginMux(mux);
        pass(Duration.ofMillis(50));
    }

    Servers servers() {
        return servers;
    }

    Clients clients() {
        return clients;
    }

    // ---- time and packets

    private void fromClient(Segment segment) {
        clientEnd.send(segment.frame(
                Addresses.mac('C', 0).bits(), Addresses.mac('c', 0).bits()));
    }

    /** Runs everything until nothing moves. */
    void settle() {
        clientEnd.flush();
        boolean moved = true;
        for (int rounds = 0; moved; rounds++) {
            if (rounds > MOST_ROUNDS) {
                throw new IllegalStateException("packets go round for ever");
            }
            moved = false;
            for (var station : stations) {
                moved |= station.work(now);
            }
            moved |= clientEnd.take(this::toClients);
            moved |= servers.work();
        }
    }

    private void toClients(byte[] frame) {
        var ethernet = new Ethernet().wrap(MemorySegment.ofArray(frame), 0);
        if (ethernet.type() != Ethernet.TYPE_ARP) {
            clients.receive(Segment.read(frame));
            return;
        }
        var memory = MemorySegment.ofArray(frame);
        var arp = new Arp().wrap(memory, Ethernet.LENGTH);
        long asker = arp.senderMac();
        int askerAddress = arp.senderAddress();
        long mac = Addresses.mac('c', 0).bits();
        if (arp.operation() == Arp.REQUEST && arp.targetAddress() == Ipv4.bits(Addresses.clients())) {
            ethernet.set(asker, mac, Ethernet.TYPE_ARP);
            arp.set(Arp.REPLY, mac, Ipv4.bits(Addresses.clients()), asker, askerAddress);
            clientEnd.send(frame);
        }
    }

    /** Lets time go by, in ticks. */
    void pass(Duration duration) {
        for (long end = now + duration.toNanos(); now < end; ) {
            now += TICK;
            stations.forEach(station -> station.tick(now));
            settle();
        }
        router.upkeep();
    }

    /** @throws IllegalStateException when a node has lost count of its frames, or a link lost one */
    void requireConserved() {
        stations.forEach(Station::requireConserved);
        if (outside.available() != outside.size()) {
            throw new IllegalStateException("frames lost or doubled outside");
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    /** Takes what MUXes announce: here {@link #serving} decides. */
    private static final class Unheard implements RouteOrigin {
        @Override
        public void announce(Prefix prefix, int... communities) {}

        @Override
        public void withdraw(Prefix prefix) {}
    }
}
