package ecmplab.mux.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.flow.FlowPage.Flow;
import ecmplab.packet.FlowKey;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private static final int VIP = 0xCB00_710A, TCP = 6, IDLE = 60_000;
    /** Times wrap around within the tests. */
    private static final int START = Math.subtractExact(Integer.MAX_VALUE, 5_000);

    private static final FlowLimits SMALL = new FlowLimits(8, 4, Duration.ofSeconds(10), 1_000_000);

    @Test
    void aFlowIsUntrustedUntilItsSecondPacket() {
        var table = table(SMALL, 3);
        assertTrue(insert(table, 1, 2, START));

        int entry = find(table, 1, START + 1);
        assertFalse(table.isTrusted(entry));
        table.seen(entry, START + 1);

        assertTrue(table.isTrusted(entry));
        assertEquals(2, table.member(entry));
        assertEquals(9, table.generation(entry));
        var counters = table.counters();
        assertEquals(1, counters.trusted());
        assertEquals(0, counters.untrusted());
        assertEquals(1, counters.promoted());
    }

    @Test
    void aFloodOfNewFlowsFillsOnlyTheQuotaOfTheUntrusted() {
        var table = table(SMALL, 1);
        for (int client = 0; client < 3; client++) {
            insert(table, client, 0, START);
            table.seen(find(table, client, START), START);
        }
        for (int client = 100; client < 200; client++) {
            insert(table, client, 0, START);
        }

        var counters = table.counters();
        assertEquals(3, counters.trusted());
        assertEquals(4, counters.untrusted());
        assertEquals(96, counters.refusedByQuota());
        assertNotEquals(FlowTable.ABSENT, find(table, 1, START));
    }

    @Test
    void whenTheQuotaOfTheTrustedIsUsedUpFlowsStayUntrusted() {
        var table = table(new FlowLimits(2, 4, Duration.ofSeconds(10), 1_000_000), 1);
        for (int client = 0; client < 3; client++) {
            insert(table, client, 0, START);
            table.seen(find(table, client, START), START);
        }

        assertFalse(table.isTrusted(find(table, 2, START)));
        assertEquals(1, table.counters().keptUntrusted());
        assertEquals(FlowTable.ABSENT, find(table, 2, START + 10_000), "it has the short timeout");
        assertNotEquals(FlowTable.ABSENT, find(table, 1, START + 10_000));
    }

    @Test
    void beyondTheRateOfNewFlowsNoneIsInserted() {
        var table = table(new FlowLimits(1000, 1000, Duration.ofSeconds(10), 100), 1);
        int inserted = 0;
        for (int client = 0; client < 50; client++) {
            inserted += insert(table, client, 0, START) ? 1 : 0;
        }
        assertEquals(10, inserted, "a tenth of a second's worth at once");

        for (int millis = 1; millis <= 1000; millis++) {
            inserted += insert(table, 1000 + millis, 0, START + millis) ? 1 : 0;
        }
        assertEquals(110, inserted);
        assertEquals(50 + 1000 - 110, table.counters().refusedByRate());
    }

    @Test
    void untrustedFlowsEndSoonAndTrustedOnesAfterTheIdleTimeoutOfTheirEndpoint() {
        var table = table(SMALL, 1);
        insert(table, 1, 0, START);
        insert(table, 2, 0, START);
        table.seen(find(table, 2, START), START);

        assertNotEquals(FlowTable.ABSENT, find(table, 1, START + 9_999));
        assertEquals(FlowTable.ABSENT, find(table, 1, START + 10_000));
        assertNotEquals(FlowTable.ABSENT, find(table, 2, START + IDLE - 1));
        assertEquals(FlowTable.ABSENT, find(table, 2, START + IDLE));
        assertEquals(2, table.counters().expired());
        assertEquals(0, table.counters().trusted() + table.counters().untrusted());
    }

    @Test
    void agingFreesWhatIsOverABoundedNumberOfEntriesAtATime() {
        var table = table(new FlowLimits(1000, 1000, Duration.ofSeconds(10), 1_000_000), 1);
        for (int client = 0; client < 1000; client++) {
            insert(table, client, 0, START);
        }
        table.age(START + 20_000, 100);
        long first = table.counters().expired();
        assertTrue(first > 0 && first <= 100, "expired at once: " + first);

        while (table.sweeps() == 0) {
            table.age(START + 20_000, 100);
        }
        assertEquals(1000, table.counters().expired());
        assertEquals(0, table.counters().untrusted());
    }

    @Test
    void aRepeatedSynStaysAndASynOnAnEstablishedFlowChoosesAnew() {
        var table = table(SMALL, 3);
        insert(table, 1, 0, START);
        int entry = find(table, 1, START + 1000);
        assertTrue(table.isRepeatedSyn(entry, START + 1000));
        table.repeated(entry, START + 1000);
        assertFalse(table.isTrusted(entry), "a SYN repeated is no reason to trust");
        assertFalse(table.isRepeatedSyn(entry, START + 10_000), "no longer young");

        table.seen(entry, START + 1100);
        assertFalse(table.isRepeatedSyn(entry, START + 1200));
        assertTrue(table.chooseAnew(entry, 2, 11, START + 1200));

        assertEquals(2, table.member(entry));
        assertEquals(11, table.generation(entry));
        assertFalse(table.isTrusted(entry));
        assertEquals(1, table.counters().chosenAnew());
        assertEquals(1, table.counters().untrusted());
    }

    @Test
    void aSynThatQuotaForbidsToChooseAnewRemovesTheOldFlow() {
        var table = table(SMALL, 1);
        insert(table, 1, 0, START);
        table.seen(find(table, 1, START), START);
        for (int client = 100; client < 104; client++) {
            insert(table, client, 0, START);
        }

        assertFalse(table.chooseAnew(find(table, 1, START), 0, 9, START));

        assertEquals(FlowTable.ABSENT, find(table, 1, START));
        assertEquals(0, table.counters().trusted());
    }

    @Test
    void flowsOfAMemberThatLeftAreOver() {
        var table = table(SMALL, 2);
        insert(table, 1, 0, START);
        insert(table, 2, 1, START);

        table.setIdleTimeouts(new int[] {0, IDLE});

        assertEquals(FlowTable.ABSENT, find(table, 1, START));
        assertNotEquals(FlowTable.ABSENT, find(table, 2, START));
        table.setIdleTimeouts(new int[0]);
        table.age(START, table.entries() + 1);
        assertEquals(2, table.counters().memberGone());
        assertEquals(0, table.counters().untrusted());
    }

    @Test
    void oneSweepMeetsEveryEntryWhateverMovesMeanwhile() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var table =
                    FlowTable.ipv4(new FlowLimits(20, 20, Duration.ofSeconds(10), 1_000_000), seed, Arena.ofAuto(), 0);
            table.setIdleTimeouts(new int[] {IDLE, IDLE});
            for (int client = 0; client < 40; client++) {
                insert(table, client, random.nextInt(2), 0);
                table.seen(find(table, client, 0), 0);
            }
            long target = table.sweeps() + 2;
            table.setIdleTimeouts(new int[] {0, IDLE});
            while (table.sweeps() < target) {
                table.age(1, 1 + random.nextInt(3));
                // Removal by a lookup shifts entries in front of and behind the cursor.
                find(table, random.nextInt(40), 1);
            }
            var left = table.page(0, 100, 1).flows();
            assertTrue(left.stream().allMatch(flow -> flow.member() == 1), "seed " + seed);
            assertEquals(table.counters().trusted() + table.counters().untrusted(), left.size(), "seed " + seed);
        }
    }

    @Test
    void aTableForAMillionFlowsTakesLessThanAHundredMegabytes() {
        try (var arena = Arena.ofConfined()) {
            var counters = FlowTable.ipv4(FlowLimits.LARGE, 1, arena, 0).counters();
            assertTrue(counters.capacity() > 1_000_000);
            assertTrue(counters.octets() < 100_000_000, counters.octets() + " octets");
        }
    }

    @Test
    void pagesShowEveryFlowOnce() {
        var table = table(new FlowLimits(100, 100, Duration.ofSeconds(10), 1_000_000), 1);
        for (int client = 0; client < 95; client++) {
            insert(table, client, 0, START);
        }
        var clients = new HashSet<InetAddress>();
        int pages = 0;
        for (int next = 0; next != FlowPage.END; pages++) {
            var page = table.page(next, 10, START + 500);
            assertTrue(page.flows().size() <= 10);
            page.flows().forEach(flow -> assertTrue(clients.add(flow.client())));
            next = page.next();
        }
        assertEquals(95, clients.size());
        assertTrue(pages >= 10);
    }

    @Test
    void peekingTellsAFlowAndChangesNothing() {
        var table = table(SMALL, 3);
        insert(table, 5, 2, START);
        var before = table.counters();

        assertEquals(
                new Flow(
                        InetAddress.ofLiteral("10.0.0.5"),
                        40_000,
                        InetAddress.ofLiteral("203.0.113.10"),
                        80,
                        TCP,
                        2,
                        9,
                        false,
                        700,
                        700),
                table.peek(FlowKey.of(0x0A00_0005, VIP, TCP, 40_000, 80), START + 700));
        assertNull(table.peek(FlowKey.of(0x0A00_0006, VIP, TCP, 40_000, 80), START + 700));
        assertNull(
                table.peek(FlowKey.of(0x0A00_0005, VIP, TCP, 40_000, 80), START + 10_000),
                "expired though not yet removed");
        assertEquals(before, table.counters());
    }

    @Test
    void aReaderBesideTheForwardingThreadNeverSeesAnEntryThatIsHalfWritten() throws InterruptedException {
        var table = table(new FlowLimits(50, 50, Duration.ofSeconds(10), 100_000_000), 256);
        var stop = new AtomicBoolean();
        // The member is a function of the client in every entry that is written: a mixture of two entries would show.
        var writer = Thread.ofPlatform().start(() -> {
            var random = new Random(1);
            for (int now = START; !stop.get(); now++) {
                int client = random.nextInt(256);
                int entry = find(table, client, now);
                if (entry == FlowTable.ABSENT) {
                    insert(table, client, client, now);
                }
                table.age(now + random.nextInt(20_000), 8);
            }
        });
        try {
            for (int i = 0; i < 20_000; i++) {
                for (var flow : table.page(0, 100, START).flows()) {
                    assertEquals(flow.client().getAddress()[3] & 0xFF, flow.member());
                    assertEquals(80, flow.vipPort());
                }
            }
        } finally {
            stop.set(true);
            writer.join();
        }
    }

    static FlowTable table(FlowLimits limits, int members) {
        var table = FlowTable.ipv4(limits, 42, Arena.ofAuto(), START);
        int[] idle = new int[members];
        Arrays.fill(idle, IDLE);
        table.setIdleTimeouts(idle);
        return table;
    }

    private static boolean insert(FlowTable table, int client, int member, int now) {
        int source = 0x0A00_0000 + client, ports = 40_000 << 16 | 80;
        return table.insert(table.hash(source, VIP, ports, TCP), source, VIP, ports, TCP, member, 9, now);
    }

    private static int find(FlowTable table, int client, int now) {
        int source = 0x0A00_0000 + client, ports = 40_000 << 16 | 80;
        return table.find(table.hash(source, VIP, ports, TCP), source, VIP, ports, TCP, now);
    }
}
