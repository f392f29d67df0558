package ecmplab.port.neighbor;

import static ecmplab.port.neighbor.NeighborState.FAILED;
import static ecmplab.port.neighbor.NeighborState.INCOMPLETE;
import static ecmplab.port.neighbor.NeighborState.PROBE;
import static ecmplab.port.neighbor.NeighborState.REACHABLE;
import static ecmplab.port.neighbor.NeighborState.STALE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.PacketFault;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cache sits on the left end of a link; the test plays the neighbours on the right one. */
final class NeighborCacheTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int OWN = 0x0A000001;
    private static final int PEER = 0x0A000002;
    private static final long OWN_MAC = 0x02_00_00_00_00_01L;
    private static final long PEER_MAC = 0x02_00_00_00_00_02L;
    private static final long OTHER_MAC = 0x02_00_00_00_00_03L;

    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("node", new MacAddress(OWN_MAC), pool),
            new MemoryLink.End("peer", new MacAddress(PEER_MAC), new FramePool(512, 2048, Arena.ofAuto())),
            1500,
            256);
    private final List<String> undeliverable = new ArrayList<>();
    private NeighborCache cache = cache(NeighborSettings.STANDARD);
    private long now = 100 * SECOND;

    private NeighborCache cache(NeighborSettings settings) {
        return new NeighborCache(link.left(), Ipv4.address(OWN), settings, (frame, length, high, low) -> {
            undeliverable.add(Ipv4.text((int) low) + " " + marker(pool.memory(), frame) + "/" + length);
            pool.release(frame);
        });
    }

    private static NeighborSettings limits(int capacity, int waitingPerNeighbor, int waiting) {
        var standard = NeighborSettings.STANDARD;
        return new NeighborSettings(
                standard.reachable(),
                standard.retransmit(),
                standard.attempts(),
                standard.failedHold(),
                standard.idle(),
                capacity,
                waitingPerNeighbor,
                waiting);
    }

    @AfterEach
    void noFrameIsLost() {
        assertEquals(pool.size(), pool.available() + cache.waiting());
    }

    /** What left since last time: {@code ask 10.0.0.2 by broadcast}, or {@code 7 to MAC} for a packet. */
    private List<String> sent() {
        link.left().flush();
        var seen = new ArrayList<String>();
        var burst = new Burst(256);
        link.right().receive(burst);
        var peerPool = link.right().pool();
        var memory = peerPool.memory();
        for (int i = 0; i < burst.count(); i++) {
            var header = new Ethernet().wrap(memory, burst.address(i));
            assertEquals(OWN_MAC, header.source());
            var to = new MacAddress(header.destination());
            if (header.type() == Ethernet.TYPE_ARP) {
                var arp = new Arp().wrap(memory, burst.address(i) + Ethernet.LENGTH);
                assertEquals(PacketFault.NONE, Arp.check(memory, arp.offset(), burst.length(i) - Ethernet.LENGTH));
                assertEquals(Arp.REQUEST, arp.operation());
                assertEquals(OWN, arp.senderAddress());
                assertEquals(OWN_MAC, arp.senderMac());
                seen.add("ask " + Ipv4.text(arp.targetAddress()) + " by "
                        + (to.equals(MacAddress.BROADCAST) ? "broadcast" : to));
            } else {
                seen.add(marker(memory, burst.address(i)) + " to " + to);
            }
            peerPool.release(burst.address(i));
        }
        return seen;
    }

    private static int marker(MemorySegment memory, long frame) {
        return memory.get(ValueLayout.JAVA_BYTE, frame + Ethernet.LENGTH);
    }

    private void send(int nextHop, int marker) {
        long frame = pool.acquire();
        new Ethernet().wrap(pool.memory(), frame).set(0, 0, Ethernet.TYPE_IPV4);
        pool.memory().set(ValueLayout.JAVA_BYTE, frame + Ethernet.LENGTH, (byte) marker);
        cache.send(nextHop, frame, 60, now);
    }

    private PacketFault arp(int operation, long senderMac, int sender, long targetMac, int target) {
        var memory = Arena.ofAuto().allocate(Arp.LENGTH);
        new Arp().wrap(memory, 0).set(operation, senderMac, sender, targetMac, target);
        return cache.input(memory, 0, Arp.LENGTH, now);
    }

    private void answer(int address, long mac) {
        assertEquals(PacketFault.NONE, arp(Arp.REPLY, mac, address, OWN_MAC, OWN));
    }

    private NeighborState state(int address) {
        return cache.snapshot(now).stream()
                .filter(neighbor -> Ipv4.bits(neighbor.address()) == address)
                .findFirst()
                .orElseThrow()
                .state();
    }

    private void pass(Duration time) {
        for (long end = now + time.toNanos(); now < end; ) {
            now += 10_000_000;
            cache.tick(now);
        }
    }

    @Test
    void anUnknownNeighbourIsAskedForOnceASecondAndThenGivenUp() {
        assertEquals(-1, cache.lookup(PEER, now));
        assertEquals(-1, cache.lookup(PEER, now));
        assertEquals(List.of("ask 10.0.0.2 by broadcast"), sent());
        pass(Duration.ofMillis(990));
        assertEquals(List.of(), sent());
        pass(Duration.ofMillis(10));
        assertEquals(List.of("ask 10.0.0.2 by broadcast"), sent());
        pass(Duration.ofSeconds(1));
        assertEquals(List.of("ask 10.0.0.2 by broadcast"), sent());
        pass(Duration.ofSeconds(1));
        assertEquals(List.of(), sent());
        assertEquals(FAILED, state(PEER));
        assertEquals(-1, cache.lookup(PEER, now));
        assertEquals(List.of(), sent());
        pass(Duration.ofSeconds(1));
        assertEquals(List.of(), cache.snapshot(now));
        assertEquals(-1, cache.lookup(PEER, now));
        assertEquals(List.of("ask 10.0.0.2 by broadcast"), sent());
        assertEquals(4, cache.requestsSent());
    }

    @Test
    void packetsWaitForTheAnswerAndThenLeaveInOrder() {
        send(PEER, 1);
        send(PEER, 2);
        assertEquals(List.of("ask 10.0.0.2 by broadcast"), sent());
        assertEquals(2, cache.waiting());
        answer(PEER, PEER_MAC);
        assertEquals(List.of("1 to 02:00:00:00:00:02", "2 to 02:00:00:00:00:02"), sent());
        send(PEER, 3);
        assertEquals(List.of("3 to 02:00:00:00:00:02"), sent());
        assertEquals(PEER_MAC, cache.lookup(PEER, now));
        var neighbor = cache.snapshot(now + SECOND).getFirst();
        assertEquals(
                new Neighbor(Ipv4.address(PEER), REACHABLE, new MacAddress(PEER_MAC), Duration.ofSeconds(1), 0),
                neighbor);
    }

    @Test
    void theOldestWaitingPacketMakesRoomAndIsCounted() {
        for (int i = 1; i <= 10; i++) {
            send(PEER, i);
        }
        assertEquals(8, cache.waiting());
        assertEquals(2, cache.drops().of(NeighborDrop.WAITING_FULL));
        sent();
        answer(PEER, PEER_MAC);
        assertEquals("3 to 02:00:00:00:00:02", sent().getFirst());
    }

    @Test
    void waitingPacketsAreBoundedInAll() {
        cache = cache(limits(8, 4, 5));
        for (int i = 1; i <= 4; i++) {
            send(PEER, i);
        }
        send(PEER + 1, 5);
        send(PEER + 2, 6); // no room for another, and none of its own to give up
        send(PEER + 1, 7); // gives up its own
        assertEquals(5, cache.waiting());
        assertEquals(2, cache.drops().of(NeighborDrop.WAITING_FULL));
        sent();
        answer(PEER + 1, OTHER_MAC);
        assertEquals(List.of("7 to 02:00:00:00:00:03"), sent());
    }

    @Test
    void packetsToANeighbourThatDoesNotAnswerAreHandedBack() {
        send(PEER, 1);
        send(PEER, 2);
        pass(Duration.ofSeconds(3));
        assertEquals(List.of("10.0.0.2 1/60", "10.0.0.2 2/60"), undeliverable);
        send(PEER, 3);
        assertEquals(3, undeliverable.size());
        assertEquals(3, cache.drops().of(NeighborDrop.UNRESOLVED));
    }

    @Test
    void anAnswerThatComesLateStillCounts() {
        cache.lookup(PEER, now);
        pass(Duration.ofSeconds(3));
        assertEquals(FAILED, state(PEER));
        answer(PEER, PEER_MAC);
        assertEquals(PEER_MAC, cache.lookup(PEER, now));
    }

    @Test
    void aStaleNeighbourIsUsedAtOnceAndAskedByUnicast() {
        cache.lookup(PEER, now);
        answer(PEER, PEER_MAC);
        sent();
        pass(Duration.ofSeconds(30));
        assertEquals(STALE, state(PEER));
        pass(Duration.ofSeconds(5));
        assertEquals(List.of(), sent()); // nobody needs it
        send(PEER, 1);
        assertEquals(List.of("ask 10.0.0.2 by 02:00:00:00:00:02", "1 to 02:00:00:00:00:02"), sent());
        assertEquals(PROBE, state(PEER));
        send(PEER, 2);
        assertEquals(List.of("2 to 02:00:00:00:00:02"), sent());
        answer(PEER, PEER_MAC);
        assertEquals(REACHABLE, state(PEER));
    }

    @Test
    void aNeighbourThatDoesNotConfirmIsSoughtByBroadcastAndFoundElsewhere() {
        cache.lookup(PEER, now);
        answer(PEER, PEER_MAC);
        pass(Duration.ofSeconds(31));
        sent();
        send(PEER, 1);
        pass(Duration.ofMillis(2_990));
        assertEquals(
                List.of(
                        "ask 10.0.0.2 by 02:00:00:00:00:02",
                        "1 to 02:00:00:00:00:02",
                        "ask 10.0.0.2 by 02:00:00:00:00:02",
                        "ask 10.0.0.2 by 02:00:00:00:00:02"),
                sent());
        pass(Duration.ofMillis(10));
        assertEquals(List.of("ask 10.0.0.2 by broadcast"), sent());
        assertEquals(INCOMPLETE, state(PEER));
        send(PEER, 2);
        answer(PEER, OTHER_MAC);
        assertEquals(List.of("2 to 02:00:00:00:00:03"), sent());
    }

    @Test
    void onlyAskedForNeighboursAreLearned() {
        arp(Arp.REPLY, PEER_MAC, PEER, OWN_MAC, OWN);
        arp(Arp.REQUEST, PEER_MAC, PEER, 0, OWN);
        arp(Arp.REQUEST, PEER_MAC, PEER, 0, PEER);
        assertEquals(List.of(), cache.snapshot(now));
    }

    @Test
    void aGratuitousMessageUpdatesAKnownNeighbourAndIsChecked() {
        cache.lookup(PEER, now);
        answer(PEER, PEER_MAC);
        sent();
        arp(Arp.REQUEST, OTHER_MAC, PEER, 0, PEER);
        assertEquals(STALE, state(PEER));
        assertEquals(OTHER_MAC, cache.lookup(PEER, now));
        assertEquals(List.of("ask 10.0.0.2 by 02:00:00:00:00:03"), sent());
        arp(Arp.REPLY, OTHER_MAC, PEER, 0xFFFF_FFFF_FFFFL, PEER);
        assertEquals(PROBE, state(PEER)); // the same again proves nothing
        answer(PEER, OTHER_MAC);
        assertEquals(REACHABLE, state(PEER));
    }

    @Test
    void aRequestFromANeighbourThatIsSoughtSaysWhereItIs() {
        send(PEER, 1);
        sent();
        arp(Arp.REQUEST, PEER_MAC, PEER, 0, OWN);
        assertEquals(List.of("1 to 02:00:00:00:00:02"), sent());
    }

    @Test
    void whatIsNoArpForIpv4OrHasAnImpossibleSenderIsAFault() {
        cache.lookup(PEER, now);
        assertEquals(PacketFault.BAD_ARP, arp(Arp.REPLY, 0x01_00_5E_00_00_01L, PEER, OWN_MAC, OWN));
        assertEquals(PacketFault.BAD_ARP, arp(Arp.REPLY, 0, PEER, OWN_MAC, OWN));
        assertEquals(PacketFault.BAD_ARP, cache.input(Arena.ofAuto().allocate(64), 0, Arp.LENGTH, now));
        assertEquals(PacketFault.BAD_ARP, cache.input(Arena.ofAuto().allocate(64), 0, Arp.LENGTH - 1, now));
        arp(Arp.REPLY, OWN_MAC, PEER, OWN_MAC, OWN); // our own, reflected
        assertNull(cache.snapshot(now).getFirst().mac());
        assertEquals(INCOMPLETE, state(PEER));
    }

    @Test
    void anEntryThatNobodyUsesIsForgotten() {
        cache.lookup(PEER, now);
        answer(PEER, PEER_MAC);
        pass(Duration.ofMinutes(10));
        assertEquals(List.of(), cache.snapshot(now));
    }

    @Test
    void aFullTableForgetsTheLongestUnusedAndNeverOneThatIsSought() {
        cache = cache(limits(3, 8, 256));
        for (int i = 0; i < 2; i++) {
            cache.lookup(PEER + i, now);
            answer(PEER + i, PEER_MAC);
            now += SECOND;
        }
        cache.lookup(PEER, now); // used later than PEER + 1
        send(PEER + 2, 1);
        send(PEER + 3, 2);
        assertEquals(
                List.of("10.0.0.2", "10.0.0.4", "10.0.0.5"),
                cache.snapshot(now).stream()
                        .map(neighbor -> neighbor.address().getHostAddress())
                        .toList());
        send(PEER + 4, 3);
        send(PEER + 5, 4);
        assertEquals(1, cache.drops().of(NeighborDrop.TABLE_FULL));
        assertEquals(3, cache.waiting());
    }

    @Test
    void anyMixOfUseAnswersAndTimeKeepsTheTableAndTheFramesWhole() {
        cache = cache(limits(16, 3, 20));
        var random = new Random(7);
        var answered = new HashMap<Integer, Long>();
        for (int step = 0; step < 20_000; step++) {
            int address = PEER + random.nextInt(40);
            switch (random.nextInt(4)) {
                case 0 -> send(address, step);
                case 1 -> {
                    long mac = PEER_MAC + random.nextInt(100);
                    answer(address, mac);
                    answered.put(address, mac);
                }
                case 2 -> {
                    long known = cache.lookup(address, now);
                    assertTrue(
                            known == -1 || Long.valueOf(known).equals(answered.get(address)),
                            "a MAC address nobody told");
                }
                default -> {
                    now += random.nextInt(2_000) * 1_000_000L;
                    cache.tick(now);
                }
            }
            if (step % 50 == 0) {
                sent();
            }
            var snapshot = cache.snapshot(now);
            assertTrue(snapshot.size() <= 16);
            assertEquals(
                    cache.waiting(),
                    snapshot.stream().mapToInt(Neighbor::waiting).sum());
            assertTrue(cache.waiting() <= 20);
            assertEquals(pool.size(), pool.available() + cache.waiting());
        }
    }
}
