package ecmplab.controller.slb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.controller.SlbDatabase;
import ecmplab.controller.slb.ServiceDefinition.Admin;
import ecmplab.controller.southbound.Agent;
import ecmplab.controller.southbound.AgentEvent;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.controller.southbound.AgentPolicy;
import ecmplab.controller.southbound.TableKey;
import ecmplab.hostagent.probe.Health;
import ecmplab.hostagent.probe.ProbeChange;
import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import ecmplab.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manager, three MUX agents and two host agents over real sockets, with whatever server holds the database. */
interface SlbContract {
    List<String> ALL = List.of("vm1", "vm2", "vm3", "vm4");

    /** A server that holds the database; it can die and come back. */
    interface Server extends AutoCloseable {
        OvsdbAddress address();

        void restart();

        @Override
        void close();
    }

    Server start(Path folder);

    /** Heartbeats often, so that a test that waits for silence need not wait long. */
    Agent.Options OPTIONS = new Agent.Options(Duration.ofMillis(100), OvsdbClient.Options.USUAL);

    SlbSettings SETTINGS = new SlbSettings(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(5), 8);

    /** A node without packets: computes tables, acknowledges them while it listens, and finds every backend healthy. */
    final class Node implements Agent.Listener, AutoCloseable {
        final List<AgentPolicy> policies = new CopyOnWriteArrayList<>();
        final List<AgentEvent> events = new CopyOnWriteArrayList<>();
        final Agent agent;
        volatile boolean deaf;
        private final Set<ProbeSpec> found = new HashSet<>();

        Node(OvsdbAddress server, Kind kind, String id) {
            agent = Agent.create(new AgentIdentity(kind, id), server, OPTIONS, InstantSource.system(), this);
            agent.open();
        }

        @Override
        public void policy(AgentPolicy policy) {
            policies.add(policy);
            if (!deaf) {
                acknowledge(policy);
            }
        }

        void acknowledge(AgentPolicy policy) {
            var digests = new HashMap<TableKey, String>();
            for (var endpoint : policy.slb().endpoints()) {
                for (var version : endpoint.versions()) {
                    digests.put(
                            new TableKey(endpoint.id(), version.generation()),
                            MaglevTable.of(version).digestText());
                }
            }
            assertEquals(policy.digests(), digests);
            agent.acknowledge(policy.slb().epoch(), policy.slb().cfg(), digests);
            for (var spec : policy.probes()) {
                if (!found.add(spec)) {
                    continue;
                }
                agent.reportProbe(new ProbeChange(Instant.EPOCH, spec, Health.UNKNOWN, Health.UP, "200 OK"));
            }
        }

        void report(String member, boolean up) {
            var spec = agent.policy().probes().stream()
                    .filter(one -> one.member().equals(member))
                    .findFirst()
                    .orElseThrow();
            agent.reportProbe(new ProbeChange(
                    Instant.EPOCH,
                    spec,
                    up ? Health.DOWN : Health.UP,
                    up ? Health.UP : Health.DOWN,
                    up ? "200 OK" : "connection refused"));
        }

        List<String> active() {
            return agent.policy().slb().endpoints().stream()
                    .flatMap(endpoint -> endpoint.active().stream())
                    .flatMap(table -> table.members().stream())
                    .map(Member::id)
                    .toList();
        }

        boolean has(TableVersion.State state, Predicate<TableVersion> which) {
            return agent.policy().slb().endpoints().stream()
                    .flatMap(endpoint -> endpoint.versions().stream())
                    .anyMatch(version -> version.state() == state && which.test(version));
        }

        @Override
        public void event(AgentEvent event) {
            events.add(event);
        }

        @Override
        public void close() {
            agent.close();
        }
    }

    /** All of it, up and running. */
    final class Cloud implements AutoCloseable {
        final Server server;
        final List<SlbEvent> events = new CopyOnWriteArrayList<>();
        final Map<String, Node> nodes = new HashMap<>();
        SlbManager manager;
        private int managers;

