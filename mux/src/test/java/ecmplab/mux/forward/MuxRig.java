package ecmplab.mux.forward;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Port;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A MUX on a cable, its router at the other end, virtual time, and its events and routes as they were told. */
final class MuxRig {
    static final MacAddress ROUTER_MAC = MacAddress.parse("02:00:00:00:00:01"),
            MUX_MAC = MacAddress.parse("02:00:00:00:00:11");
    static final int CLIENT = 0xC633_6407, VIP = 0xCB00_710A, MUX = 0x0A00_0011, ROUTER = 0x0A00_0001;
    static final InetAddress VIP_ADDRESS = InetAddress.ofLiteral("203.0.113.10");
    static final Inet6Address MUX6 = ipv6("2001:db8:0:1::11"), CLIENT6 = ipv6("2001:db8:c::7");
    static final Inet6Address VIP6 = ipv6("2001:db8:ff::10");
    static final EndpointId WEB6 = new EndpointId(VIP6, 6, 80);
    static final EndpointId WEB = new EndpointId(VIP_ADDRESS, 6, 80);
    static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    final List<MuxEvent> events = new ArrayList<>();
    final List<String> routes = new ArrayList<>();
    final List<Runnable> later = new ArrayList<>();
    long nanos = 1_000_000_000L;

    final Port port;
    final Port router;
    final Mux mux;
    private final Burst burst = new Burst(64);

    MuxRig() {
        this(FlowLimits.LAB, 1550);
    }

    MuxRig(FlowLimits limits, int mtu) {
        var muxEnd = new MemoryLink.End("eth0", MUX_MAC, new FramePool(512, 2048, Arena.ofAuto()));
        var routerEnd = new MemoryLink.End("mux1", ROUTER_MAC, new FramePool(512, 2048, Arena.ofAuto()));
        var link = new MemoryLink(muxEnd, routerEnd, mtu, 256);
        port = link.left();
        router = link.right();
        var settings = new MuxSettings(
                0xA1, Ipv4.address(MUX), MUX6, Ipv4.address(ROUTER), Set.of(Ipv4.address(0x0A00_00FE)), limits, 42);
        var surroundings = new Surroundings(
                new RouteOrigin() {
                    @Override
                    public void announce(Prefix prefix, int... communities) {
                        routes.add("announce " + prefix + (communities.length > 0 ? " leaving" : ""));
                    }

                    @Override
                    public void withdraw(Prefix prefix) {
                        routes.add("withdraw " + prefix);
                    }
                },
                (delay, action) -> later.add(action),
                () -> nanos,
                () -> EPOCH.plusNanos(nanos),
                Runnable::run,
                events::add);
        mux = new Mux(settings, port, surroundings, Arena.ofAuto());
    }

    /** A rig with this policy in the forwarding path and the router's MAC address known. */
    static MuxRig serving(EndpointPolicy... endpoints) {
        var rig = new MuxRig();
        rig.apply(1, endpoints);
        rig.resolve();
        return rig;
    }

    /** Makes the MUX ask for the router's address and answers. */
    void resolve() {
        send(Packets.echo(CLIENT, VIP));
        var reply = new byte[Arp.FRAME_LENGTH];
        var memory = MemorySegment.ofArray(reply);
        new Ethernet().wrap(memory, 0).set(MUX_MAC.bits(), ROUTER_MAC.bits(), Ethernet.TYPE_ARP);
        new Arp().wrap(memory, Ethernet.LENGTH).set(Arp.REPLY, ROUTER_MAC.bits(), ROUTER, MUX_MAC.bits(), MUX);
        send(reply);
    }

    PolicyOutcome apply(long cfg, EndpointPolicy... endpoints) {
        var outcome = mux.apply(new SlbPolicy(1, cfg, List.of(endpoints)));
        tick();
        return outcome;
    }

    /** What the router gets for these frames. */
    List<byte[]> send(byte[]... frames) {
        for (var frame : frames) {
            long address = router.pool().acquire();
            MemorySegment.copy(frame, 0, router.pool().memory(), ValueLayout.JAVA_BYTE, address, frame.length);
            router.send(address, frame.length);
        }
        router.flush();
        burst.clear();
        while (port.receive(burst) > 0) {
            mux.process(port, burst, nanos);
            port.flush();
            burst.clear();
        }
        return received();
    }

    /** As {@link #send}, and the only frame the router gets. */
    byte[] forward(byte[] frame) {
        var frames = send(frame);
        if (frames.size() != 1) {
            throw new AssertionError(
                    frames.size() + " frames came for one: " + mux.counters().drops());
        }
        return frames.getFirst();
    }

    List<byte[]> tick() {
        mux.tick(nanos);
        port.flush();
        return received();
    }

    void advance(Duration time) {
        nanos += time.toNanos();
    }

    private List<byte[]> received() {
        var frames = new ArrayList<byte[]>();
        burst.clear();
        while (router.receive(burst) > 0) {
            for (int i = 0; i < burst.count(); i++) {
                var frame = new byte[burst.length(i)];
                MemorySegment.copy(
                        router.pool().memory(), ValueLayout.JAVA_BYTE, burst.address(i), frame, 0, frame.length);
                frames.add(frame);
                router.pool().release(burst.address(i));
            }
            burst.clear();
        }
        return frames;
    }

    <E extends MuxEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    // ---- policies

    static EndpointPolicy web(TableVersion... versions) {
        return endpoint(WEB, Affinity.FIVE_TUPLE, versions);
    }

    static EndpointPolicy endpoint(EndpointId id, Affinity affinity, TableVersion... versions) {
        return new EndpointPolicy(id, affinity, false, Duration.ofMinutes(4), Arrays.asList(versions));
    }

    static TableVersion active(int generation, Member... members) {
        return version(generation, TableVersion.State.ACTIVE, members);
    }

    static TableVersion version(int generation, TableVersion.State state, Member... members) {
        return new TableVersion(generation, 251, 7, Arrays.asList(members), state);
    }

    /** VM {@code number} on host 2001:db8:2::{@code host}. */
    static Member vm6(int number, int host) {
        var other = vm(number, host);
        return new Member(
                other.id(), other.dip(), other.port(), ipv6("2001:db8:2::" + host), other.mac(), other.vni(), 1);
    }

    static Inet6Address ipv6(String text) {
        return (Inet6Address) InetAddress.ofLiteral(text);
    }

    /** VM {@code number} on host 10.0.2.{@code host}. */
    static Member vm(int number, int host) {
        return new Member(
                "vm" + number,
                InetAddress.ofLiteral("10.1.0." + number),
                8080,
                InetAddress.ofLiteral("10.0.2." + host),
                new MacAddress(0x02_00_00_01_00_00L + number),
                new Vni(5001),
                1);
    }
}
