package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FlowHashTest {
    private final FlowHash hash = new FlowHash(42);

    @Test
    void theValuesOfTheFunctionNeverChange() {
        assertEquals(0xB618_743B_AB98_9B3BL, hash.of(Packets.CLIENT, Packets.VIP, IpProtocol.TCP, 40_000, 80));
        assertEquals(0x1FB8_430D_5921_CB68L, hash.of(Packets.CLIENT, Packets.VIP, IpProtocol.TCP));
        assertEquals(0x65ED_6C07_1DB4_85E9L, hash.of(Packets.CLIENT, Packets.VIP));
    }

    @Test
    void aPacketItsParsedFieldsAndItsKeyHashTheSame() {
        var random = new Random(5);
        var parser = new PacketParser();
        for (int round = 0; round < 500; round++) {
            var memory = random.nextBoolean() ? Packets.tcp(Tcp.ACK, new byte[0], 4) : Packets.udp(20);
            var ip = new Ipv4().wrap(memory, 0);
            ip.rewriteSource(random.nextInt());
            ip.rewriteDestination(random.nextInt());
            memory.set(HeaderView.U32, ip.payload(), random.nextInt());
            int kind = random.nextInt(3);
            if (kind == 1) {
                memory.set(HeaderView.U16, 6, (short) (random.nextBoolean() ? 0x2000 : 0x2008));
            } else if (kind == 2) {
                memory.set(ValueLayout.JAVA_BYTE, 9, (byte) 47); // GRE: no ports
            }
            ip.updateChecksum();
            assertEquals(PacketFault.NONE, parser.parseIpv4(memory, 0, ip.totalLength()));
            long expected = kind == 0
                    ? hash.of(
                            ip.source(), ip.destination(), ip.protocol(), parser.sourcePort(), parser.destinationPort())
                    : hash.of(ip.source(), ip.destination(), ip.protocol());
            assertEquals(expected, hash.of(memory, 0));
            assertEquals(expected, parser.hash(hash));
            assertEquals(expected, hash.of(parser.flowKey()));
        }
    }

    /** Neighbouring flows, as clients make them, must fill slots as evenly as chance would. */
    @Test
    void flowsThatDifferLittleSpreadEvenly() {
        for (int slots : new int[] {3, 64, 251}) {
            var high = new long[slots];
            var low = new long[slots];
            int flows = 0;
            for (int client = 0; client < 64; client++) {
                for (int port = 0; port < 1024; port++) {
                    long value = hash.of(Packets.CLIENT + client, Packets.VIP, IpProtocol.TCP, 32_768 + port, 80);
                    high[FlowHash.slot(value, slots)]++;
                    low[(int) Long.remainderUnsigned(value, slots)]++;
                    flows++;
                }
            }
            assertEven(high, flows);
            assertEven(low, flows);
        }
    }

    /** Chi-square within four standard deviations of its mean (seed and flows are fixed, so this does not flicker). */
    private static void assertEven(long[] counts, int flows) {
        double expected = (double) flows / counts.length;
        double chiSquare = 0;
        for (long count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        double freedom = counts.length - 1;
        double deviations = Math.abs(chiSquare - freedom) / Math.sqrt(2 * freedom);
        assertTrue(deviations < 4, chiSquare + " for " + counts.length + " slots");
    }

    @Test
    void everyInputBitTurnsAboutHalfOfTheOutputBits() {
        var random = new Random(9);
        int rounds = 2_000;
        for (int bit = 0; bit < 104; bit++) {
            long turned = 0;
            for (int round = 0; round < rounds; round++) {
                int[] f = {random.nextInt(), random.nextInt(), random.nextInt(256), random.nextInt(65_536), 80};
                long before = hash.of(f[0], f[1], f[2], f[3], f[4]);
                int field = bit < 32 ? 0 : bit < 64 ? 1 : bit < 72 ? 2 : bit < 88 ? 3 : 4;
                int[] starts = {0, 32, 64, 72, 88};
                f[field] ^= 1 << (bit - starts[field]);
                turned += Long.bitCount(before ^ hash.of(f[0], f[1], f[2], f[3], f[4]));
            }
            double mean = (double) turned / rounds;
            assertTrue(mean > 30.5 && mean < 33.5, "bit " + bit + " turns " + mean);
        }
    }

    /** The flows that a router sends to one of four MUXes must be spread evenly by that MUX. */
    @Test
    void theChoiceOfOneSeedSaysNothingAboutThatOfAnother() {
        for (long other : new long[] {43, 0, -1, 42L << 32}) {
            var second = new FlowHash(other);
            var counts = new long[16];
            int flows = 0;
            for (int i = 0; i < 100_000; i++) {
                int source = Packets.CLIENT + i % 1000;
                int port = 1024 + i / 1000;
                if (FlowHash.slot(hash.of(source, Packets.VIP, 6, port, 80), 4) == 0) {
                    counts[FlowHash.slot(second.of(source, Packets.VIP, 6, port, 80), 16)]++;
                    flows++;
                }
            }
            assertEven(counts, flows);
        }
    }

    @Test
    void theTwoDirectionsOfAFlowAreDifferentFlows() {
        assertNotEquals(hash.of(1, 2, 6, 3, 4), hash.of(2, 1, 6, 4, 3));
    }

    @Test
    void theValuesForIpv6NeverChangeEither() {
        assertEquals(
                0x2033_D7DB_C663_6FDEL, hash.of(Packets.NETWORK, 1, Packets.NETWORK, 2, IpProtocol.TCP, 40_000, 80));
        assertEquals(0xFD05_F063_5ED8_B9CCL, hash.of(Packets.NETWORK, 1, Packets.NETWORK, 2, IpProtocol.TCP, 0, 0));
        assertEquals(0x71DF_3B8E_EE35_2816L, hash.ofLabel(Packets.NETWORK, 1, Packets.NETWORK, 2, 0xA_BCDE));
    }

    @Test
    void everyBitOfAnIpv6FlowTurnsAboutHalfOfTheOutputBits() {
        var random = new Random(10);
        int rounds = 1_000;
        for (int bit = 0; bit < 296; bit++) {
            long turned = 0;
            for (int round = 0; round < rounds; round++) {
                long[] f = random.longs(4).toArray();
                long rest = random.nextLong(1L << 40);
                long before = ipv6(f, rest);
                if (bit < 256) {
                    f[bit >>> 6] ^= 1L << bit;
                } else {
                    rest ^= 1L << (bit - 256);
                }
                turned += Long.bitCount(before ^ ipv6(f, rest));
            }
            double mean = (double) turned / rounds;
            assertTrue(mean > 30.5 && mean < 33.5, "bit " + bit + " turns " + mean);
        }
    }

    private long ipv6(long[] addresses, long rest) {
        return hash.of(
                addresses[0],
                addresses[1],
                addresses[2],
                addresses[3],
                (int) (rest >>> 32),
                (int) (rest >>> 16) & 0xFFFF,
                (int) rest & 0xFFFF);
    }

    @Test
    void ipv6FlowsThatDifferLittleSpreadEvenly() {
        for (int slots : new int[] {3, 64, 251}) {
            var byPort = new long[slots];
            var byLabel = new long[slots];
            int flows = 0;
            for (int client = 0; client < 64; client++) {
                for (int port = 0; port < 1024; port++) {
                    long low = client * 0x1_0000_0001L;
                    long value = hash.of(Packets.NETWORK, low, Packets.NETWORK, 2, IpProtocol.TCP, 32_768 + port, 80);
                    byPort[FlowHash.slot(value, slots)]++;
                    byLabel[FlowHash.slot(hash.ofLabel(Packets.NETWORK, low, Packets.NETWORK, 2, port), slots)]++;
                    flows++;
                }
            }
            assertEven(byPort, flows);
            assertEven(byLabel, flows);
        }
    }

    @Test
    void swappedOrRepeatedIpv6AddressesAreDifferentFlows() {
        assertNotEquals(hash.of(1, 2, 3, 4, 6, 0, 0), hash.of(3, 4, 1, 2, 6, 0, 0));
        assertNotEquals(hash.of(1, 2, 1, 2, 6, 0, 0), hash.of(5, 6, 5, 6, 6, 0, 0));
        assertEquals(hash.of(1, 2, 3, 4, 6, 7, 8), hash.of(FlowKey.of(1, 2, 3, 4, 6, 7, 8)));
    }
}
