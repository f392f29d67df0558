package ecmplab.bench.breakage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bench.breakage.Clients.Flow;
import ecmplab.bench.breakage.Clients.State;
import ecmplab.mux.table.Member;
import ecmplab.router.ecmp.EcmpMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to tables, MUXes, hosts and the places of VMs in whatever order, every flow goes on at the VM that took it, every frame is accounted for after
 * each step, and every checksum holds at the ends. A run follows from its seed: {@code -Decmplab.seed=N} runs that one,
 * {@code -Decmplab.seeds=N} that many fresh ones; one that failed once stays in {@code any-sequence.seeds}.
 */
final class AnySequenceTest {
    /** Seeds that nobody has tried, each time. */
    private static final int FRESH = 1;

    private static final int STEPS = 12;
    private static final int MUXES = 4;
    private static final int HOSTS = 4;
    private static final int BACKENDS = 8;
    private static final int SLOTS = 251;
    private static final int FLOWS_PER_STEP = 30;

    static LongStream seeds() throws IOException {
        var given = Long.getLong("ecmplab.seed");
        if (given != null) {
            return LongStream.of(given);
        }
        var kept = Files.readAllLines(Path.of("src/test/resources/any-sequence.seeds")).stream()
                .filter(line -> !line.startsWith("#"))
                .mapToLong(Long::parseLong);
        int fresh = Integer.getInteger("ecmplab.seeds", FRESH);
        return LongStream.concat(kept, new Random().longs(fresh, 0, Integer.MAX_VALUE));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyFlowGoesOn(long seed) {
        run(seed, false);
    }

    /** Flows that live on a host that dies are lost, and must be told; the others go on. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyFlowThatCanBeSavedGoesOnWhileHostsDie(long seed) {
        run(seed, true);
    }

    private static void run(long seed, boolean hostsDie) {
        try (var run = new Run(seed, hostsDie)) {
            for (int step = 0; step < STEPS; step++) {
                run.step();
            }
        }
    }

    private static final class Run implements AutoCloseable {
        private final long seed;
        private final boolean hostsDie;
        private final Random random;
        private final Cloud cloud;
        private final Policies policies;
        private final TreeSet<Integer> serving = new TreeSet<>();
        /** Generation that each MUX uses; one lags by one at most. */
        private final int[] used = new int[MUXES];
        /** Hosts. */
        private final TreeSet<Integer> dead = new TreeSet<>();
        /** Flows whose VM's host has died. */
        private final Set<Flow> doomed = new HashSet<>();

        Run(long seed, boolean hostsDie) {
            this.seed = seed;
            this.hostsDie = hostsDie;
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

        private List<Member> members(int... surely) {
            var some = new ArrayList<Member>();
            while (some.isEmpty()) {
                IntStream.range(0, BACKENDS)
                        .filter(backend -> !dead.contains(cloud.servers().placeOf(backend)))
                        .filter(backend ->
                                random.nextInt(3) > 0 || IntStream.of(surely).anyMatch(one -> one == backend))
                        .forEach(backend -> some.add(
                                Policies.member(backend, cloud.servers().placeOf(backend))));
            }
            return some;
        }

        private void hostsLearn(int active) {
            for (int host = 0; host < HOSTS; host++) {
                if (!dead.contains(host)) {
                    cloud.tellHost(host, policies.all(active));
                }
            }
        }

        private void announce() {
            cloud.serving(List.copyOf(serving));
            cloud.pass(Duration.ofMillis(100));
        }

        void step() {
            switch (random.nextInt(hostsDie ? 7 : 5)) {
                case 0 -> newTable(members());
                case 1 -> someCatchUp();
                case 2 -> dies();
                case 3 -> returns();
                case 4 -> moves();
                case 5 -> hostDies();
                default -> hostReturns();
            }
            cloud.requireConserved();
            openSome();
            everyoneTalks();
            cloud.pass(Duration.ofMillis(random.nextInt(3000)));
            cloud.requireConserved();
        }

        /** Those that lag must have caught up before the next is prepared. */
        private void newTable(List<Member> members) {
            int before = policies.newest();
            serving.forEach(mux -> catchUp(mux, before));
            hostsLearn(before);
            policies.add(members);
            hostsLearn(before);
            someCatchUp();
        }

        /** A VM goes on at another host; the next table says so. */
        private void moves() {
            int backend = random.nextInt(BACKENDS);
            int to = random.nextInt(HOSTS);
            if (!dead.contains(to) && !dead.contains(cloud.servers().placeOf(backend))) {
                cloud.servers().move(backend, to);
                newTable(members(backend));
            }
        }

        /** Its VMs' connections die with it. Everybody learns of it before anybody opens another. */
        private void hostDies() {
            int host = random.nextInt(HOSTS);
            var servers = cloud.servers();
            if (!dead.isEmpty() || IntStream.range(0, BACKENDS).allMatch(backend -> servers.placeOf(backend) == host)) {
                return;
            }
            servers.kill(host);
            cloud.clients().flows().stream()
                    .filter(flow -> flow.state == State.OPEN && servers.placeOf(flow.vm) == host)
                    .forEach(doomed::add);
            dead.add(host);
            policies.dead(host, true);
            newTable(members());
            everybodyCatchesUp();
        }

        /** Without any memory. */
        private void hostReturns() {
            for (int host : List.copyOf(dead)) {
                dead.remove(host);
                policies.dead(host, false);
                cloud.servers().revive(host);
                cloud.pass(Duration.ofMillis(50));
                everybodyCatchesUp();
            }
        }

        private void everybodyCatchesUp() {
            serving.forEach(mux -> catchUp(mux, policies.newest()));
            hostsLearn(policies.newest());
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
                    .filter(flow -> flow.state != (doomed.contains(flow) ? State.RESET : State.OPEN))
                    .map(flow -> flow + (doomed.contains(flow) ? " lived on a host that died" : ""))
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
