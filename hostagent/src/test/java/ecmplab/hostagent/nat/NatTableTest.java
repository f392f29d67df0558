package ecmplab.hostagent.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.hostagent.nat.NatFlow.State;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class NatTableTest {
    private static final int CLIENT = 0x0A00_0001;
    private static final int VIP = 0xCB00_710A;
    private static final int DIP = 0x0A01_010B;
    private static final int IDLE_MILLIS = 240_000;

    private final FlowTuple tuple = new FlowTuple();
    private long now = 1_000_000_000L;

    private NatTable table(int capacity) {
        return new NatTable(capacity, NatTimeouts.STANDARD, 42, Arena.ofAuto());
    }

    private int open(NatTable table, int clientPort) {
        return table.create(flow(clientPort), 0, FlowTuple.mapped(DIP), 8080, 3, IDLE_MILLIS, 0, now);
    }

    private FlowTuple flow(int clientPort) {
        return tuple.ipv4(CLIENT, VIP, IpProtocol.TCP, clientPort, 80);
    }

    private FlowTuple reply(int clientPort) {
        return tuple.ipv4(DIP, CLIENT, IpProtocol.TCP, 8080, clientPort);
    }

    private void after(Duration duration) {
        now += duration.toNanos();
    }

    /** Client and VM have shaken hands. */
    private int established(NatTable table, int clientPort) {
        int entry = open(table, clientPort);
        table.fromClient(entry, Tcp.SYN, 0, 60, now);
        table.fromVm(entry, Tcp.SYN | Tcp.ACK, 0, 60, now);
        table.fromClient(entry, Tcp.ACK, 0, 52, now);
        return entry;
    }

    @Test
    void aFlowIsFoundByBothOfItsFaces() {
        var table = table(16);
        int entry = open(table, 40_000);
        assertEquals(entry, table.find(flow(40_000), now));
        assertEquals(entry, table.findReply(3, reply(40_000), now));
        assertEquals(NatTable.NONE, table.find(flow(40_001), now));
        assertEquals(NatTable.NONE, table.findReply(4, reply(40_000), now), "another VM with the same address");
        assertEquals(FlowTuple.mapped(VIP), table.vipLow(entry));
        assertEquals(80, table.vipPort(entry));
        assertEquals(FlowTuple.mapped(DIP), table.localLow(entry));
        assertEquals(8080, table.localPort(entry));
        assertEquals(FlowTuple.mapped(CLIENT), table.clientLow(entry));
        assertEquals(3, table.vm(entry));
    }

    @Test
    void aHandshakeEstablishesAndFinsOfBothSidesClose() {
        var table = table(16);
        int entry = open(table, 40_000);
        table.fromClient(entry, Tcp.SYN, 0, 60, now);
        assertEquals(State.OPENING, table.state(entry));
        assertTrue(table.disposable(entry));
        table.fromVm(entry, Tcp.SYN | Tcp.ACK, 0, 60, now);
        assertEquals(State.OPENING, table.state(entry));
        assertFalse(table.disposable(entry), "the VM has answered");
        table.fromClient(entry, Tcp.ACK, 0, 52, now);
        assertEquals(State.ESTABLISHED, table.state(entry));
        table.fromVm(entry, Tcp.FIN | Tcp.ACK, 0, 52, now);
        assertEquals(State.HALF_CLOSED, table.state(entry));
        table.fromClient(entry, Tcp.FIN | Tcp.ACK, 0, 52, now);
        assertEquals(State.CLOSED, table.state(entry));
    }

    @Test
    void aResetThatTheVmIgnoresDoesNotCloseTheFlow() {
        var table = table(16);
        int entry = established(table, 40_000);
        table.fromClient(entry, Tcp.RST, 0, 40, now);
        assertEquals(State.CLOSED, table.state(entry));
        table.fromVm(entry, Tcp.ACK, 0, 52, now);
        assertEquals(State.ESTABLISHED, table.state(entry));
        table.fromVm(entry, Tcp.RST, 0, 40, now);
        table.fromClient(entry, Tcp.ACK, 0, 52, now);
        assertEquals(State.CLOSED, table.state(entry), "the VM's own reset is final");
    }

    @Test
    void eachStateHasItsOwnTimeout() {
        Map<State, Duration> expected = Map.of(
                State.OPENING, Duration.ofSeconds(60),
                State.ESTABLISHED, Duration.ofMillis(IDLE_MILLIS),
                State.HALF_CLOSED, Duration.ofMinutes(4),
                State.CLOSED, Duration.ofSeconds(10));
        expected.forEach((state, timeout) -> {
            var table = table(16);
            int entry = inState(table, state);
            assertEquals(state, table.state(entry));
            after(timeout.minusNanos(1));
            assertEquals(entry, table.find(flow(40_000), now), state + " one nanosecond before");
            after(Duration.ofNanos(1));
            assertEquals(NatTable.NONE, table.find(flow(40_000), now), state + " at its timeout");
            assertEquals(NatTable.NONE, table.findReply(3, reply(40_000), now));
            assertEquals(1, table.counters().expired());
            assertEquals(0, table.counters().flows());
        });
    }

    private int inState(NatTable table, State state) {
        return switch (state) {
            case OPENING -> open(table, 40_000);
            case ESTABLISHED -> established(table, 40_000);
            case HALF_CLOSED -> {
                int entry = established(table, 40_000);
                table.fromClient(entry, Tcp.FIN | Tcp.ACK, 0, 52, now);
                yield entry;
            }
            case CLOSED -> {
                int entry = established(table, 40_000);
                table.fromVm(entry, Tcp.RST, 0, 40, now);
                yield entry;
            }
        };
    }

    @Test
    void packetsOfEitherSideKeepAFlow() {
        var table = table(16);
        int entry = established(table, 40_000);
        for (int i = 0; i < 10; i++) {
            after(Duration.ofMillis(IDLE_MILLIS - 1));
            assertEquals(entry, table.find(flow(40_000), now));
            if (i % 2 == 0) {
                table.fromVm(entry, Tcp.ACK, 0, 1000, now);
            } else {
                table.fromClient(entry, Tcp.ACK, 0, 100, now);
            }
        }
        var flow = table.lookUp(FlowKey.of(CLIENT, VIP, IpProtocol.TCP, 40_000, 80), now)
                .orElseThrow();
        assertEquals(6, flow.packetsOut());
        assertEquals(5060, flow.octetsOut());
        assertEquals(7, flow.packetsIn());
        assertEquals(612, flow.octetsIn());
        assertEquals(Ipv4.address(DIP), flow.local());
    }

    @Test
    void agingFreesWhatIsDueALittleAtATime() {
        var table = table(1000);
        for (int port = 0; port < 1000; port++) {
            assertTrue(open(table, port) >= 0);
        }
        int kept = established(table, 7);
        after(Duration.ofSeconds(60));
        int calls = 0;
        while (table.counters().flows() > 1) {
            assertTrue(table.age(64, now) <= 64);
            calls++;
        }
        assertEquals(16, calls);
        assertEquals(kept, table.find(flow(7), now));
        assertEquals(999, table.counters().expired());
        assertEquals(1, table.counters().replaced());
    }

    @Test
    void aFullTableGivesUpUnansweredFlowsButNeverEstablishedOnes() {
        var table = table(64);
        for (int port = 0; port < 63; port++) {
            assertTrue(established(table, port) >= 0);
        }
        assertTrue(open(table, 63) >= 0);
        assertTrue(established(table, 64) >= 0);
        assertEquals(1, table.counters().evicted());
        assertEquals(NatTable.NONE, table.find(flow(63), now));
        assertEquals(NatTable.FULL, open(table, 65));
        assertEquals(1, table.counters().refusedFull());
        assertEquals(64, table.counters().flows());
        for (int port = 0; port < 63; port++) {
            assertNotEquals(NatTable.NONE, table.find(flow(port), now));
        }
    }

    @Test
    void twoVipsOfOneVmMayNotMeetInOneReply() {
        var table = table(16);
        int first = established(table, 40_000);
        var other = new FlowTuple().ipv4(CLIENT, VIP + 1, IpProtocol.TCP, 40_000, 80);
        assertEquals(NatTable.CONFLICT, table.create(other, 0, FlowTuple.mapped(DIP), 8080, 3, IDLE_MILLIS, 0, now));
        assertEquals(first, table.findReply(3, reply(40_000), now));
        assertEquals(1, table.counters().refusedConflict());
        table.fromVm(first, Tcp.RST, 0, 40, now);
        int second = table.create(other, 0, FlowTuple.mapped(DIP), 8080, 3, IDLE_MILLIS, 0, now);
        assertTrue(second >= 0, "the first one is closed");
        assertEquals(second, table.findReply(3, reply(40_000), now));
        assertEquals(1, table.counters().flows());
    }

    @Test
    void aMaskedFlowIsAnsweredToTheVip() {
        var table = table(16);
        int entry = table.create(
                tuple.ipv4(DIP, VIP, IpProtocol.TCP, 40_000, 80),
                0,
                FlowTuple.mapped(DIP),
                8080,
                3,
                IDLE_MILLIS,
                NatTable.MASKED,
                now);
        assertTrue(table.masked(entry));
        assertEquals(entry, table.findReply(3, tuple.ipv4(DIP, VIP, IpProtocol.TCP, 8080, 40_000), now));
        assertEquals(NatTable.NONE, table.findReply(3, tuple.ipv4(DIP, DIP, IpProtocol.TCP, 8080, 40_000), now));
    }

    @Test
    void pagesHoldEveryFlowOnce() {
        var table = table(128);
        for (int port = 0; port < 100; port++) {
            open(table, port);
        }
        Set<FlowKey> seen = new HashSet<>();
        int from = NatPage.START;
        while (from != NatPage.END) {
            var page = table.page(from, 7, now);
            assertTrue(page.flows().size() <= 7);
            page.flows().forEach(flow -> assertTrue(seen.add(flow.flow())));
            from = page.next();
        }
        assertEquals(100, seen.size());
    }

    @Test
    void theFirstRescueIsTold() {
        var table = table(16);
        int entry = open(table, 40_000);
        assertTrue(table.markRescued(entry));
        assertFalse(table.markRescued(entry));
        assertTrue(table.page(0, 1, now).flows().getFirst().rescued());
    }

    @Test
    void capacityIsBounded() {
        assertThrows(IllegalArgumentException.class, () -> table(0));
        assertThrows(IllegalArgumentException.class, () -> table((1 << 24) + 1));
    }

    /** Against a model: random opens, closes, packets and time; the table knows exactly what the model knows. */
    @Test
    void agreesWithAModelUnderRandomLoad() {
        for (long seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var table = table(300);
            Map<Integer, Long> model = new HashMap<>(); // client port -> when it expires
            for (int step = 0; step < 5000; step++) {
                int port = random.nextInt(200);
                model.values().removeIf(end -> end <= now);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        open(table, port);
                        model.put(port, now + NatTimeouts.STANDARD.opening().toNanos());
                    }
                    case 1 -> {
                        int entry = table.find(flow(port), now);
                        assertEquals(model.containsKey(port), entry != NatTable.NONE, "seed " + seed);
                        if (entry != NatTable.NONE) {
                            table.fromVm(entry, Tcp.RST, 0, 40, now);
                            model.put(port, now + NatTimeouts.STANDARD.closed().toNanos());
                        }
                    }
                    case 2 -> {
                        int entry = table.findReply(3, reply(port), now);
                        assertEquals(model.containsKey(port), entry != NatTable.NONE, "seed " + seed);
                    }
                    default -> {
                        after(Duration.ofMillis(random.nextInt(500)));
                        table.age(random.nextInt(50), now);
                    }
                }
            }
            model.values().removeIf(end -> end <= now);
            while (table.age(1000, now) > 0) {}
            assertEquals(model.size(), table.counters().flows(), "seed " + seed);
            assertEquals(model.size(), table.page(0, 1000, now).flows().size());
        }
    }
}
