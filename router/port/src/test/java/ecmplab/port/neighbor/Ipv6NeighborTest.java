package ecmplab.port.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.PacketFault;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Neighbour discovery (RFC 4861 section 7): the cache is on the left end of a link, the test plays the neighbour on the right. */
final class Ipv6NeighborTest {
    private static final long NET = 0x2001_0DB8L << 32;
    private static final long OWN = 1;
    private static final long PEER = 0xAB_CDEF;
    private static final long OWN_MAC = 0x02_00_00_00_00_01L;
    private static final long PEER_MAC = 0x02_00_00_00_00_02L;
    private static final long OTHER_MAC = 0x02_00_00_00_00_03L;
    private static final int ANSWER = NeighborDiscovery.SOLICITED;
    private static final int OVERRIDE = NeighborDiscovery.OVERRIDE;

    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("node", new MacAddress(OWN_MAC), pool),
            new MemoryLink.End("peer", new MacAddress(PEER_MAC), new FramePool(64, 2048, Arena.ofAuto())),
            1500,
            64);
    private final List<String> told = new ArrayList<>();
    private final NeighborCache cache = new NeighborCache(
            link.left(),
            new OwnAddresses(Ipv4.address(0x0A00_0001), Ipv6.address(NET, OWN)),
            NeighborSettings.STANDARD,
            (frame, length, high, low) -> {
                told.add("undeliverable " + Ipv6.text(high, low));
                pool.release(frame);
            },
            new NeighborListener() {
                @Override
                public void resolved(long high, long low, long mac, long nowNanos) {
                    told.add(Ipv6.text(high, low) + " at " + new MacAddress(mac));
                }

                @Override
                public void failed(long high, long low, long nowNanos) {
                    told.add(Ipv6.text(high, low) + " failed");
                }
            });
    private long now = 1_000_000_000L;

    @AfterEach
    void noFrameIsLost() {
        assertEquals(pool.size(), pool.available() + cache.waiting());
    }

    private void send(int marker) {
        long frame = pool.acquire();
        new Ethernet().wrap(pool.memory(), frame).set(0, 0, Ethernet.TYPE_IPV6);
        pool.memory().set(ValueLayout.JAVA_BYTE, frame + Ethernet.LENGTH, (byte) marker);
        cache.send(NET, PEER, frame, 60, now);
    }

    /** What left since last time: {@code ask MAC} for a solicitation, {@code 7 to MAC} for a packet. */
    private List<String> sent() {
        link.left().flush();
        var seen = new ArrayList<String>();
        var burst = new Burst(64);
        link.right().receive(burst);
        var memory = link.right().pool().memory();
        for (int i = 0; i < burst.count(); i++) {
            long frame = burst.address(i);
            var to = new MacAddress(new Ethernet().wrap(memory, frame).destination());
            var ip = new Ipv6().wrap(memory, frame + Ethernet.LENGTH);
            if (burst.length(i) == NeighborDiscovery.FRAME_LENGTH && ip.nextHeader() == IpProtocol.ICMPV6) {
                long at = ip.offset() + Ipv6.LENGTH;
                assertEquals(PacketFault.NONE, NeighborDiscovery.check(memory, ip.offset(), at, 32));
                var message = new NeighborDiscovery().wrap(memory, at, 32);
                assertTrue(message.isSolicitation());
                assertEquals(PEER, message.targetLow());
                assertEquals(OWN, ip.sourceLow());
                seen.add("ask " + to);
            } else {
                seen.add(memory.get(ValueLayout.JAVA_BYTE, ip.offset()) + " to " + to);
            }
            link.right().pool().release(frame);
        }
        return seen;
    }

    private PacketFault advertise(long mac, int flags) {
        var memory = Arena.ofAuto().allocate(128);
        NeighborDiscovery.writeAdvertisement(memory, 0, OWN_MAC, mac, NET, OWN, NET, PEER, flags);
        return input(memory);
    }

    private PacketFault input(MemorySegment memory) {
        long ip = Ethernet.LENGTH;
        return cache.input(memory, ip, ip + Ipv6.LENGTH, NeighborDiscovery.LENGTH, now);
    }

    private void pass(Duration time) {
        for (long end = now + time.toNanos(); now < end; ) {
            now += 10_000_000;
            cache.tick(now);
        }
    }

    private NeighborState state() {
        return cache.snapshot(now).getFirst().state();
    }

    @Test
    void packetsWaitForTheAnswerToASolicitation() {
        send(1);
        send(2);
        assertEquals(List.of("ask 33:33:ff:ab:cd:ef"), sent());
        assertEquals(PacketFault.NONE, advertise(PEER_MAC, ANSWER | OVERRIDE));
        assertEquals(List.of("1 to 02:00:00:00:00:02", "2 to 02:00:00:00:00:02"), sent());
        assertEquals(NeighborState.REACHABLE, state());
        assertEquals(List.of("2001:db8::ab:cdef at 02:00:00:00:00:02"), told);
    }

    @Test
    void whoDoesNotAnswerHasFailedAfterThreeSolicitations() {
        send(1);
        pass(Duration.ofSeconds(3));
        assertEquals(3, sent().size());
        assertEquals(List.of("2001:db8::ab:cdef failed", "undeliverable 2001:db8::ab:cdef"), told);
        assertEquals(NeighborState.FAILED, state());
    }

    @Test
    void aNeighbourNotHeardOfForLongIsAskedToConfirmAndThenSoughtAnew() {
        send(1);
        advertise(PEER_MAC, ANSWER | OVERRIDE);
        pass(Duration.ofSeconds(31));
        sent();
        assertEquals(NeighborState.STALE, state());
        send(2);
        assertEquals(List.of("ask 02:00:00:00:00:02", "2 to 02:00:00:00:00:02"), sent());
        assertEquals(NeighborState.PROBE, state());
        pass(Duration.ofSeconds(4));
        assertEquals("ask 33:33:ff:ab:cd:ef", sent().getLast());
        advertise(OTHER_MAC, ANSWER | OVERRIDE);
        assertEquals(NeighborState.REACHABLE, state());
    }

    @Test
    void anAdvertisementThatDoesNotOverrideOnlyCastsDoubt() {
        send(1);
        advertise(PEER_MAC, ANSWER | OVERRIDE);
        advertise(OTHER_MAC, ANSWER);
        assertEquals(NeighborState.STALE, state());
        assertEquals(PEER_MAC, cache.lookup(NET, PEER, now));
    }

    @Test
    void anUnsolicitedAdvertisementMovesAKnownNeighbourAndAddsNone() {
        advertise(PEER_MAC, OVERRIDE);
        assertEquals(List.of(), cache.snapshot(now));
        send(1);
        advertise(PEER_MAC, ANSWER | OVERRIDE);
        sent();
        advertise(OTHER_MAC, OVERRIDE);
        assertEquals(NeighborState.STALE, state());
        send(2);
        assertEquals(List.of("ask 02:00:00:00:00:03", "2 to 02:00:00:00:00:03"), sent());
    }

    @Test
    void aSolicitationTellsWhereAKnownNeighbourIsToo() {
        send(1);
        advertise(PEER_MAC, ANSWER | OVERRIDE);
        var memory = Arena.ofAuto().allocate(128);
        NeighborDiscovery.writeSolicitation(memory, 0, OWN_MAC, OTHER_MAC, NET, PEER, NET, OWN);
        assertEquals(PacketFault.NONE, input(memory));
        assertEquals(OTHER_MAC, cache.lookup(NET, PEER, now));
        assertEquals(NeighborState.PROBE, state());
    }

    @Test
    void forgedOrImpossibleMessagesChangeNothing() {
        send(1);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, advertise(0x33_33_00_00_00_01L | 1L << 40, ANSWER | OVERRIDE));
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, advertise(0, ANSWER | OVERRIDE));
        var memory = Arena.ofAuto().allocate(128);
        NeighborDiscovery.writeAdvertisement(memory, 0, OWN_MAC, PEER_MAC, NET, OWN, NET, PEER, ANSWER);
        new Ipv6().wrap(memory, Ethernet.LENGTH).setHopLimit(254);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, input(memory));
        new Ipv6().wrap(memory, Ethernet.LENGTH).setHopLimit(255);
        new Icmpv6().wrap(memory, 54).set(Icmpv6.NEIGHBOR_ADVERTISEMENT, 1);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, input(memory));
        assertEquals(-1, cache.lookup(NET, PEER, now));
    }

    @Test
    void bothFamiliesShareOneTable() {
        cache.lookup(0x0A00_0002, now);
        cache.lookup(NET, PEER, now);
        assertEquals(
                List.of(Ipv4.address(0x0A00_0002), Ipv6.address(NET, PEER)),
                cache.snapshot(now).stream().map(Neighbor::address).toList());
    }
}
