package ecmplab.controller.slb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.controller.slb.ServiceDefinition.NoHealthyBackends;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the SLB manager decides, step by step, on a virtual clock. */
class SlbCoreTest {
    private static final List<String> ALL = List.of("vm1", "vm2", "vm3", "vm4");

    @Test
    void theFirstTableWaitsUntilTheHealthOfAllBackendsIsKnown() {
        var simulation = new Simulation();
        simulation.pass(Duration.ofMillis(300));
        assertTrue(simulation.endpoint().generations().isEmpty());
        simulation.probe("vm1", true);
        simulation.probe("vm2", true);
        simulation.probe("vm3", false);
        simulation.pass(Duration.ofMillis(300));
        assertTrue(simulation.endpoint().generations().isEmpty(), "vm4 is not known yet");
        simulation.probe("vm4", true);
        simulation.pass(Duration.ofMillis(300));
        assertEquals(List.of("vm1", "vm2", "vm4"), simulation.active());
        assertEquals(1, simulation.endpoint().lastGeneration());
    }

    @Test
    void theFirstTableDoesNotWaitForAHostThatNeverComes() {
        var simulation = new Simulation();
        simulation.hosts.put("host2", false);
        simulation.probe("vm1", true);
        simulation.probe("vm2", true);
        simulation.pass(Duration.ofSeconds(2));
        assertTrue(simulation.endpoint().generations().isEmpty());
        simulation.pass(Duration.ofSeconds(2));
        assertEquals(List.of("vm1", "vm2"), simulation.active());
    }

    @Test
    void aTableIsActiveOnlyOnceEveryLiveHostHasIt() {
        var simulation = new Simulation();
        simulation.pass(Duration.ofMillis(300));
        simulation.deaf.add("host2");
        simulation.probeAll(true);
        simulation.pass(Duration.ofSeconds(1));
        assertEquals(ALL, simulation.members(State.PREPARED));
        assertTrue(simulation.active().isEmpty());
        simulation.deaf.clear();
        simulation.pass(Duration.ofMillis(200));
        assertEquals(ALL, simulation.active());
    }

    @Test
    void aHostThatDoesNotAcknowledgeInTimeIsDegradedAndItsBackendsLeave() {
        var simulation = new Simulation().settled();
        simulation.deaf.add("host2");
        simulation.admin("vm1", "drain");
        simulation.pass(Duration.ofMillis(1800));
        assertEquals(ALL, simulation.active(), "nothing has changed before the timeout");
        simulation.pass(Duration.ofSeconds(1));
        assertEquals(List.of("vm2"), simulation.active());
        assertTrue(
                simulation.events.stream()
                        .anyMatch(event -> event instanceof SlbEvent.HostDegraded degraded
                                && degraded.host().equals("host2")
                                && degraded.why().contains("within 2000 ms")),
                simulation.events.toString());
        simulation.deaf.clear();
        simulation.pass(Duration.ofSeconds(1));
        assertEquals(List.of("vm2", "vm3", "vm4"), simulation.active(), "it comes back once it has caught up");
        assertTrue(simulation.events.contains(new SlbEvent.HostRestored("host2")));
    }

    @Test
    void aHostThatComputesAnotherTableIsDegradedForLongerEachTime() {
        var simulation = new Simulation().settled();
        simulation.wrong.add("host2");
        simulation.admin("vm1", "drain");
        simulation.pass(Duration.ofMinutes(2));
        assertEquals(List.of("vm2"), simulation.active());
        var degraded = simulation.events.stream()
                .filter(SlbEvent.HostDegraded.class::isInstance)
                .map(SlbEvent.HostDegraded.class::cast)
                .toList();
        assertTrue(
                degraded.getFirst().why().matches(".*digest 0000000000000000, expected [0-9a-f]{16}"),
                degraded.toString());
        assertTrue(
                simulation.endpoint().lastGeneration() < 20,
                "few tables: " + simulation.endpoint().lastGeneration());
        assertEquals(List.of(), simulation.invariantsBroken);
    }