        Cloud(Server server) {
            this.server = server;
            for (var host : List.of("host1", "host2")) {
                nodes.put(host, new Node(server.address(), Kind.HOST, host));
            }
            for (var mux : List.of("mux1", "mux2", "mux3")) {
                nodes.put(mux, new Node(server.address(), Kind.MUX, mux));
            }
            manager = manager();
        }

        SlbManager manager() {
            return SlbManager.start(
                    server.address(),
                    OvsdbClient.Options.USUAL,
                    SETTINGS,
                    List.of(Services.POOL),
                    List.of(Services.web()),
                    "manager" + ++managers,
                    InstantSource.system(),
                    events::add);
        }

        Node node(String name) {
            var node = nodes.get(name);
            if (node == null) {
                throw new IllegalArgumentException(name);
            }
            return node;
        }

        Stream<Node> muxes() {
            return Stream.of("mux1", "mux2", "mux3").map(this::node);
        }

        void awaitActive(List<String> members) {
            Await.until(
                    "every MUX has an active table with " + members,
                    () -> muxes().allMatch(mux ->
                            mux.active().equals(members) && mux.has(TableVersion.State.ACTIVE, table -> true)));
        }

        Node restart(String host) {
            node(host).close();
            var node = new Node(server.address(), Kind.HOST, host);
            nodes.put(host, node);
            return node;
        }

        @Override
        public void close() {
            manager.close();
            nodes.values().forEach(Node::close);
            server.close();
        }
    }

    @Test
    default void everyMuxGetsTheTableOnceBothHostsHaveIt(@TempDir Path folder) {
        try (var cloud = new Cloud(start(folder))) {
            cloud.awaitActive(ALL);
            assertEquals(
                    1,
                    cloud.nodes.values().stream()
                            .map(node -> node.agent.policy().digests())
                            .distinct()
                            .count());
            var policies = cloud.node("mux1").policies;
            int prepared = firstWith(policies, TableVersion.State.PREPARED);
            int active = firstWith(policies, TableVersion.State.ACTIVE);
            assertTrue(prepared >= 0 && prepared < active, "prepared first: " + policies);
            Await.until("everybody is up to date in the manager's view", () -> {
                var view = cloud.manager.view();
                return view.agents().size() == 5
                        && view.agents().stream().allMatch(agent -> agent.live() && agent.cfg() == view.cfg())
                        && view.endpoints()
                                .getFirst()
                                .generations()
                                .getFirst()
                                .missing()
                                .isEmpty();
            });
            assertEquals(2, cloud.node("host1").agent.policy().probes().size());
            assertTrue(cloud.node("mux1").agent.policy().probes().isEmpty());
        }
    }

