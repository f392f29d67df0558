package ecmplab.mux.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random packets, time and policy changes against a model in plain collections. */
class FlowTableModelTest {
    private static final int VIP = 0xCB00_710A, SHORT = 1_000;

    /** What the model knows of a flow; it sweeps everything at each step, so does the test with the table. */
    private record Known(int member, boolean trusted, int begun, int seen) {}

    private final Map<Integer, Known> model = new HashMap<>();
    private final int[] idle = {5_000, 20_000, 3_000};
    private int now = Integer.MAX_VALUE - 100_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theTableDoesWhatTheModelDoes(long seed) {
        var random = new Random(seed);
        var limits = new FlowLimits(20, 10, Duration.ofMillis(SHORT), 100_000_000);
        var table = FlowTable.ipv4(limits, seed, Arena.ofAuto(), now);
        table.setIdleTimeouts(idle.clone());

        for (int step = 0; step < 20_000; step++) {
            now += random.nextInt(100) == 0 ? random.nextInt(10_000) : random.nextInt(20);
            if (random.nextInt(500) == 0) {
                int member = random.nextInt(idle.length);
                idle[member] = idle[member] == 0 ? 4_000 : 0;
                table.setIdleTimeouts(idle.clone());
            }
            table.age(now, 2 * table.entries());
            model.values().removeIf(this::isOver);
            if (step % 50 == 0) {
                assertSameFlows(table, step);
            }

            int client = random.nextInt(60), member = random.nextInt(idle.length);
            boolean syn = random.nextInt(4) == 0;
            pass(table, client, member, syn);
            passModel(client, member, syn, limits);

            var counters = table.counters();
            assertEquals(model.size(), counters.trusted() + counters.untrusted(), "step " + step);
            assertEquals(trustedInModel(), counters.trusted(), "step " + step);
        }
    }

    private void pass(FlowTable table, int client, int member, boolean syn) {
        int ports = client << 16 | 80;
        long hash = table.hash(client, VIP, ports, 6);
        int entry = table.find(hash, client, VIP, ports, 6, now);
        if (entry == FlowTable.ABSENT) {
            table.insert(hash, client, VIP, ports, 6, member, 1, now);
        } else if (!syn) {
            table.seen(entry, now);
        } else if (table.isRepeatedSyn(entry, now)) {
            table.repeated(entry, now);
        } else {
            table.chooseAnew(entry, member, 1, now);
        }
    }

    private void passModel(int client, int member, boolean syn, FlowLimits limits) {
        var known = model.get(client);
        long untrusted = model.size() - trustedInModel();
        if (known == null) {
            if (untrusted < limits.untrusted()) {
                model.put(client, new Known(member, false, now, now));
            }
        } else if (!syn) {
            boolean trusted = known.trusted || trustedInModel() < limits.trusted();
            model.put(client, new Known(known.member, trusted, known.begun, now));
        } else if (!known.trusted && now - known.begun < SHORT) {
            model.put(client, new Known(known.member, false, known.begun, now));
        } else if (!known.trusted || untrusted < limits.untrusted()) {
            model.put(client, new Known(member, false, now, now));
        } else {
            model.remove(client);
        }
    }

    private boolean isOver(Known known) {
        int timeout = known.trusted ? idle[known.member] : Math.min(SHORT, idle[known.member]);
        return now - known.seen >= timeout;
    }

    private long trustedInModel() {
        return model.values().stream().filter(Known::trusted).count();
    }

    private void assertSameFlows(FlowTable table, int step) {
        var flows = table.page(0, 1000, now).flows();
        assertEquals(model.size(), flows.size(), "step " + step);
        for (var flow : flows) {
            var known = model.get(flow.clientPort());
            assertEquals(
                    new Known(
                            flow.member(), flow.trusted(), now - (int) flow.ageMillis(), now - (int) flow.idleMillis()),
                    known,
                    "step " + step);
        }
    }
}
