package ecmplab.bench.breakage;

import ecmplab.bench.breakage.Clients.Flow;
import ecmplab.bench.breakage.Clients.State;
import ecmplab.mux.table.Member;
import ecmplab.router.ecmp.EcmpMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A scenario with packets: ten hosts with a backend each, four MUXes, one router. */
final class Trial implements World, AutoCloseable {
    static final int SLOTS = 65_537;
    /** Flows that send before all packets have run their way. */
    private static final int AT_ONCE = 128;
    /** Times that what is not answered is sent again, before a flow is given up. */
    private static final int RETRANSMISSIONS = 3;

    private static final Duration RETRANSMISSION = Duration.ofMillis(200);

    private final Balancer balancer;
    private final Cloud cloud;
    private final Policies policies;
    private final TreeSet<Integer> serving = new TreeSet<>();

    Trial(EcmpMode mode, Balancer balancer, int flows, long seed) {
        this.balancer = balancer;
        boolean plain = balancer == Balancer.MODULO || balancer == Balancer.STATELESS;
        cloud = new Cloud(new Cloud.Shape(
                mode,
                Scenario.MUXES,
                Scenario.BACKENDS,
                Scenario.BACKENDS,
                false,
                plain,
                balancer == Balancer.MODULO,
                flows,
                seed));
        policies = new Policies(SLOTS, seed * 31 + 7);
        policies.add(members(-1));
        tell(IntStream.range(0, Scenario.MUXES).toArray());
        IntStream.range(0, Scenario.MUXES).forEach(serving::add);
        cloud.serving(List.copyOf(serving));
    }

    private static List<Member> members(int without) {
        return IntStream.range(0, Scenario.BACKENDS)
                .filter(backend -> backend != without)
                .mapToObj(backend -> Policies.member(backend, backend))
                .toList();
    }

    /** As the SLB manager does: hosts know a table before the first MUX uses it. */
    private void tell(int... muxes) {
        int newest = policies.newest();
        for (int host = 0; host < Scenario.BACKENDS; host++) {
            var policy = balancer == Balancer.SECOND_CHANCE
                    ? policies.all(Math.max(0, newest - 1))
                    : policies.alone(newest, List.of(Policies.member(host, host)));
            cloud.tellHost(host, policy);
        }
        for (int mux : muxes) {
            cloud.tellMux(mux, policies.all(newest));
        }
        if (balancer == Balancer.SECOND_CHANCE && muxes.length == serving.size()) {
            for (int host = 0; host < Scenario.BACKENDS; host++) {
                cloud.tellHost(host, policies.all(newest));
            }
        }
    }

    @Override
    public void open(int flows) {
        var opened = new ArrayList<Flow>();
        for (int i = 0; i < flows; i++) {
            opened.add(cloud.clients().open());
            if (i % AT_ONCE == AT_ONCE - 1) {
                cloud.settle();
            }
        }
        for (int i = 0; i < RETRANSMISSIONS; i++) {
            cloud.pass(RETRANSMISSION);
            inTurn(opened, State.OPENING, cloud.clients()::again);
        }
        inTurn(opened, State.OPEN, cloud.clients()::talk);
        opened.stream().filter(flow -> flow.state != State.OPEN).findFirst().ifPresent(flow -> {
            throw new IllegalStateException(flow + " did not begin");
        });
        cloud.requireConserved();
    }

    private void inTurn(List<Flow> flows, State state, Consumer<Flow> action) {
        int count = 0;
        for (var flow : flows) {
            if (flow.state == state) {
                action.accept(flow);
                if (++count % AT_ONCE == 0) {
                    cloud.settle();
                }
            }
        }
        cloud.settle();
    }

    @Override
    public void change(int without, int... muxes) {
        policies.add(members(without));
        tell(muxes);
        cloud.pass(Duration.ofSeconds(1));
    }

    @Override
    public void dies(int mux) {
        cloud.killMux(mux);
        serving.remove(mux);
        cloud.serving(List.copyOf(serving));
        cloud.pass(Duration.ofSeconds(1));
    }

    @Override
    public void returns(int mux) {
        cloud.returnMux(mux);
        cloud.tellMux(mux, policies.all(policies.newest()));
        serving.add(mux);
        cloud.serving(List.copyOf(serving));
        cloud.pass(Duration.ofSeconds(1));
    }

    @Override
    public int broken() {
        var flows = cloud.clients().flows();
        inTurn(flows, State.OPEN, cloud.clients()::talk);
        for (int i = 0; i < RETRANSMISSIONS; i++) {
            cloud.pass(RETRANSMISSION);
            inTurn(flows, State.WAITING, cloud.clients()::again);
        }
        cloud.requireConserved();
        return (int) flows.stream().filter(flow -> flow.state != State.OPEN).count();
    }

    @Override
    public void close() {
        cloud.close();
    }
}
