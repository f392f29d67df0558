package ecmplab.lab.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.control.Json;
import ecmplab.lab.drill.Evidence.NodeEvent;
import ecmplab.lab.drill.Evidence.StepDone;
import ecmplab.lab.drill.Ledger.Stalls;
import ecmplab.lab.file.Drill;
import ecmplab.lab.traffic.FlowRecord;
import ecmplab.lab.traffic.FlowRecord.Outcome;
import ecmplab.lab.traffic.FlowRecord.Stall;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AccountingTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant KILL = START.plusSeconds(3);
    private static final Drill DRILL = new Drill(
            "mux-kill",
            "",
            3,
            List.of(new Drill.Step(Drill.Act.KILL, "mux2", "", Duration.ofSeconds(5))),
            new Drill.Expectation(0, Optional.of(Duration.ofSeconds(2)), Optional.of(0), Optional.empty()));

    @Test
    void aFlowThatChangesMuxAndStallsIsKeptAndItsStallCounted() {
        var ledger = Accounting.of(evidence(
                List.of(
                        flow(0, Outcome.OPEN),
                        flow(1, Outcome.OPEN, new Stall(KILL.plusMillis(10), 210, true)),
                        flow(2, Outcome.OPEN, new Stall(KILL.plusMillis(20), 230, true))),
                Map.of(40_000, "mux1", 40_001, "mux2", 40_002, "mux2"),
                Map.of(40_000, "mux1", 40_001, "mux1", 40_002, "mux3"),
                Set.of(40_002)));

        assertTrue(ledger.passed(), ledger.failures().toString());
        assertEquals(3, ledger.totals().kept());
        assertEquals(2, ledger.totals().moved());
        assertEquals(1, ledger.totals().movedByHash());
        assertEquals(1, ledger.totals().movedBySecondChance());
        var cost = ledger.steps().getFirst();
        assertEquals(2, cost.moved());
        assertEquals(2, cost.stalled());
        assertEquals(new Stalls(210, 230, 230), cost.stalls());
        assertEquals(OptionalDouble.of(2.5), cost.detection());
        assertEquals(OptionalDouble.of(3.0), cost.rerouted());
        assertEquals(OptionalDouble.of(250.0), cost.resumed());
        assertEquals(List.of("mux2", "mux3"), ledger.flows().get(2).muxes());
    }

    @Test
    void resetClosedAndBlackHoledFlowsAreBrokenAndFailTheDrill() {
        var ledger = Accounting.of(evidence(
                List.of(
                        flow(0, Outcome.RESET),
                        flow(1, Outcome.CLOSED),
                        flow(2, Outcome.BLACK_HOLED, new Stall(KILL, 9000, false))),
                Map.of(),
                Map.of(),
                Set.of()));

        assertFalse(ledger.passed());
        assertEquals(3, ledger.totals().broken());
        assertEquals(0, ledger.totals().kept());
        assertEquals(
                List.of(
                        "3 flows broken, 0 allowed",
                        "1 flows black-holed, 0 allowed",
                        "a flow stood still for 9000 ms, 2000 ms allowed"),
                ledger.failures());
    }

    @Test
    void aStallBeforeTheStepIsNotTheStepsCost() {
        var ledger = Accounting.of(
                evidence(List.of(flow(0, Outcome.OPEN, new Stall(START, 300, true))), Map.of(), Map.of(), Set.of()));

        assertEquals(0, ledger.steps().getFirst().stalled());
        assertEquals(Stalls.NONE, ledger.steps().getFirst().stalls());
        assertEquals(0, ledger.totals().stalled());
    }

    @Test
    void quantilesAreByNearestRank() {
        var hundred = IntStream.rangeClosed(1, 100).asDoubleStream().toArray();
        assertEquals(new Stalls(50, 99, 100), Accounting.quantiles(hundred));
        assertEquals(new Stalls(7, 7, 7), Accounting.quantiles(new double[] {7}));
    }

    @Test
    void theReportNamesWhatFailedAndTheTimelineStartsAtTheFirstStep() {
        var ledger = Accounting.of(evidence(List.of(flow(0, Outcome.RESET)), Map.of(), Map.of(), Set.of()));
        var text = DrillReport.text(ledger);
        assertTrue(text.contains("mux-kill on lab reference (edge: router): FAILED"), text);
        assertTrue(text.contains("! 1 flows broken, 0 allowed"), text);
        assertTrue(text.contains("0.0  drill       kill mux2"), text);
        assertTrue(text.contains("2.5  edge        BGP session with 10.0.1.3 down"), text);
        assertTrue(text.lines().allMatch(line -> line.length() <= 100), text);
    }

    @Test
    void recordsSurviveTheWayOverTheControlSocket() {
        var record = flow(7, Outcome.OPEN, new Stall(KILL, 210.5, true));
        assertEquals(record, Json.MAPPER.readValue(Json.line(record), FlowRecord.class));
    }

    private static Evidence evidence(
            List<FlowRecord> records, Map<Integer, String> before, Map<Integer, String> after, Set<Integer> second) {
        return new Evidence(
                "reference",
                "router",
                "edge",
                DRILL,
                START,
                START.plusSeconds(10),
                List.of(new StepDone(DRILL.steps().getFirst(), KILL)),
                records,
                List.of(before, after),
                second,
                List.of(),
                List.of(
                        new NodeEvent(START, "edge", "session-down", Map.of("peer", "old")),
                        new NodeEvent(KILL.plusNanos(2_500_000), "edge", "session-down", Map.of("peer", "10.0.1.3")),
                        new NodeEvent(KILL.plusNanos(3_000_000), "edge", "next-hops-changed", Map.of("prefix", "p"))));
    }

    private static FlowRecord flow(int id, Outcome outcome, Stall... stalls) {
        return new FlowRecord(id, 40_000 + id, "vm1", outcome, null, START, 10, 10, 0, List.of(stalls));
    }
}
