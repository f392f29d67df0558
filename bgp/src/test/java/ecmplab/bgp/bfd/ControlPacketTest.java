package ecmplab.bgp.bfd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Hex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ControlPacketTest {
    private static final byte[] UP = Hex.bytes("""
            20 # Vers 1, Diag 0
            c0 # Sta Up, no flags
            03 18 # Detect Mult 3, Length 24
            00000001 # My Discriminator
            00000002 # Your Discriminator
            0000c350 # Desired Min TX Interval 50 ms
            0000c350 # Required Min RX Interval 50 ms
            00000000 # Required Min Echo RX Interval
            """);

    private static ControlPacket of(byte[] octets) {
        return new ControlPacket(MemorySegment.ofArray(octets));
    }

    private static @Nullable PacketFault changed(int at, int value) {
        var octets = UP.clone();
        octets[at] = (byte) value;
        return of(octets).fault(octets.length);
    }

    @Test
    void aPacketIsReadAsItWasWritten() {
        var packet = of(UP);
        assertNull(packet.fault(24));
        assertEquals(BfdState.UP, packet.state());
        assertEquals(3, packet.multiplier());
        assertEquals(1, packet.myDiscriminator());
        assertEquals(2, packet.yourDiscriminator());
        assertEquals(50_000, packet.desiredMinTx());
        assertEquals(50_000, packet.requiredMinRx());
        assertFalse(packet.poll() || packet.isFinal() || packet.demand() || packet.controlPlaneIndependent());

        var written = of(new byte[24]);
        written.write(BfdState.UP, Diagnostic.NONE, false, false, 3);
        written.writeDiscriminators(1, 2);
        written.writeIntervals(50_000, 50_000);
        assertArrayEquals(UP, written.memory().toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void flagsAndDiagnosticAreReadFromTheirBits() {
        var packet = of(UP.clone());
        packet.write(BfdState.DOWN, Diagnostic.NEIGHBOR_SIGNALED_DOWN, true, false, 255);
        assertEquals(BfdState.DOWN, packet.state());
        assertEquals(Diagnostic.NEIGHBOR_SIGNALED_DOWN, packet.diagnostic());
        assertTrue(packet.poll());
        assertEquals(255, packet.multiplier());
        packet.write(BfdState.INIT, Diagnostic.NONE, false, true, 1);
        assertTrue(packet.isFinal());
        assertFalse(packet.poll());
    }

    @Test
    void anIntervalUsesAll32Bits() {
        var octets = UP.clone();
        Arrays.fill(octets, 12, 20, (byte) 0xFF);
        assertEquals(0xFFFF_FFFFL, of(octets).desiredMinTx());
        assertEquals(0xFFFF_FFFFL, of(octets).requiredMinRx());
    }

    @Test
    void eachCheckOfTheRfcHasItsOwnFault() {
        assertEquals(PacketFault.SHORT, of(UP).fault(23));
        assertEquals(PacketFault.VERSION, changed(0, 0x00));
        assertEquals(PacketFault.VERSION, changed(0, 0x40));
        assertEquals(PacketFault.LENGTH_TOO_SMALL, changed(3, 23));
        assertEquals(PacketFault.LENGTH_BEYOND_PACKET, changed(3, 25));
        assertEquals(PacketFault.MULTIPLIER_ZERO, changed(2, 0));
        assertEquals(PacketFault.MULTIPOINT, changed(1, 0xC1));
        assertEquals(PacketFault.MY_DISCRIMINATOR_ZERO, changed(7, 0));
        assertEquals(PacketFault.YOUR_DISCRIMINATOR_ZERO, changed(11, 0));
    }

    @Test
    void anAuthenticatedPacketNeedsRoomForTheAuthenticationAndIsRefused() {
        assertEquals(PacketFault.LENGTH_TOO_SMALL, changed(1, 0xC4));
        var longer = Arrays.copyOf(UP, 28);
        longer[1] = (byte) 0xC4;
        longer[3] = 28;
        assertEquals(PacketFault.AUTHENTICATION, of(longer).fault(28));
    }

    @Test
    void onlyAPeerThatIsDownMayNotKnowOurDiscriminator() {
        for (var state : BfdState.values()) {
            var packet = of(UP.clone());
            packet.write(state, Diagnostic.NONE, false, false, 3);
            packet.writeDiscriminators(1, 0);
            boolean may = state == BfdState.DOWN || state == BfdState.ADMIN_DOWN;
            assertEquals(may ? null : PacketFault.YOUR_DISCRIMINATOR_ZERO, packet.fault(24), state.toString());
        }
    }

    @Test
    void timersAreReadFromTextAndCheckedForTheirRange() {
        assertEquals(BfdTimers.of(Duration.ofMillis(50), 3), BfdTimers.parse("50ms x 3"));
        assertEquals(BfdTimers.of(Duration.ofSeconds(1), 5), BfdTimers.parse("1s x5"));
        assertEquals("50ms x 3", BfdTimers.parse("50ms x 3").toString());
        for (var wrong :
                new String[] {"", "50 x 3", "9ms x 3", "61s x 3", "50ms x 0", "50ms x 256", "50ms", "-1ms x 3"}) {
            assertThrows(IllegalArgumentException.class, () -> BfdTimers.parse(wrong), wrong);
        }
    }
}