    private static int firstWith(List<AgentPolicy> policies, TableVersion.State state) {
        for (int i = 0; i < policies.size(); i++) {
            if (policies.get(i).slb().endpoints().stream()
                    .flatMap(endpoint -> endpoint.versions().stream())
                    .anyMatch(version -> version.state() == state)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    default void aHostThatDoesNotAcknowledgeHoldsTheTableBackUntilItIsDegraded(@TempDir Path folder) {
        try (var cloud = new Cloud(start(folder))) {
            cloud.awaitActive(ALL);
            var host2 = cloud.node("host2");
            host2.deaf = true;
            cloud.manager.setAdmin("web", "vm1", Admin.DRAIN).join();
            Await.until(
                    "host2 was shown the table without vm1",
                    () -> host2.has(
                            TableVersion.State.PREPARED,
                            table -> table.members().size() == 3));
            assertTrue(cloud.muxes().allMatch(mux -> mux.active().equals(ALL)), "nobody uses it yet");
            cloud.awaitActive(List.of("vm2"));
            assertTrue(
                    cloud.events.stream().anyMatch(SlbEvent.HostDegraded.class::isInstance), cloud.events.toString());
            host2.deaf = false;
            host2.acknowledge(host2.agent.policy());
            cloud.awaitActive(List.of("vm2", "vm3", "vm4"));
        }
    }

    @Test
    default void drainWeightAndHealthReachEveryMux(@TempDir Path folder) {
        try (var cloud = new Cloud(start(folder))) {
            cloud.awaitActive(ALL);
            cloud.manager.setAdmin("web", "vm4", Admin.DRAIN).join();
            cloud.awaitActive(List.of("vm1", "vm2", "vm3"));
            cloud.node("host1").report("vm1", false);
            cloud.awaitActive(List.of("vm2", "vm3"));
            cloud.node("host1").report("vm1", true);
            cloud.manager.setAdmin("web", "vm4", Admin.UP).join();
            cloud.awaitActive(ALL);
            cloud.manager.setWeight("web", "vm2", 7).join();
            Await.until(
                    "vm2 weighs 7 everywhere",
                    () -> cloud.muxes()
                            .allMatch(mux -> mux.has(
                                    TableVersion.State.ACTIVE,
                                    table -> table.members().get(1).weight() == 7)));
            var unknown = assertThrows(
                    CompletionException.class,
                    () -> cloud.manager.setAdmin("web", "vm9", Admin.DRAIN).join());
            assertTrue(String.valueOf(unknown.getMessage()).contains("no backend vm9"), unknown.getMessage());
        }
    }

    @Test
    default void aHostThatFallsSilentLosesItsBackendsAndGetsThemBack(@TempDir Path folder) {
        try (var cloud = new Cloud(start(folder))) {
            cloud.awaitActive(ALL);
            cloud.node("host1").close();
            cloud.awaitActive(List.of("vm3", "vm4"));
            cloud.restart("host1");
            cloud.awaitActive(ALL);
        }
    }

    @Test
    default void aManagerThatTakesOverGoesOnWithoutANewTable(@TempDir Path folder) {
        try (var cloud = new Cloud(start(folder))) {
            cloud.awaitActive(ALL);
            cloud.manager.close();
            cloud.manager = cloud.manager();
            Await.until(
                    "every MUX knows the new epoch",
                    () -> cloud.muxes().allMatch(mux -> mux.agent.policy().slb().epoch() == 2));
            cloud.manager.setAdmin("web", "vm2", Admin.DRAIN).join();
            cloud.awaitActive(List.of("vm1", "vm3", "vm4"));
            assertTrue(
                    cloud.node("mux1").has(TableVersion.State.ACTIVE, table -> table.generation() == 2),
                    "the second table ever");
        }
    }

    @Test
    default void aManagerThatWasReplacedWritesNoMore(@TempDir Path folder) {
        try (var cloud = new Cloud(start(folder));
                var second = cloud.manager()) {
            Await.until(
                    "one of them is fenced",
                    () -> cloud.manager.view().role() == SlbView.Role.FENCED
                            || second.view().role() == SlbView.Role.FENCED);
            boolean firstIsFenced = cloud.manager.view().role() == SlbView.Role.FENCED;
            var fenced = firstIsFenced ? cloud.manager : second;
            var other = firstIsFenced ? second : cloud.manager;
            assertThrows(
                    CompletionException.class,
                    () -> fenced.setAdmin("web", "vm1", Admin.DRAIN).join());
            cloud.awaitActive(ALL);
            other.setAdmin("web", "vm1", Admin.DRAIN).join();
            cloud.awaitActive(List.of("vm2", "vm3", "vm4"));
            assertEquals(SlbView.Role.ACTIVE, other.view().role());
        }
    }

    @Test
    default void theDatabaseDiesAndComesBackAndNobodyNotices(@TempDir Path folder) {
        try (var cloud = new Cloud(start(folder))) {
            cloud.awaitActive(ALL);
            long policies = cloud.node("mux1").agent.counters().policies();
            cloud.server.restart();
            Await.until(
                    "all are connected again",
                    () -> cloud.nodes.values().stream().allMatch(node -> node.agent.isConnected()));
            assertEquals(ALL, cloud.node("mux1").active());
            cloud.manager
                    .setAdmin("web", "vm3", Admin.DRAIN)
                    .exceptionallyCompose(lost -> cloud.manager.setAdmin("web", "vm3", Admin.DRAIN))
                    .join();
            cloud.awaitActive(List.of("vm1", "vm2", "vm4"));
            assertTrue(cloud.node("mux1").agent.counters().policies() > policies);
            assertFalse(
                    cloud.node("mux1").policies.stream()
                            .skip(policies)
                            .anyMatch(policy -> policy.slb().endpoints().isEmpty()),
                    "at no time was a policy without the endpoint delivered");
        }
    }

    @Test
    default void aMalformedRowCostsItsEndpointOnly(@TempDir Path folder) throws Exception {
        try (var cloud = new Cloud(start(folder));
                var intruder = OvsdbClient.connect(cloud.server.address(), OvsdbClient.Options.USUAL, event -> {})) {
            cloud.awaitActive(ALL);
            Await.until("the intruder is connected", intruder::isConnected);
            // An endpoint of another VIP with an active table whose member has no address.
            var result = intruder.transact(
                            SlbDatabase.NAME,
                            List.of(
                                    Operation.insert(
                                            "Member",
                                            "m",
                                            Map.of(
                                                    "id", Datum.of("x"),
                                                    "ip", Datum.of("nowhere"),
                                                    "host_pa", Datum.of("10.0.2.1"),
                                                    "mac", Datum.of("02:00:00:00:00:01"))),
                                    Operation.insert(
                                            "Table_Version",
                                            "v",
                                            Map.of(
                                                    "generation", Datum.of(1),
                                                    "algorithm", Datum.of("maglev"),
                                                    "slots", Datum.of(251),
                                                    "state", Datum.of("active"),
                                                    "members", named("m"))),
                                    Operation.insert(
                                            "Vip_Endpoint",
                                            "e",
                                            Map.of(
                                                    "protocol", Datum.of(6),
                                                    "port", Datum.of(443),
                                                    "affinity", Datum.of("5-tuple"),
                                                    "idle_seconds", Datum.of(60),
                                                    "slots", Datum.of(251),
                                                    "no_healthy_backends", Datum.of("all-probed-down"),
                                                    "versions", named("v"))),
                                    Operation.insert(
                                            "Vip", Map.of("ip", Datum.of("203.0.113.99"), "endpoints", named("e"))),
                                    new Operation.Update(
                                            "Dip",
                                            List.of(Condition.equal("id", Datum.of("vm1"))),
                                            Map.of("weight", Datum.of(3)))))
                    .get(30, TimeUnit.SECONDS);
            assertTrue(result.committed(), String.valueOf(result.error()));
            Await.until(
                    "the fault is told, with the endpoint and the value",
                    () -> cloud.muxes()
                            .allMatch(mux -> mux.events.stream()
                                    .anyMatch(event -> event instanceof AgentEvent.Rejected rejected
                                            && rejected.what().equals("tcp:203.0.113.99:443")
                                            && rejected.why().contains("'nowhere'"))));
            Await.until(
                    "the other endpoint's news arrive all the same",
                    () -> cloud.muxes()
                            .allMatch(mux -> mux.has(
                                    TableVersion.State.ACTIVE,
                                    table -> table.members().getFirst().weight() == 3)));
            assertTrue(cloud.node("mux1").agent.counters().rejected() > 0);
            assertEquals(1, cloud.node("mux1").agent.policy().slb().endpoints().size());
        }
    }

    private static Datum named(String name) {
        return Datum.of(new Atom.Named(name));
    }

    @Test
    default void aPolicyOfALowerEpochIsRefused(@TempDir Path folder) throws Exception {
        try (var cloud = new Cloud(start(folder));
                var intruder = OvsdbClient.connect(cloud.server.address(), OvsdbClient.Options.USUAL, event -> {})) {
            cloud.awaitActive(ALL);
            var epoch = cloud.node("mux2").agent.policy().slb().epoch();
            cloud.manager.close();
            Await.until("the intruder is connected", intruder::isConnected);
            intruder.transact(
                            SlbDatabase.NAME,
                            List.of(
                                    new Operation.Update("SLB_Global", List.of(), Map.of("epoch", Datum.of(epoch - 1))),
                                    new Operation.Delete("Vip", List.of())))
                    .get(30, TimeUnit.SECONDS);
            Await.until(
                    "the refusal is told",
                    () -> cloud.node("mux2").events.contains(new AgentEvent.EpochRefused(epoch - 1, epoch)));
            assertEquals(ALL, cloud.node("mux2").active(), "it goes on with the policy it has");
        }
    }
}
