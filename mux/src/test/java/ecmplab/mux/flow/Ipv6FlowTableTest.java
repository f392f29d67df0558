package ecmplab.mux.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv6;
import java.lang.foreign.Arena;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Ipv6FlowTableTest {
    private static final long VIP_HIGH = 0x2001_0DB8_00FF_0000L, VIP_LOW = 0x10, CLIENT_HIGH = 0x2001_0DB8_000C_0000L;
    private static final int TCP = 6, PORTS = 40_000 << 16 | 80;
    private static final Inet6Address VIP = Ipv6.address(VIP_HIGH, VIP_LOW);

    @Test
    void itDoesWhatAMapWouldDo() {
        for (long seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var table = FlowTable.ipv6(
                    new FlowLimits(300, 300, Duration.ofSeconds(10), 1_000_000), seed, Arena.ofAuto(), 0);
            table.setIdleTimeouts(new int[] {60_000, 60_000, 60_000});
            var expected = new HashMap<Long, Integer>();
            for (int step = 0; step < 3000; step++) {
                // Clients that differ in one half only, so that comparing one would not do.
                long client = random.nextInt(300);
                long high = CLIENT_HIGH + client % 7;
                long low = client / 7;
                int entry = find(table, high, low, 1);
                assertEquals(expected.containsKey(client), entry != FlowTable.ABSENT, "seed " + seed);
                if (entry != FlowTable.ABSENT) {
                    assertEquals(expected.get(client), table.member(entry), "seed " + seed);
                } else {
                    int member = random.nextInt(3);
                    assertTrue(insert(table, high, low, member, 1));
                    expected.put(client, member);
                }
            }
            assertEquals(expected.size(), table.counters().untrusted());
            assertPageHas(table, expected);

            // A member leaves: its flows go, by lookups and by aging alike, and the others stay where they are.
            table.setIdleTimeouts(new int[] {60_000, 0, 60_000});
            expected.values().removeIf(member -> member == 1);
            find(table, CLIENT_HIGH, 0, 2);
            for (long target = table.sweeps() + 2; table.sweeps() < target; ) {
                table.age(2, 1 + random.nextInt(9));
            }
            assertPageHas(table, expected);
            expected.forEach((client, member) ->
                    assertEquals(member, table.member(find(table, CLIENT_HIGH + client % 7, client / 7, 2))));
        }
    }

    @Test
    void halfAsManyFlowsTakeNoMoreMemory() {
        try (var arena = Arena.ofConfined()) {
            var counters = FlowTable.ipv6(FlowLimits.LARGE.half(), 1, arena, 0).counters();
            assertTrue(counters.capacity() > 500_000);
            assertTrue(counters.octets() < 100_000_000, counters.octets() + " octets");
        }
    }

    @Test
    void peekingFindsFlowsOfTheFamilyOnly() {
        var table = FlowTable.ipv6(FlowLimits.LAB, 1, Arena.ofAuto(), 0);
        table.setIdleTimeouts(new int[] {60_000});
        insert(table, CLIENT_HIGH, 7, 0, 1);

        var client = Ipv6.address(CLIENT_HIGH, 7);
        var flow = table.peek(new FlowKey(client, VIP, TCP, 40_000, 80), 5);
        assertNotNull(flow);
        assertEquals(client, flow.client());
        assertEquals(4, flow.ageMillis());
        assertNull(table.peek(new FlowKey(client, VIP, TCP, 40_001, 80), 5));
        assertNull(table.peek(FlowKey.of(1, 2, TCP, 40_000, 80), 5));
    }

    private static void assertPageHas(FlowTable table, Map<Long, Integer> expected) {
        var clients = new HashSet<InetAddress>();
        for (var flow : table.page(0, 1000, 2).flows()) {
            assertEquals(VIP, flow.vip());
            clients.add(flow.client());
        }
        var wanted = new HashSet<InetAddress>();
        expected.keySet().forEach(client -> wanted.add(Ipv6.address(CLIENT_HIGH + client % 7, client / 7)));
        assertEquals(wanted, clients);
    }

    private static int find(FlowTable table, long high, long low, int now) {
        long hash = table.hash(high, low, VIP_HIGH, VIP_LOW, PORTS, TCP);
        return table.find(hash, high, low, VIP_HIGH, VIP_LOW, PORTS, TCP, now);
    }

    private static boolean insert(FlowTable table, long high, long low, int member, int now) {
        long hash = table.hash(high, low, VIP_HIGH, VIP_LOW, PORTS, TCP);
        return table.insert(hash, high, low, VIP_HIGH, VIP_LOW, PORTS, TCP, member, 9, now);
    }
}
