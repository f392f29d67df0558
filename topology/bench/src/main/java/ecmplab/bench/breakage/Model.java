package ecmplab.bench.breakage;

import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.Member;
import ecmplab.router.ecmp.EcmpMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A scenario by arithmetic: a flow is two random numbers, one that routers look at and one that MUXes do. Of the product it has only the shape of
 * Maglev's tables.
 */
final class Model implements World {
    private static final int BUCKETS = 512;
    private static final int VANISHED = -1;

    /** What a flow is, and where it lives. */
    private record Flow(long routerHash, long muxHash, int home) {}

    private final EcmpMode mode;
    private final Balancer balancer;
    private final long seed;
    private final SplittableRandom random;
    private final TreeSet<Integer> serving = new TreeSet<>();
    private final List<List<Integer>> tables = new ArrayList<>();
    private final List<MaglevTable> maglevs = new ArrayList<>();
    private final int[] used = new int[Scenario.MUXES];
    private final List<Map<Integer, Integer>> memories = new ArrayList<>();
    private final int[] buckets = new int[BUCKETS];
    private final List<Flow> flows = new ArrayList<>();

    Model(EcmpMode mode, Balancer balancer, long seed) {
        this.mode = mode;
        this.balancer = balancer;
        this.seed = seed;
        random = new SplittableRandom(seed);
        for (int mux = 0; mux < Scenario.MUXES; mux++) {
            serving.add(mux);
            memories.add(new HashMap<>());
        }
        Arrays.setAll(buckets, bucket -> bucket * Scenario.MUXES / BUCKETS);
        add(-1);
    }

    private void add(int without) {
        var backends = IntStream.range(0, Scenario.BACKENDS)
                .filter(backend -> backend != without)
                .boxed()
                .toList();
        tables.add(backends);
        var policies = new Policies(Trial.SLOTS, seed);
        policies.add(backends.stream().map(Model::member).toList());
        maglevs.add(
                MaglevTable.of(policies.all(0).endpoints().getFirst().versions().getFirst()));
    }

    private static Member member(int backend) {
        return Policies.member(backend, backend);
    }

    @Override
    public void open(int count) {
        for (int i = 0; i < count; i++) {
            var flow = new Flow(random.nextLong() >>> 1, random.nextLong() >>> 1, VANISHED);
            int mux = route(flow);
            int home = owner(used[mux], flow);
            memories.get(mux).put(flows.size(), home);
            flows.add(new Flow(flow.routerHash, flow.muxHash, home));
        }
    }

    private int route(Flow flow) {
        var live = List.copyOf(serving);
        return switch (mode) {
            case MODULO -> live.get((int) (flow.routerHash % live.size()));
            case HASH_THRESHOLD -> live.get((int) (flow.routerHash / (Long.MAX_VALUE / live.size() + 1)));
            case RESILIENT -> buckets[(int) (flow.routerHash % BUCKETS)];
        };
    }

    private int owner(int generation, Flow flow) {
        var backends = tables.get(generation);
        if (balancer == Balancer.MODULO) {
            return backends.get((int) (flow.muxHash % backends.size()));
        }
        var owner = Objects.requireNonNull(maglevs.get(generation).member((int) (flow.muxHash % Trial.SLOTS)));
        return Integer.parseInt(owner.id().substring(2));
    }

    @Override
    public void change(int without, int... muxes) {
        add(without);
        for (int mux : muxes) {
            used[mux] = tables.size() - 1;
        }
    }

    @Override
    public void dies(int mux) {
        serving.remove(mux);
        memories.get(mux).clear();
        var live = List.copyOf(serving);
        int turn = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (buckets[bucket] == mux) {
                buckets[bucket] = live.get(turn++ % live.size());
            }
        }
    }

    /** No bucket is idle, so none moves. */
    @Override
    public void returns(int mux) {
        serving.add(mux);
        used[mux] = tables.size() - 1;
    }

    @Override
    public int broken() {
        if (balancer == Balancer.SECOND_CHANCE) {
            return 0; // the host that a flow lives on is among the owners of its slot, and is asked
        }
        int broken = 0;
        for (int number = 0; number < flows.size(); number++) {
            var flow = flows.get(number);
            int mux = route(flow);
            var known = balancer == Balancer.FLOW_TABLE ? memories.get(mux).get(number) : null;
            int backend = known == null ? owner(used[mux], flow) : known;
            broken += backend == flow.home ? 0 : 1;
        }
        return broken;
    }
}
