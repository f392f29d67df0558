package ecmplab.mux.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.EndpointPolicy.Affinity;
import org.junit.jupiter.api.Test;

class SlotHashTest {
    private static final int CLIENT = 0xC633_6407, VIP = 0xCB00_710A;
    private static final long[] CLIENT6 = {0x2001_0DB8_0000_0001L, 7}, VIP6 = {0x2001_0DB8_0000_00FFL, 0x10};

    @Test
    void theHashOfAKnownFlowIsKnown() {
        assertEquals(
                "2da006483fc877d", Long.toHexString(SlotHash.ipv4(7, Affinity.FIVE_TUPLE, CLIENT, VIP, 6, 40_000, 80)));
        assertEquals(
                "1fba270ba05fb925",
                Long.toHexString(SlotHash.ipv4(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT, VIP, 6, 40_000, 80)));
        assertEquals(
                "4e98f2202c5e5731", Long.toHexString(SlotHash.ipv4(7, Affinity.SOURCE_IP, CLIENT, VIP, 6, 40_000, 80)));
    }

    @Test
    void affinityLeavesOutPortsAndProtocol() {
        long sourceAndProtocol = SlotHash.ipv4(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT, VIP, 6, 1, 80);
        assertEquals(sourceAndProtocol, SlotHash.ipv4(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT, VIP, 6, 2, 443));
        assertNotEquals(sourceAndProtocol, SlotHash.ipv4(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT, VIP, 17, 1, 80));
        assertEquals(
                SlotHash.ipv4(7, Affinity.SOURCE_IP, CLIENT, VIP, 17, 1, 53),
                SlotHash.ipv4(7, Affinity.SOURCE_IP, CLIENT, VIP, 6, 2, 80));
    }

    @Test
    void consecutivePortsSpreadEvenlyOverSlots() {
        var table = MaglevTableTest.table(251, 7, MaglevTableTest.members(10));
        int[] flows = new int[10];
        for (int port = 0; port < 20_000; port++) {
            flows[table.index(table.slot(SlotHash.ipv4(7, Affinity.FIVE_TUPLE, CLIENT, VIP, 6, port, 80)))]++;
        }
        for (int count : flows) {
            assertTrue(count > 1700 && count < 2300, "flows of a member: " + count);
        }
    }

    @Test
    void eachInputBitFlipsAboutHalfOfTheOutput() {
        long hash = SlotHash.ipv4(7, Affinity.FIVE_TUPLE, CLIENT, VIP, 6, 40_000, 80);
        for (int bit = 0; bit < 32; bit++) {
            int flipped = 1 << bit;
            assertAvalanche(hash ^ SlotHash.ipv4(7, Affinity.FIVE_TUPLE, CLIENT ^ flipped, VIP, 6, 40_000, 80));
            assertAvalanche(hash ^ SlotHash.ipv4(7, Affinity.FIVE_TUPLE, CLIENT, VIP ^ flipped, 6, 40_000, 80));
            assertAvalanche(hash ^ SlotHash.ipv4(7 ^ flipped, Affinity.FIVE_TUPLE, CLIENT, VIP, 6, 40_000, 80));
            if (bit < 16) {
                assertAvalanche(hash ^ SlotHash.ipv4(7, Affinity.FIVE_TUPLE, CLIENT, VIP, 6, 40_000 ^ flipped, 80));
                assertAvalanche(hash ^ SlotHash.ipv4(7, Affinity.FIVE_TUPLE, CLIENT, VIP, 6, 40_000, 80 ^ flipped));
            }
        }
    }

    @Test
    void theHashOfAKnownIpv6FlowIsKnown() {
        assertEquals("7fc7a8960110517b", Long.toHexString(ipv6(7, Affinity.FIVE_TUPLE, CLIENT6, VIP6, 6, 40_000, 80)));
        assertEquals(
                "a55c68f4a858eaab",
                Long.toHexString(ipv6(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT6, VIP6, 6, 40_000, 80)));
        assertEquals("101908021deddf1e", Long.toHexString(ipv6(7, Affinity.SOURCE_IP, CLIENT6, VIP6, 6, 40_000, 80)));
    }

    @Test
    void affinityLeavesOutPortsAndProtocolOfIpv6Flows() {
        long sourceAndProtocol = ipv6(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT6, VIP6, 6, 1, 80);
        assertEquals(sourceAndProtocol, ipv6(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT6, VIP6, 6, 2, 443));
        assertNotEquals(sourceAndProtocol, ipv6(7, Affinity.SOURCE_IP_PROTOCOL, CLIENT6, VIP6, 17, 1, 80));
        assertEquals(
                ipv6(7, Affinity.SOURCE_IP, CLIENT6, VIP6, 17, 1, 53),
                ipv6(7, Affinity.SOURCE_IP, CLIENT6, VIP6, 6, 2, 80));
    }

    @Test
    void eachBitOfAnIpv6AddressFlipsAboutHalfOfTheOutput() {
        long hash = ipv6(7, Affinity.FIVE_TUPLE, CLIENT6, VIP6, 6, 40_000, 80);
        for (int half = 0; half < 2; half++) {
            for (int bit = 0; bit < 64; bit++) {
                long[] client = CLIENT6.clone();
                client[half] ^= 1L << bit;
                assertAvalanche(hash ^ ipv6(7, Affinity.FIVE_TUPLE, client, VIP6, 6, 40_000, 80));
                long[] vip = VIP6.clone();
                vip[half] ^= 1L << bit;
                assertAvalanche(hash ^ ipv6(7, Affinity.FIVE_TUPLE, CLIENT6, vip, 6, 40_000, 80));
            }
        }
        assertAvalanche(hash ^ ipv6(7, Affinity.FIVE_TUPLE, VIP6, CLIENT6, 6, 40_000, 80));
    }

    private static long ipv6(
            long seed, Affinity affinity, long[] source, long[] vip, int protocol, int sourcePort, int port) {
        return SlotHash.ipv6(seed, affinity, source[0], source[1], vip[0], vip[1], protocol, sourcePort, port);
    }

    private static void assertAvalanche(long difference) {
        int bits = Long.bitCount(difference);
        assertTrue(bits > 14 && bits < 50, bits + " of 64 bits changed");
    }
}
