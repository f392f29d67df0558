package ecmplab.bench.breakage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bench.breakage.Clients.Flow;
import ecmplab.bench.breakage.Clients.State;
import ecmplab.mux.table.Member;
import ecmplab.router.ecmp.EcmpMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to tables and MUXes in whatever order, every flow goes on at the VM that took it, every frame is accounted for after each step, and
 * every checksum holds at the ends. A run follows from its seed: {@code -Decmplab.seed=N} runs that one,
 * {@code -Decmplab.seeds=N} that many fresh ones; one that failed once stays in {@link #FIXTURES}.
 */
final class AnySequenceTest {
    private static final long[] FIXTURES = {1, 2, 3, 4, 5, 447_240_526, 566_753_923, 2_030_076_638};
    private static final int STEPS = 12;
    private static final int MUXES = 4;
    private static final int HOSTS = 4;
    private static final int BACKENDS = 8;
    private static final int SLOTS = 251;
    private static final int FLOWS_PER_STEP = 30;

    static LongStream seeds() {
        var given = Long.getLong("ecmplab.seed");
        int fresh = Integer.getInteger("ecmplab.seeds", 0);
        return given == null
                ? LongStream.concat(LongStream.of(FIXTURES), new Random().longs(fresh, 0, Integer.MAX_VALUE))
                : LongStream.of(given);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyFlowGoesOn(long seed) {
        try (var run = new Run(seed)) {
            for (int step = 0; step < STEPS; step++) {
                run.step();
            }
        }
    }

    private static final class Run implements AutoCloseable {
        private final long seed;
        private final Random random;
        private final Cloud cloud;
        private final Policies policies;
        private final TreeSet<Integer> serving = new TreeSet<>();
        /** Generation that each MUX uses; one lags by one at most. */
        private final int[] used = new int[MUXES];

        Run(long seed) {
            this.seed = seed;
            random = new Random(seed);
            var mode = EcmpMode.values()[random.nextInt(EcmpMode.values().length)];
            int flows = STEPS * FLOWS_PER_STEP;
            cloud = new Cloud(new Cloud.Shape(mode, MUXES, HOSTS, BACKENDS, true, false, false, flows, seed));
            policies = new Policies(SLOTS, seed);
            policies.add(members());
            hostsLearn(0);
            for (int mux = 0; mux < MUXES; mux++) {
                cloud.tellMux(mux, policies.all(0));
                serving.add(mux);
            }
            announce();
        }

        private List<Member> members() {
            var some = new ArrayList<Member>();
            while (some.isEmpty()) {
                IntStream.range(0, BACKENDS)
                        .filter(backend -> random.nextInt(3) > 0)
                        .forEach(backend -> some.add(Policies.member(backend, backend % HOSTS)));
            }
            return some;
        }

        private void hostsLearn(int active) {
            for (int host = 0; host < HOSTS; host++) {
                cloud.tellHost(host, policies.all(active));
            }
        }

        private void announce() {
            cloud.serving(List.copyOf(serving));
            cloud.pass(Duration.ofMillis(100));
        }

        void step() {
            switch (random.nextInt(4)) {
                case 0 -> newTable();
                case 1 -> someCatchUp();
                case 2 -> dies();
                default -> returns();
            }
            cloud.requireConserved();
            openSome();
            everyoneTalks();
            cloud.pass(Duration.ofMillis(random.nextInt(3000)));
            cloud.requireConserved();
        }

        /** Those that lag must have caught up before the next is prepared. */
        private void newTable() {
            int before = policies.newest();
            serving.forEach(mux -> catchUp(mux, before));
            hostsLearn(before);
            policies.add(members());
            hostsLearn(before);
            someCatchUp();
        }

        private void someCatchUp() {
            for (int mux : serving) {
                if (random.nextBoolean()) {
                    catchUp(mux, policies.newest());
                }
            }
            if (serving.stream().allMatch(mux -> used[mux] == policies.newest())) {
                hostsLearn(policies.newest());
            }
        }

        private void catchUp(int mux, int generation) {
            used[mux] = generation;
            cloud.tellMux(mux, policies.all(generation));
        }

        private void dies() {
            if (serving.size() > 1) {
                int mux = List.copyOf(serving).get(random.nextInt(serving.size()));
                cloud.killMux(mux);
                serving.remove(mux);
                announce();
            }
        }

        private void returns() {
            for (int mux = 0; mux < MUXES; mux++) {
                if (!serving.contains(mux)) {
                    cloud.returnMux(mux);
                    catchUp(mux, policies.newest());
                    serving.add(mux);
                    announce();
                    return;
                }
            }
        }

        private void openSome() {
            for (int i = 0; i < FLOWS_PER_STEP; i++) {
                cloud.clients().open();
            }
            settle(State.OPENING);
        }

        private void everyoneTalks() {
            for (var flow : cloud.clients().flows()) {
                if (flow.state == State.OPEN) {
                    cloud.clients().talk(flow);
                    if (flow.number % 100 == 0) {
                        cloud.settle();
                    }
                }
            }
            settle(State.WAITING);
            var lost = cloud.clients().flows().stream()
                    .filter(flow -> flow.state != State.OPEN)
                    .map(Flow::toString)
                    .toList();
            assertEquals(List.of(), lost, "-Decmplab.seed=" + seed);
        }

        /** A request for a neighbour may be under way: what waits longest for it is lost, and sent again. */
        private void settle(State state) {
            cloud.settle();
            for (int i = 0; i < 2; i++) {
                cloud.pass(Duration.ofMillis(50));
                cloud.clients().flows().stream()
                        .filter(flow -> flow.state == state)
                        .forEach(cloud.clients()::again);
                cloud.settle();
            }
        }

        @Override
        public void close() {
            cloud.close();
        }
    }
}