    @Test
    void aSilentHostIsNotWaitedForAndItsBackendsLeave() {
        var simulation = new Simulation().settled();
        simulation.hosts.put("host1", false);
        simulation.pass(Duration.ofSeconds(3));
        assertEquals(ALL, simulation.active(), "its last heartbeat is less than four seconds old");
        simulation.pass(Duration.ofSeconds(2));
        assertEquals(List.of("vm3", "vm4"), simulation.active());
        simulation.hosts.put("host1", true);
        simulation.pass(Duration.ofSeconds(2));
        assertEquals(ALL, simulation.active());
    }

    @Test
    void whenNoHostIsHeardNothingChanges() {
        var simulation = new Simulation().settled();
        simulation.hosts.replaceAll((host, alive) -> false);
        simulation.pass(Duration.ofSeconds(30));
        assertEquals(ALL, simulation.active());
        assertEquals(1, simulation.endpoint().lastGeneration());
    }

    @Test
    void aManagerThatWasFrozenOrCutOffGivesEverybodyTimeAgain() {
        var simulation = new Simulation().settled();
        simulation.now = simulation.now.plusSeconds(20);
        // host1 is the first to be heard again; host2 needs a little longer.
        simulation.hosts.put("host2", false);
        simulation.pass(Duration.ofSeconds(3));
        assertEquals(ALL, simulation.active());
        simulation.hosts.put("host2", true);
        simulation.pass(Duration.ofSeconds(3));
        assertEquals(ALL, simulation.active());
        assertEquals(1, simulation.endpoint().lastGeneration());
    }

    @Test
    void whenNoHostKeepsUpTheActiveTableStays() {
        var simulation = new Simulation().settled();
        simulation.deaf.addAll(List.of("host1", "host2"));
        simulation.probe("vm1", false);
        simulation.pass(Duration.ofSeconds(30));
        assertEquals(ALL, simulation.active());
        simulation.deaf.clear();
        simulation.pass(Duration.ofSeconds(1));
        assertEquals(List.of("vm2", "vm3", "vm4"), simulation.active());
    }

    @Test
    void aProbeThatFailsTakesTheBackendOutAndBackIn() {
        var simulation = new Simulation().settled();
        simulation.probe("vm2", false);
        simulation.pass(Duration.ofMillis(300));
        assertEquals(List.of("vm1", "vm3", "vm4"), simulation.active());
        assertEquals(ALL, simulation.members(State.RETIRED), "hosts go on knowing the table before");
        simulation.probe("vm2", true);
        simulation.pass(Duration.ofMillis(300));
        assertEquals(ALL, simulation.active());
        assertEquals(3, simulation.endpoint().lastGeneration());
    }

    @Test
    void anOperatorDrainsABackend() {
        var simulation = new Simulation().settled();
        simulation.admin("vm3", "drain");
        simulation.pass(Duration.ofMillis(300));
        assertEquals(List.of("vm1", "vm2", "vm4"), simulation.active());
        simulation.admin("vm3", "up");
        simulation.pass(Duration.ofMillis(300));
        assertEquals(ALL, simulation.active());
    }

    @Test
    void withoutHealthyBackendsTheTableIsEmpty() {
        var simulation = new Simulation().settled();
        simulation.probeAll(false);
        simulation.pass(Duration.ofMillis(300));
        assertTrue(simulation.active().isEmpty());
        assertTrue(simulation.endpoint().in(State.ACTIVE).isPresent());
    }

    @Test
    void withoutHealthyBackendsAllServeWhereThatIsWanted() {
        var simulation =
                new Simulation(List.of(Services.service(Services.WEB, NoHealthyBackends.ALL_PROBED_UP))).settled();
        simulation.probe("vm1", false);
        simulation.pass(Duration.ofMillis(300));
        assertEquals(List.of("vm2", "vm3", "vm4"), simulation.active());
        simulation.probeAll(false);
        simulation.pass(Duration.ofMillis(300));
        assertEquals(ALL, simulation.active());
    }

