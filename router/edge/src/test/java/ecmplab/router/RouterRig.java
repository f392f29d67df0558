package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.PacketFault;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Port;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.RouterInterface;
import ecmplab.testkit.Hex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A router with four links: {@code eth0} 10.0.0.1/24 to a client 10.0.0.2, and {@code eth1..3} 10.0.N.0/31 to MUX N at
 * 10.0.N.1; and 2001:db8::1/64 to 2001:db8::2, 2001:db8:N::/127 to 2001:db8:N::1. The far ends answer ARP and solicitations unless told
 * not to. Nothing moves but by {@link #run}.
 */
final class RouterRig implements AutoCloseable {
    static final String VIP = "203.0.113.10/32";
    static final int LINKS = 4;

    final List<RouterEvent> events = Collections.synchronizedList(new ArrayList<>());
    final EdgeRouter router;
    long nanos = 1_000_000_000L;

    private final Arena arena = Arena.ofConfined();
    private final FramePool routerPool = new FramePool(1024, 2048, arena);
    private final FramePool farPool = new FramePool(1024, 4096, arena);
    private final List<RouterInterface> interfaces = new ArrayList<>();
    private final List<MemoryLink> links = new ArrayList<>();
    private final boolean[] answers = {true, true, true, true};
    private final Burst burst = new Burst(64);
    private long injected;
    /** What to do at the moment that the router tells of a change of carrier. */
    Runnable atCarrierChange = () -> {};

    private void heard(RouterEvent event) {
        events.add(event);
        if (event instanceof RouterEvent.CarrierChanged) {
            atCarrierChange.run();
        }
    }

    RouterRig() {
        this(EcmpMode.RESILIENT, 1500);
    }

    /** @param mtu of the links to the MUXes */
    RouterRig(EcmpMode mode, int mtu) {
        this(EcmpPolicy.of(mode, 512), ForwardingSettings.of(42), RouterConfig.Limits.STANDARD, mtu, List.of());
    }

    RouterRig(
            EcmpPolicy policy,
            ForwardingSettings forwarding,
            RouterConfig.Limits limits,
            int mtu,
            List<StaticRoute> staticRoutes) {
        for (int i = 0; i < LINKS; i++) {
            var link = new MemoryLink(
                    new MemoryLink.End("eth" + i, routerMac(i), routerPool),
                    new MemoryLink.End("far" + i, farMac(i), farPool),
                    i == 0 ? 2000 : mtu,
                    256);
            links.add(link);
            var address = i == 0 ? address("10.0.0.1") : address("10.0." + i + ".0");
            var ipv6 = (Inet6Address) InetAddress.ofLiteral(i == 0 ? "2001:db8::1" : "2001:db8:" + i + "::");
            var subnet = new RouterInterface.Ipv6Subnet(ipv6, i == 0 ? 64 : 127);
            interfaces.add(new RouterInterface(link.left(), address, i == 0 ? 24 : 31, Optional.of(subnet)));
        }
        var config = new RouterConfig(interfaces, staticRoutes, policy, forwarding, limits);
        router = new EdgeRouter(config, this::heard, () -> nanos, () -> Instant.ofEpochSecond(0, nanos));
    }

    static MacAddress routerMac(int link) {
        return new MacAddress(0x0200_0000_0000L + link);
    }

    static MacAddress farMac(int link) {
        return new MacAddress(0x0200_0000_C000L + link);
    }

    List<RouterInterface> interfaces() {
        return List.copyOf(interfaces);
    }

    void answersArp(int link, boolean yes) {
        answers[link] = yes;
    }

    /** A pass of the RIB: the prefix is at these MUXes now. */
    void announce(String prefix, int... muxes) {
        router.changed(List.of(change(prefix, muxes)));
    }

    /** As {@link #announce}, with the MUXes' IPv6 addresses as next hops. */
    void announceViaIpv6(String prefix, int... muxes) {
        var nextHops = new ArrayList<RouteListener.NextHop>();
        for (int mux : muxes) {
            var address = InetAddress.ofLiteral("2001:db8:" + mux + "::1");
            nextHops.add(new RouteListener.NextHop(address, address, 1));
        }
        router.changed(List.of(new RouteListener.Change(Prefix.parse(prefix), nextHops)));
    }

    static RouteListener.Change change(String prefix, int... muxes) {
        var nextHops = new ArrayList<RouteListener.NextHop>();
        for (int mux : muxes) {
            var address = address("10.0." + mux + ".1");
            nextHops.add(new RouteListener.NextHop(address, address, 1));
        }
        return new RouteListener.Change(Prefix.parse(prefix), nextHops);
    }

    /** Puts a frame on the wire at the far end of a link. */
    void inject(int link, byte[] frame) {
        long address = farPool.acquire();
        MemorySegment.copy(frame, 0, farPool.memory(), ValueLayout.JAVA_BYTE, address, frame.length);
        var port = links.get(link).right();
        assertTrue(port.send(address, frame.length));
        port.flush();
        injected++;
    }

    /** Lets the router and the far ends work until nothing moves; returns what arrived at the far ends, ARP requests aside. */
    List<Arrival> run() {
        var arrivals = new ArrayList<Arrival>();
        boolean moved = true;
        while (moved) {
            moved = false;
            for (var link : links) {
                moved |= work(link.left());
            }
            for (int i = 0; i < LINKS; i++) {
                moved |= collect(i, arrivals);
            }
        }
        return arrivals;
    }

    /** Moves the clock, in steps of a tick. */
    List<Arrival> pass(long millis) {
        var arrivals = new ArrayList<Arrival>();
        for (long passed = 0; passed < millis; passed += 10) {
            nanos += 10_000_000;
            router.processor().tick(nanos);
            links.forEach(link -> link.left().flush());
            arrivals.addAll(run());
        }
        return arrivals;
    }

    /** @param link at whose far end the frame arrived */
    record Arrival(int link, String hex) {}

    private boolean work(Port port) {
        burst.clear();
        boolean any = port.receive(burst) > 0;
        if (any) {
            router.processor().process(port, burst, nanos);
            links.forEach(link -> link.left().flush());
        }
        return any;
    }

    private boolean collect(int link, List<Arrival> arrivals) {
        var port = links.get(link).right();
        burst.clear();
        boolean any = port.receive(burst) > 0;
        for (int i = 0; i < burst.count(); i++) {
            if (!answer(link, burst.address(i), burst.length(i))) {
                var octets = new byte[burst.length(i)];
                MemorySegment.copy(farPool.memory(), ValueLayout.JAVA_BYTE, burst.address(i), octets, 0, octets.length);
                arrivals.add(new Arrival(link, Hex.text(octets)));
            }
            farPool.release(burst.address(i));
        }
        return any;
    }

    private boolean answer(int link, long frame, int length) {
        var memory = farPool.memory();
        int type = new Ethernet().wrap(memory, frame).type();
        if (type == Ethernet.TYPE_IPV6) {
            return advertise(link, frame, length);
        } else if (type != Ethernet.TYPE_ARP) {
            return false;
        }
        assertEquals(Arp.FRAME_LENGTH, length);
        var request = new Arp().wrap(memory, frame + Ethernet.LENGTH);
        if (answers[link] && request.operation() == Arp.REQUEST) {
            long mac = farMac(link).bits();
            long reply = farPool.acquire();
            new Ethernet().wrap(memory, reply).set(request.senderMac(), mac, Ethernet.TYPE_ARP);
            new Arp()
                    .wrap(memory, reply + Ethernet.LENGTH)
                    .set(Arp.REPLY, mac, request.targetAddress(), request.senderMac(), request.senderAddress());
            links.get(link).right().send(reply, Arp.FRAME_LENGTH);
            links.get(link).right().flush();
            injected++;
        }
        return true;
    }

    private boolean advertise(int link, long frame, int length) {
        var memory = farPool.memory();
        var ip = new Ipv6().wrap(memory, frame + Ethernet.LENGTH);
        long at = frame + Ethernet.LENGTH + Ipv6.LENGTH;
        boolean asks = length == NeighborDiscovery.FRAME_LENGTH
                && ip.nextHeader() == IpProtocol.ICMPV6
                && new Icmpv6().wrap(memory, at).type() == Icmpv6.NEIGHBOR_SOLICITATION;
        if (asks && answers[link]) {
            assertEquals(
                    PacketFault.NONE,
                    NeighborDiscovery.check(memory, frame + Ethernet.LENGTH, at, NeighborDiscovery.LENGTH));
            var request = new NeighborDiscovery().wrap(memory, at, NeighborDiscovery.LENGTH);
            long reply = farPool.acquire();
            int octets = NeighborDiscovery.writeAdvertisement(
                    memory,
                    reply,
                    request.linkAddress(),
                    farMac(link).bits(),
                    ip.sourceHigh(),
                    ip.sourceLow(),
                    request.targetHigh(),
                    request.targetLow(),
                    NeighborDiscovery.SOLICITED | NeighborDiscovery.OVERRIDE);
            links.get(link).right().send(reply, octets);
            links.get(link).right().flush();
            injected++;
        }
        return asks;
    }

    /** Every frame that came in or was made is accounted for, and every frame of the pool is where it should be. */
    void assertConserved() {
        var ledger = router.forwarder().ledger();
        assertTrue(ledger.balances(), ledger.toString());
        assertEquals(injected, ledger.received());
        assertEquals(routerPool.size() - ledger.held(), routerPool.available(), "frames lost or doubled");
    }

    <E extends RouterEvent> List<E> events(Class<E> kind) {
        return List.copyOf(events).stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    static Inet4Address address(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }

    @Override
    public void close() {
        links.forEach(MemoryLink::close);
        arena.close();
    }
}
