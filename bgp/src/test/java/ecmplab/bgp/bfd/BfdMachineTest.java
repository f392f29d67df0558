package ecmplab.bgp.bfd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BfdMachineTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static Wire up(String timersOfA, String timersOfB) {
        var wire = Wire.of(timersOfA, timersOfB);
        wire.run(SECOND.multipliedBy(3));
        assertEquals(BfdState.UP, wire.a.machine.state());
        assertEquals(BfdState.UP, wire.b.machine.state());
        return wire;
    }

    /** A packet to {@code machine} as its peer would send it. */
    private static ControlPacket packet(BfdState state, Wire.End to, long tx, long rx) {
        var packet = new ControlPacket(MemorySegment.ofArray(new byte[ControlPacket.SIZE]));
        packet.write(state, Diagnostic.NONE, false, false, 3);
        packet.writeDiscriminators(0xB2, to.machine.localDiscriminator());
        packet.writeIntervals(tx, rx);
        return packet;
    }

    @Test
    void twoEndsComeUpByTheThreeWayHandshakeWithinOneSlowInterval() {
        var wire = Wire.of("50ms x 3", "50ms x 3");
        wire.run(SECOND);
        assertEquals(BfdState.UP, wire.a.machine.state());
        assertEquals(BfdState.UP, wire.b.machine.state());
        assertTrue(
                wire.a.changes.equals(List.of("Down>Init@0", "Init>Up@0"))
                        || wire.a.changes.equals(List.of("Down>Up@0")),
                wire.a.changes.toString());
        assertEquals(0xB2, wire.a.machine.remoteDiscriminator());
    }

    @Test
    void anEndThatIsNotUpSendsAtMostOnceInThreeQuartersOfASecond() {
        var wire = Wire.of("10ms x 3", "10ms x 3");
        wire.b.frozen = true;
        wire.run(SECOND.multipliedBy(20));
        assertEquals(1_000_000, wire.a.last().desiredMinTx());
        for (long gap : wire.a.gaps(0)) {
            assertTrue(gap >= 750 * Wire.MS && gap <= 1000 * Wire.MS, "gap of " + gap);
        }
    }

    @Test
    void packetsOfASessionThatIsUpAreThreeQuartersToOneIntervalApart() {
        var wire = up("50ms x 3", "50ms x 3");
        long since = wire.now;
        wire.run(SECOND.multipliedBy(30));
        var gaps = wire.a.gaps(since);
        assertTrue(gaps.size() > 600 - 10, "packets: " + gaps.size());
        for (long gap : gaps) {
            assertTrue(gap >= 37_500_000 && gap <= 50 * Wire.MS, "gap of " + gap);
        }
        assertTrue(gaps.stream().distinct().count() > 100, "the jitter varies");
    }

    @Test
    void withMultiplierOneAPacketIsNeverLaterThanNinetyPercent() {
        var wire = up("100ms x 1", "100ms x 1");
        long since = wire.now;
        wire.run(SECOND.multipliedBy(60));
        for (long gap : wire.a.gaps(since)) {
            assertTrue(gap >= 75 * Wire.MS && gap <= 90 * Wire.MS, "gap of " + gap);
        }
        assertEquals(BfdState.UP, wire.b.machine.state());
    }

    @Test
    void theSlowerOfBothWishesIsTheInterval() {
        var wire = new Wire(
                new BfdTimers(Duration.ofMillis(20), Duration.ofMillis(40), 3),
                new BfdTimers(Duration.ofMillis(30), Duration.ofMillis(100), 5),
                1);
        wire.run(SECOND.multipliedBy(4));
        assertEquals(100_000, wire.a.machine.intervals().transmit());
        assertEquals(40_000, wire.b.machine.intervals().transmit());
        assertEquals(5 * 40_000, wire.a.machine.detectionTime());
        assertEquals(3 * 100_000, wire.b.machine.detectionTime());
    }

    @Test
    void aSilentPeerIsGoneAfterTheDetectionTimeAndNotBefore() {
        var wire = up("50ms x 3", "50ms x 3");
        wire.b.frozen = true;
        wire.run(Duration.ofMillis(100));
        assertEquals(BfdState.UP, wire.a.machine.state());
        wire.run(Duration.ofMillis(51));
        assertEquals(BfdState.DOWN, wire.a.machine.state());
        assertEquals(Diagnostic.DETECTION_TIME_EXPIRED, wire.a.machine.diagnostic());
        assertEquals(150 * Wire.MS, wire.a.lastSilence);
        assertEquals(0, wire.a.machine.remoteDiscriminator(), "forgotten, RFC 5880 section 6.8.1");
        assertEquals(1_000_000, wire.a.last().desiredMinTx());
    }

    @Test
    void anEndThatIsNoLongerHeardLearnsItFromThePeer() {
        var wire = up("50ms x 3", "50ms x 3");
        wire.a.muted = true;
        wire.run(Duration.ofMillis(160));
        assertEquals(Diagnostic.DETECTION_TIME_EXPIRED, wire.b.machine.diagnostic());
        assertEquals(Diagnostic.NEIGHBOR_SIGNALED_DOWN, wire.a.machine.diagnostic());
        assertEquals(Diagnostic.DETECTION_TIME_EXPIRED, wire.a.machine.remoteDiagnostic());
        assertEquals(BfdState.DOWN, wire.a.machine.remoteState());
    }

    @Test
    void aPeerThatThawsComesUpAgain() {
        var wire = up("50ms x 3", "50ms x 3");
        wire.b.frozen = true;
        wire.run(SECOND.multipliedBy(5));
        wire.b.frozen = false;
        wire.run(SECOND.multipliedBy(3));
        assertEquals(BfdState.UP, wire.a.machine.state());
        assertEquals(BfdState.UP, wire.b.machine.state());
        assertEquals(Diagnostic.NONE, wire.a.machine.diagnostic());
    }

    @Test
    void aClosedSessionTellsAdminDownForTheDetectionTimeAndThatIsNoFailure() {
        var wire = up("50ms x 3", "50ms x 3");
        long closed = wire.now;
        wire.a.machine.close(wire.now);
        assertFalse(wire.a.machine.isDone(wire.now));
        wire.run(Duration.ofMillis(151));
        assertTrue(wire.a.machine.isDone(wire.now));
        assertTrue(wire.a.sent.stream().filter(at -> at >= closed).count() >= 3);
        assertEquals(BfdState.ADMIN_DOWN, wire.a.last().state());
        assertEquals(Diagnostic.ADMINISTRATIVELY_DOWN, wire.a.last().diagnostic());
        assertEquals(BfdState.DOWN, wire.b.machine.state());
        assertEquals(BfdState.ADMIN_DOWN, wire.b.machine.remoteState());
    }

    @Test
    void aSessionThatNeverHeardAnythingIsDoneAsSoonAsItIsClosed() {
        var wire = Wire.of("50ms x 3", "50ms x 3");
        wire.a.machine.close(wire.now);
        assertTrue(wire.a.machine.isDone(wire.now));
    }

    @Test
    void comingUpStartsAPollSequenceThatTheAnswerEnds() {
        var wire = up("50ms x 3", "50ms x 3");
        assertFalse(wire.a.machine.intervals().polling());
        assertTrue(wire.a.packets.stream()
                .map(octets -> new ControlPacket(MemorySegment.ofArray(octets)))
                .anyMatch(packet -> packet.poll() && packet.desiredMinTx() == 50_000));
        assertTrue(wire.b.packets.stream()
                .map(octets -> new ControlPacket(MemorySegment.ofArray(octets)))
                .anyMatch(packet -> packet.isFinal() && !packet.poll()));
    }

    @Test
    void aLongerIntervalIsUsedOnlyOnceThePeerHasAnswered() {
        var wire = up("50ms x 3", "50ms x 3");
        wire.b.muted = true;
        wire.a.machine.configure(BfdTimers.parse("500ms x 3"), wire.now);
        assertTrue(wire.a.machine.intervals().polling());
        assertEquals(50_000, wire.a.machine.intervals().transmit(), "as before");
        wire.run(Duration.ofMillis(60));
        assertTrue(wire.a.last().poll());
        assertEquals(500_000, wire.a.last().desiredMinTx());
        wire.b.muted = false;
        wire.run(Duration.ofMillis(200));
        assertFalse(wire.a.machine.intervals().polling());
        assertEquals(500_000, wire.a.machine.intervals().transmit());
        wire.run(SECOND.multipliedBy(10));
        assertEquals(BfdState.UP, wire.a.machine.state());
        assertEquals(BfdState.UP, wire.b.machine.state());
        assertEquals(1_500_000, wire.b.machine.detectionTime());
    }

    @Test
    void aShorterReceiveIntervalShortensTheDetectionTimeOnlyOnceThePeerHasAnswered() {
        var wire = up("500ms x 3", "50ms x 3");
        assertEquals(1_500_000, wire.a.machine.detectionTime());
        wire.b.muted = true;
        wire.a.machine.configure(BfdTimers.parse("50ms x 3"), wire.now);
        assertEquals(1_500_000, wire.a.machine.detectionTime());
        wire.run(Duration.ofMillis(100));
        wire.b.muted = false;
        wire.run(SECOND.multipliedBy(2));
        assertEquals(150_000, wire.a.machine.detectionTime());
        assertEquals(BfdState.UP, wire.a.machine.state());
    }

    @Test
    void aChangeDuringAPollSequenceIsPolledAgain() {
        var wire = up("50ms x 3", "50ms x 3");
        var machine = wire.a.machine;
        machine.configure(BfdTimers.parse("100ms x 3"), wire.now);
        machine.configure(BfdTimers.parse("200ms x 3"), wire.now);
        var answer = packet(BfdState.UP, wire.a, 50_000, 50_000);
        answer.write(BfdState.UP, Diagnostic.NONE, false, true, 3);
        machine.receive(answer, wire.now);
        assertTrue(machine.intervals().polling(), "that answer may have been to the first change");
        machine.receive(answer, wire.now);
        assertFalse(machine.intervals().polling());
        assertEquals(200_000, machine.intervals().transmit());
    }

    @Test
    void aPollIsAnsweredAtOnceWhateverTheTimer() {
        var wire = up("60s x 3", "60s x 3");
        int before = wire.a.sent.size();
        var poll = packet(BfdState.UP, wire.a, 60_000_000, 60_000_000);
        poll.write(BfdState.UP, Diagnostic.NONE, true, false, 3);
        wire.a.machine.receive(poll, wire.now);
        assertEquals(before + 1, wire.a.sent.size());
        assertTrue(wire.a.last().isFinal());
        assertFalse(wire.a.last().poll());
    }

    @Test
    void aPeerInDemandModeIsSentNothingUnlessThereIsAPoll() {
        var wire = up("50ms x 3", "50ms x 3");
        wire.b.frozen = true;
        var demand = packet(BfdState.UP, wire.a, 50_000, 50_000);
        demand.memory().set(ValueLayout.JAVA_BYTE, 1, (byte) 0xC2);
        wire.a.machine.receive(demand, wire.now);
        int before = wire.a.sent.size();
        wire.run(Duration.ofMillis(140));
        assertEquals(before, wire.a.sent.size());
        wire.a.machine.receive(demand, wire.now);
        wire.a.machine.configure(BfdTimers.parse("100ms x 3"), wire.now);
        wire.run(Duration.ofMillis(140));
        assertTrue(wire.a.sent.size() > before);
        assertTrue(wire.a.last().poll());
    }

    @Test
    void aPeerThatWantsNothingIsSentNothing() {
        var wire = up("50ms x 3", "50ms x 3");
        wire.b.frozen = true;
        wire.a.machine.receive(packet(BfdState.UP, wire.a, 50_000, 0), wire.now);
        int before = wire.a.sent.size();
        wire.run(Duration.ofMillis(140));
        assertEquals(before, wire.a.sent.size());
        assertEquals(BfdState.UP, wire.a.machine.state());
    }

    @Test
    void upIsNotEnteredFromDownByAPeerThatSaysUp() {
        var wire = Wire.of("50ms x 3", "50ms x 3");
        wire.b.frozen = true;
        wire.a.machine.receive(packet(BfdState.UP, wire.a, 50_000, 50_000), wire.now);
        assertEquals(BfdState.DOWN, wire.a.machine.state());
        assertEquals(List.of(), wire.a.changes);
    }

    @Test
    void everyTransitionIsThatOfTheRfc() {
        // Rows: our state; columns: what the peer says, AdminDown, Down, Init, Up (RFC 5880 section 6.8.6).
        var expected = new BfdState[][] {
            {BfdState.DOWN, BfdState.INIT, BfdState.UP, BfdState.DOWN},
            {BfdState.DOWN, BfdState.INIT, BfdState.UP, BfdState.UP},
            {BfdState.DOWN, BfdState.DOWN, BfdState.UP, BfdState.UP},
        };
        var from = List.of(BfdState.DOWN, BfdState.INIT, BfdState.UP);
        for (var state : from) {
            for (var said : BfdState.values()) {
                var wire = Wire.of("50ms x 3", "50ms x 3");
                if (state != BfdState.DOWN) {
                    wire.a.machine.receive(packet(BfdState.DOWN, wire.a, 50_000, 50_000), wire.now);
                }
                if (state == BfdState.UP) {
                    wire.a.machine.receive(packet(BfdState.INIT, wire.a, 50_000, 50_000), wire.now);
                }
                assertEquals(state, wire.a.machine.state());
                assertNull(wire.a.machine.receive(packet(said, wire.a, 50_000, 50_000), wire.now));
                assertEquals(
                        expected[from.indexOf(state)][said.ordinal()],
                        wire.a.machine.state(),
                        state + " and the peer says " + said);
            }
        }
    }

    @Test
    void anAdministrativelyDownSessionDiscardsWhatItHears() {
        var wire = up("50ms x 3", "50ms x 3");
        wire.a.machine.close(wire.now);
        assertEquals(
                PacketFault.ADMINISTRATIVELY_DOWN,
                wire.a.machine.receive(packet(BfdState.DOWN, wire.a, 50_000, 50_000), wire.now));
        assertEquals(BfdState.ADMIN_DOWN, wire.a.machine.state());
    }

    @Test
    void aLossOfEveryThirdPacketIsNoFailureWithMultiplierThree() {
        var random = new SplittableRandom(99);
        var wire = up("50ms x 3", "50ms x 3");
        for (int i = 0; i < 2_000; i++) {
            wire.a.muted = i % 3 == 0;
            wire.b.muted = i % 3 == 1;
            wire.run(Duration.ofMillis(20 + random.nextInt(15)));
            assertNotEquals(BfdState.DOWN, wire.a.machine.state());
        }
        assertFalse(wire.a.changes.toString().contains("Up>"), wire.a.changes.toString());
    }

    @Test
    void whateverArrivesTheMachineStaysInAStateOfTheRfcAndItsDeadlinesInTheFuture() {
        var random = new SplittableRandom(20_261_123);
        var wire = Wire.of("50ms x 3", "50ms x 3");
        for (int i = 0; i < 100_000; i++) {
            var octets = new byte[ControlPacket.SIZE];
            random.nextBytes(octets);
            octets[0] = (byte) (0x20 | (octets[0] & 0x1F));
            octets[3] = 24;
            var packet = new ControlPacket(MemorySegment.ofArray(octets));
            if (packet.fault(octets.length) == null) {
                wire.a.machine.receive(packet, wire.now);
            }
            wire.now += random.nextLong(20 * Wire.MS);
            wire.a.machine.tick(wire.now);
            assertTrue(wire.a.machine.deadline() > wire.now, "busy loop");
        }
        assertTrue(wire.a.changes.size() > 100);
    }
}