    @Test
    void changesDuringAPreparationShareTheNextTable() {
        var simulation = new Simulation().settled();
        simulation.deaf.add("host1");
        simulation.probe("vm3", false);
        simulation.pass(Duration.ofMillis(300));
        simulation.probe("vm4", false);
        simulation.probe("vm3", true);
        simulation.admin("vm2", "drain");
        simulation.pass(Duration.ofMillis(300));
        simulation.deaf.clear();
        simulation.pass(Duration.ofMillis(500));
        assertEquals(List.of("vm1", "vm3"), simulation.active());
        assertEquals(3, simulation.endpoint().lastGeneration());
    }

    @Test
    void aRetiredTableIsForgottenOnceItsFlowsHaveHadTheirTime() {
        var simulation = new Simulation().settled();
        simulation.probe("vm2", false);
        simulation.pass(Duration.ofSeconds(1));
        simulation.pass(Services.IDLE.minusSeconds(2));
        assertEquals(2, simulation.endpoint().generations().size());
        simulation.pass(Duration.ofSeconds(2));
        assertEquals(1, simulation.endpoint().generations().size());
        assertTrue(simulation.events.contains(new SlbEvent.Forgotten(simulation.key(Services.WEB, 1), false)));
        assertEquals(3, simulation.database.rows("Member").size(), "rows that no table needs are gone, too");
    }

    @Test
    void tooManyTablesForgetTheOldestBeforeItsTimeAndSaySo() {
        var simulation = new Simulation().settled();
        for (int round = 0; round < 4; round++) {
            simulation.probe("vm1", round % 2 == 1);
            simulation.pass(Duration.ofMillis(300));
        }
        assertEquals(5, simulation.endpoint().lastGeneration());
        assertEquals(4, simulation.endpoint().generations().size());
        assertTrue(simulation.events.contains(new SlbEvent.Forgotten(simulation.key(Services.WEB, 1), true)));
        assertEquals(List.of(), simulation.invariantsBroken);
    }

    @Test
    void generationsWrapAroundPastThoseThatAreKept() {
        var simulation = new Simulation().settled();
        simulation.run(
                List.of(new Operation.Update("Vip_Endpoint", List.of(), Map.of("last_generation", Datum.of(0xFFFF)))));
        simulation.probe("vm1", false);
        simulation.pass(Duration.ofMillis(300));
        simulation.probe("vm2", false);
        simulation.pass(Duration.ofMillis(300));
        assertEquals(3, simulation.endpoint().lastGeneration(), "past 1, which is still kept");
        assertEquals(List.of("vm3", "vm4"), simulation.active());
        assertEquals(List.of(), simulation.invariantsBroken);
    }

    @Test
    void resultsOfAnotherHostDoNotCount() {
        var simulation = new Simulation().settled();
        simulation.run(List.of(new Operation.Update(
                "Dip",
                List.of(Condition.equal("id", Datum.of("vm1"))),
                Map.of("host", Datum.of("host2"), "host_pa", Datum.of("10.0.2.2")))));
        simulation.pass(Duration.ofMillis(300));
        assertEquals(List.of("vm2", "vm3", "vm4"), simulation.active(), "host2 has not probed it yet");
    }

    @Test
    void resultsThatNobodyAsksForAreRemoved() {
        var simulation = new Simulation().settled();
        simulation.run(List.of(
                Operation.insert("Probe_Result", Map.of("probe", Datum.of("gone"), "member", Datum.of("vm9")))));
        simulation.pass(Duration.ofMillis(200));
        assertEquals(4, simulation.database.rows("Probe_Result").size());
    }

