package ecmplab.bgp.bfd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Any datagram is a packet with a fault or one that could have been written. A normal run takes the inputs beside this test's resources. */
class ControlPacketFuzzTest {
    private static final int BUFFER = 64;

    @FuzzTest
    void datagramsHaveAFaultOrAMeaning(byte[] datagram) {
        // As on the socket: the buffer is longer than what came, and still has what came before.
        var buffer = new byte[BUFFER];
        Arrays.fill(buffer, (byte) 0xA5);
        int received = Math.min(datagram.length, BUFFER);
        System.arraycopy(datagram, 0, buffer, 0, received);
        var packet = new ControlPacket(MemorySegment.ofArray(buffer));
        var fault = packet.fault(received);
        if (fault != null) {
            assertNotEquals(PacketFault.UNKNOWN_SOURCE, fault);
            return;
        }
        assertTrue(received >= ControlPacket.SIZE);
        assertNotEquals(0, packet.myDiscriminator());
        assertTrue(packet.multiplier() > 0);
        assertNotNull(packet.diagnostic());
        boolean knowsUs = packet.yourDiscriminator() != 0;
        assertTrue(knowsUs || packet.state() == BfdState.DOWN || packet.state() == BfdState.ADMIN_DOWN);

        var again = new byte[ControlPacket.SIZE];
        var copy = new ControlPacket(MemorySegment.ofArray(again));
        copy.write(packet.state(), packet.diagnostic(), packet.poll(), packet.isFinal(), packet.multiplier());
        copy.writeDiscriminators(packet.myDiscriminator(), packet.yourDiscriminator());
        copy.writeIntervals(packet.desiredMinTx(), packet.requiredMinRx());
        assertEquals(packet.state(), copy.state());
        // All but flags we never send, our own length, a diagnostic of the future, and the echo interval.
        for (int at : new int[] {4, 8, 12, 16}) {
            assertArrayEquals(Arrays.copyOfRange(buffer, at, at + 4), Arrays.copyOfRange(again, at, at + 4));
        }
        assertEquals(
                MemorySegment.ofArray(buffer).get(ValueLayout.JAVA_BYTE, 2),
                MemorySegment.ofArray(again).get(ValueLayout.JAVA_BYTE, 2));
    }
}
