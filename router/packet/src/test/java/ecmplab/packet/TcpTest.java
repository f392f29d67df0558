package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Hex;
import org.junit.jupiter.api.Test;

final class TcpTest {
    private static Tcp syn(String options) {
        return new Tcp().wrap(Packets.tcp(Tcp.SYN, Hex.bytes(options), 0), Ipv4.MIN_LENGTH);
    }

    @Test
    void theSegmentSizeIsFoundAmongOtherOptions() {
        assertEquals(1460, syn("02 04 05 b4").mss());
        assertEquals(1460, syn("01 01 04 02 02 04 05 b4").mss());
        assertEquals(1460, syn("01 02 04 05 b4 00 00 00").mss()); // at an odd place
        assertEquals(-1, syn("").mss());
        assertEquals(-1, syn("01 01 01 00").mss());
    }

    @Test
    void malformedOptionsEndTheSearch() {
        assertEquals(-1, syn("00 02 04 05 b4 00 00 00").mss()); // after the end of options
        assertEquals(-1, syn("02 03 05 b4").mss()); // wrong length
        assertEquals(-1, syn("03 00 02 04 05 b4 00 00").mss()); // length 0 would never end
        assertEquals(-1, syn("03 01 02 04 05 b4 00 00").mss()); // length below its own octets
        assertEquals(-1, syn("01 01 02 04").mss()); // beyond the header
        assertEquals(-1, syn("01 01 01 02").mss()); // kind without length
    }

    @Test
    void aLargerSegmentSizeIsClampedAtEvenAndOddPlaces() {
        for (var options : new String[] {"02 04 05 b4", "01 02 04 05 b4 00 00 00"}) {
            var memory = Packets.tcp(Tcp.SYN | Tcp.ACK, Hex.bytes(options), 0);
            var ip = new Ipv4().wrap(memory, 0);
            var tcp = new Tcp().wrap(memory, ip.payload());
            assertTrue(tcp.clampMss(1410));
            assertEquals(1410, tcp.mss());
            assertTrue(tcp.checksumValid(ip));
        }
    }

    @Test
    void aSmallerSegmentSizeAndOtherSegmentsAreLeftAlone() {
        assertFalse(syn("02 04 05 00").clampMss(1410));
        assertFalse(syn("").clampMss(1410));
        var ack = new Tcp().wrap(Packets.tcp(Tcp.ACK, Hex.bytes("02 04 05 b4"), 0), Ipv4.MIN_LENGTH);
        assertFalse(ack.clampMss(1410));
        assertEquals(1460, ack.mss());
    }

    @Test
    void onlyABareSynOpens() {
        assertTrue(syn("").opens());
        assertTrue(syn("").has(Tcp.SYN));
        assertFalse(syn("").has(Tcp.ACK));
        for (int flags : new int[] {Tcp.SYN | Tcp.ACK, Tcp.ACK, Tcp.RST, Tcp.SYN | Tcp.RST, Tcp.FIN | Tcp.ACK}) {
            var tcp = new Tcp().wrap(Packets.tcp(flags, new byte[0], 0), Ipv4.MIN_LENGTH);
            assertFalse(tcp.opens());
            assertEquals(flags, tcp.flags());
        }
    }
}