    @Test
    void aReplacedManagerIsRefusedAndSaysSo() {
        var simulation = new Simulation().settled();
        var frozen = simulation.manager;
        simulation.admin("vm1", "drain");
        var decided = frozen.next(simulation.snapshot(), simulation.now).orElseThrow();
        // It freezes here, before its write arrives; another takes over and goes on.
        simulation.replaceManager();
        simulation.pass(Duration.ofSeconds(1));
        assertEquals(List.of("vm2", "vm3", "vm4"), simulation.active());
        var before = simulation.state();
        var result = simulation.run(decided.operations());
        assertFalse(result.committed());
        assertEquals(before, simulation.state());
        frozen.answered(result, simulation.now);
        assertTrue(frozen.isFenced());
        assertTrue(frozen.next(simulation.snapshot(), simulation.now).isEmpty());
    }

    @Test
    void aManagerThatSeesAHigherEpochStops() {
        var simulation = new Simulation().settled();
        var first = simulation.manager;
        simulation.replaceManager();
        simulation.pass(Duration.ofMillis(200));
        assertTrue(first.next(simulation.snapshot(), simulation.now).isEmpty());
        assertTrue(first.isFenced());
        assertEquals(2, simulation.state().epoch());
    }

    @Test
    void aNewManagerKeepsWhatOperatorsSaid() {
        var simulation = new Simulation().settled();
        simulation.admin("vm4", "drain");
        simulation.pass(Duration.ofMillis(300));
        simulation.replaceManager();
        simulation.pass(Duration.ofSeconds(10));
        assertEquals(List.of("vm1", "vm2", "vm3"), simulation.active());
        assertEquals(2, simulation.endpoint().lastGeneration(), "a take-over alone makes no new table");
    }

    @Test
    void aServiceThatIsNoLongerDefinedIsRemovedWithAllThatBelongsToIt() {
        var simulation = new Simulation().settled();
        simulation.manager = simulation.manager(List.of());
        simulation.pass(Duration.ofSeconds(1));
        for (var table : List.of("Vip", "Vip_Endpoint", "Table_Version", "Member", "Probe", "Probe_Result")) {
            assertEquals(0, simulation.database.rows(table).size(), table);
        }
    }

    @Test
    void aMalformedRowIsToldAndCostsItsBackendOnly() {
        var simulation = new Simulation().settled();
        simulation.run(List.of(new Operation.Update(
                "Dip", List.of(Condition.equal("id", Datum.of("vm2"))), Map.of("mac", Datum.of("nonsense")))));
        simulation.pass(Duration.ofSeconds(1));
        assertEquals(List.of("vm1", "vm3", "vm4"), simulation.active());
        assertTrue(simulation.events.stream()
                .anyMatch(event -> event instanceof SlbEvent.MalformedRow row
                        && row.what().contains("vm2")
                        && row.what().contains("nonsense")));
    }

    @Test
    void contradictoryDefinitionsAreRefusedAtOnce() {
        var simulation = new Simulation();
        assertThrows(IllegalArgumentException.class, () -> simulation.manager(List.of(Services.web(), Services.web())));
    }

