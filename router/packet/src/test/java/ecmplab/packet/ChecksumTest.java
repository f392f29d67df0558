package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChecksumTest {
    /** RFC 1071 as it is written: word by word. */
    private static int byTheBook(byte[] octets, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            int word = (octets[i] & 0xFF) << 8 | (i + 1 < length ? octets[i + 1] & 0xFF : 0);
            sum += word;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return ~sum & 0xFFFF;
    }

    @Test
    void sumsOfAnyLengthAndPlaceAreThoseOfRfc1071() {
        var random = new Random(1071);
        for (int round = 0; round < 2_000; round++) {
            var octets = new byte[random.nextInt(200)];
            random.nextBytes(octets);
            int place = random.nextInt(8);
            var memory = Arena.ofAuto().allocate(octets.length + 8L);
            MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, place, octets.length);
            assertEquals(byTheBook(octets, octets.length), Checksum.of(memory, place, octets.length));
        }
    }

    @Test
    void aSumOfTheLongestPacketOfOnesDoesNotOverflow() {
        var octets = new byte[65_535];
        Arrays.fill(octets, (byte) 0xFF);
        var memory = MemorySegment.ofArray(octets);
        assertEquals(byTheBook(octets, octets.length), Checksum.of(memory, 0, octets.length));
        assertEquals(0, Checksum.of(memory, 0, 65_534));
    }

    @Test
    void theExampleOfRfc1624IsUpdatedWithoutBecomingMinusZero() {
        // RFC 1624 section 4: checksum dd2f, word 5555 becomes 3285; equation 2 gives ffff, equation 3 the right 0000.
        assertEquals(0x0000, Checksum.update16(0xDD2F, 0x5555, 0x3285));
    }

    @Test
    void anyChainOfTcpRewritesLeavesTheChecksumsThatRecomputingGives() {
        var random = new Random(1624);
        for (int round = 0; round < 200; round++) {
            var memory = Packets.tcp(Tcp.SYN, new byte[] {1, 2, 4, 5, (byte) 0xB4, 0, 0, 0}, random.nextInt(40));
            var ip = new Ipv4().wrap(memory, 0);
            var tcp = new Tcp().wrap(memory, ip.payload());
            for (int step = 0; step < 30; step++) {
                rewrite(random, ip, tcp);
                int ipChecksum = ip.checksum();
                int tcpChecksum = tcp.checksum();
                ip.updateChecksum();
                tcp.updateChecksum(ip);
                assertEquals(ip.checksum(), ipChecksum);
                assertEquals(tcp.checksum(), tcpChecksum);
                assertTrue(ip.checksumValid() && tcp.checksumValid(ip));
            }
        }
    }

    private static void rewrite(Random random, Ipv4 ip, Tcp tcp) {
        switch (random.nextInt(7)) {
            case 0 -> ip.rewriteSource(word(random));
            case 1 -> ip.rewriteDestination(word(random));
            case 2 -> tcp.setSourcePort(random.nextInt(65_536));
            case 3 -> tcp.setDestinationPort(random.nextInt(65_536));
            case 4 -> ip.setTtl(2 + random.nextInt(254));
            case 5 -> {
                if (ip.ttl() > 1) {
                    ip.decrementTtl();
                }
            }
            default -> tcp.clampMss(Math.max(500, tcp.mss() - random.nextInt(100)));
        }
    }

    /** Words of all zeros and all ones are where ones' complement goes wrong. */
    private static int word(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> 0xFFFF;
            default -> random.nextInt();
        };
    }

    @Test
    void anyChainOfUdpRewritesLeavesTheChecksumsThatRecomputingGives() {
        var random = new Random(768);
        for (int round = 0; round < 500; round++) {
            var memory = Packets.udp(random.nextInt(30));
            var ip = new Ipv4().wrap(memory, 0);
            var udp = new Udp().wrap(memory, ip.payload());
            for (int step = 0; step < 20; step++) {
                switch (random.nextInt(4)) {
                    case 0 -> ip.rewriteSource(word(random));
                    case 1 -> ip.rewriteDestination(word(random));
                    case 2 -> udp.setSourcePort(random.nextInt(65_536));
                    default -> udp.setDestinationPort(random.nextInt(65_536));
                }
                int checksum = udp.checksum();
                udp.updateChecksum(ip);
                assertEquals(udp.checksum(), checksum);
                assertTrue(udp.checksumValid(ip));
            }
        }
    }

    @Test
    void aComputedUdpChecksumOfZeroIsSentAsAllOnes() {
        var memory = Packets.udp(2);
        var ip = new Ipv4().wrap(memory, 0);
        var udp = new Udp().wrap(memory, ip.payload());
        // Let the payload make the sum come out as ffff: add the checksum to it.
        int word = memory.get(HeaderView.U16, udp.payload()) & 0xFFFF;
        memory.set(HeaderView.U16, udp.payload(), (short) Checksum.fold((long) word + udp.checksum()));
        udp.updateChecksum(ip);
        assertEquals(0xFFFF, udp.checksum());
        assertTrue(udp.checksumValid(ip));
        ip.rewriteSource(ip.source());
        assertEquals(0xFFFF, udp.checksum());
    }

    @Test
    void aUdpDatagramWithoutAChecksumStaysWithout() {
        var memory = Packets.udp(10);
        var ip = new Ipv4().wrap(memory, 0);
        var udp = new Udp().wrap(memory, ip.payload());
        udp.set(1, 2, 18);
        ip.rewriteDestination(77);
        udp.setDestinationPort(99);
        assertEquals(0, udp.checksum());
        assertTrue(udp.checksumValid(ip));
    }

    @Test
    void aLaterFragmentHasNoTransportHeaderToPatch() {
        var memory = Packets.tcp(Tcp.ACK, new byte[0], 20);
        memory.set(HeaderView.U16, 6, (short) 100);
        var ip = new Ipv4().wrap(memory, 0);
        ip.updateChecksum();
        var before = Packets.text(memory, 20, 40);
        ip.rewriteSource(5);
        assertEquals(before, Packets.text(memory, 20, 40));
        assertTrue(ip.checksumValid());
    }
}