    /**
     * A scenario with every kind of step, in which the manager is killed after the given number of transactions (and once more
     * before each, with the answer lost): the next one must end up where an undisturbed one does.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aManagerKilledAfterAnyTransactionIsContinuedByTheNext(boolean answerLost) {
        var undisturbed = scenario(Integer.MAX_VALUE, false);
        assertTrue(undisturbed.transactions > 12, "the scenario is long: " + undisturbed.transactions);
        for (int kill = 1; kill <= undisturbed.transactions; kill++) {
            var disturbed = scenario(kill, answerLost);
            assertEquals(List.of(), disturbed.invariantsBroken, "killed after transaction " + kill);
            assertEquals(List.of("vm2", "vm3"), disturbed.active(), "killed after transaction " + kill);
            assertTrue(disturbed.members(State.PREPARED).isEmpty(), "killed after transaction " + kill);
            assertTrue(
                    disturbed.state().agents().stream()
                            .allMatch(agent -> agent.degraded().isEmpty()),
                    "killed after transaction " + kill);
        }
    }

    private static Simulation scenario(int killAfter, boolean answerLost) {
        var simulation = new Simulation() {
            @Override
            boolean managerStep() {
                var batch = manager.next(snapshot(), now);
                if (batch.isEmpty()) {
                    return false;
                }
                var result = run(batch.get().operations());
                checkInvariants();
                if (++transactions == killAfter) {
                    if (answerLost) {
                        manager.answered(null, now); // the connection broke; it lives on
                    } else {
                        replaceManager();
                    }
                } else {
                    manager.answered(result, now);
                }
                return true;
            }
        };
        simulation.settled();
        simulation.admin("vm1", "drain");
        simulation.pass(Duration.ofSeconds(1));
        simulation.deaf.add("host2");
        simulation.probe("vm2", false);
        simulation.pass(Duration.ofSeconds(4));
        simulation.deaf.clear();
        simulation.probe("vm2", true);
        simulation.pass(Duration.ofSeconds(2));
        simulation.hosts.put("host1", false);
        simulation.pass(Duration.ofSeconds(6));
        simulation.hosts.put("host1", true);
        simulation.probe("vm4", false);
        simulation.pass(Duration.ofSeconds(3));
        simulation.pass(Services.IDLE.plusSeconds(1));
        simulation.pass(Duration.ofSeconds(8));
        return simulation;
    }

    private static final InetAddress HOST1 = InetAddress.ofLiteral("10.0.2.1");

    /** New flows are led elsewhere much earlier; what lives on the host is given up only now. */
    @Test
    void aHostThatIsSilentForLongIsDeadUntilItsNextHeartbeat() {
        var simulation = new Simulation().settled();
        simulation.hosts.put("host1", false);
        simulation.pass(Duration.ofSeconds(11));
        assertEquals(List.of("vm3", "vm4"), simulation.active());
        assertEquals(Set.of(), simulation.state().deadHosts());
        simulation.pass(Duration.ofSeconds(2));
        assertEquals(Set.of(HOST1), simulation.state().deadHosts());
        assertTrue(simulation.events.contains(new SlbEvent.HostsDeclaredDead(Set.of(HOST1))));
        simulation.hosts.put("host1", true);
        simulation.pass(Duration.ofSeconds(2));
        assertEquals(Set.of(), simulation.state().deadHosts());
        assertEquals(ALL, simulation.active());
    }

    @Test
    void anotherManagerBelievesThatAHostIsDeadUntilItHearsOfIt() {
        var simulation = new Simulation().settled();
        simulation.hosts.put("host1", false);
        simulation.pass(Duration.ofSeconds(13));
        simulation.replaceManager();
        simulation.pass(Duration.ofSeconds(3));
        assertEquals(Set.of(HOST1), simulation.state().deadHosts());
        simulation.hosts.put("host1", true);
        simulation.pass(Duration.ofSeconds(3));
        assertEquals(Set.of(), simulation.state().deadHosts());
    }

    @Test
    void whenNoHostIsHeardNoneIsDead() {
        var simulation = new Simulation().settled();
        simulation.hosts.replaceAll((host, alive) -> false);
        simulation.pass(Duration.ofSeconds(20));
        assertEquals(Set.of(), simulation.state().deadHosts());
    }

    /** Nothing leads there any more: nobody has to know. */
    @Test
    void aDeadHostIsForgottenWithTheLastGenerationThatNamesIt() {
        var simulation = new Simulation().settled();
        simulation.hosts.put("host1", false);
        simulation.pass(Duration.ofSeconds(13));
        assertEquals(Set.of(HOST1), simulation.state().deadHosts());
        simulation.pass(Services.IDLE);
        assertEquals(Set.of(), simulation.state().deadHosts());
        assertEquals(List.of(), simulation.invariantsBroken);
    }
}
