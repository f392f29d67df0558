package ecmplab.lab.drill;

import ecmplab.lab.drill.Evidence.StepDone;
import ecmplab.lab.drill.Ledger.FlowFate;
import ecmplab.lab.drill.Ledger.Stalls;
import ecmplab.lab.drill.Ledger.StepCost;
import ecmplab.lab.drill.Ledger.Totals;
import ecmplab.lab.traffic.FlowRecord;
import ecmplab.lab.traffic.FlowRecord.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** From evidence to ledger: pure, so that it is tested with evidence written by hand. */
final class Accounting {
    private final Evidence evidence;
    private final List<FlowFate> fates;

    private Accounting(Evidence evidence) {
        this.evidence = evidence;
        fates = evidence.records().stream().map(this::fate).toList();
    }

    static Ledger of(Evidence evidence) {
        return new Accounting(evidence).ledger();
    }

    private Ledger ledger() {
        var totals = totals();
        var costs = new ArrayList<StepCost>();
        for (int i = 0; i < evidence.steps().size(); i++) {
            costs.add(cost(i));
        }
        return new Ledger(
                evidence.lab(),
                evidence.drill().name(),
                evidence.edge(),
                evidence.started(),
                evidence.ended(),
                totals,
                costs,
                evidence.floods(),
                new Timeline(evidence).moments(),
                fates,
                failures(totals));
    }

    private FlowFate fate(FlowRecord record) {
        var muxes = new ArrayList<String>();
        for (var carriers : evidence.carriers()) {
            var mux = carriers.get(record.localPort());
            if (mux != null && (muxes.isEmpty() || !muxes.getLast().equals(mux))) {
                muxes.add(mux);
            }
        }
        return new FlowFate(record, muxes, evidence.secondChance().contains(record.localPort()));
    }

    private Totals totals() {
        int established = count(fate -> fate.record().established() != null);
        int moved = count(fate -> fate.moved() && !fate.record().broken());
        int bySecondChance = count(
                fate -> fate.moved() && fate.secondChance() && !fate.record().broken());
        return new Totals(
                established,
                fates.size() - established,
                count(fate ->
                        fate.record().established() != null && !fate.record().broken()),
                moved,
                moved - bySecondChance,
                bySecondChance,
                count(fate -> stalls(fate).findAny().isPresent()),
                count(Outcome.RESET),
                count(Outcome.CLOSED),
                count(Outcome.BLACK_HOLED),
                count(fate -> fate.record().outcome() == Outcome.OPEN
                        && fate.record().stalls().stream().anyMatch(stall -> !stall.answered())),
                count(fate -> fate.record().misdelivered() > 0),
                events("session-down"),
                events("bfd-failed"),
                fates.stream().mapToLong(fate -> fate.record().requests()).sum(),
                fates.stream().mapToLong(fate -> fate.record().answers()).sum());
    }

    /** Events of that kind since the first step, of all nodes. */
    private int events(String kind) {
        return evidence.steps().isEmpty()
                ? 0
                : (int) evidence.events().stream()
                        .filter(event -> event.event().equals(kind))
                        .filter(event -> !event.time()
                                .isBefore(evidence.steps().getFirst().at()))
                        .count();
    }

    private StepCost cost(int index) {
        StepDone done = evidence.steps().get(index);
        Instant from = done.at();
        Instant to = index + 1 < evidence.steps().size()
                ? evidence.steps().get(index + 1).at()
                : evidence.ended();
        var stalls = fates.stream()
                .flatMap(fate -> fate.longestStall(from, to).stream())
                .toList();
        var timeline = new Timeline(evidence);
        return new StepCost(
                done.step().act().word(),
                done.step().target(),
                done.step().toString(),
                from,
                timeline.detection(done, to).map(at -> since(from, at)).orElse(OptionalDouble.empty()),
                timeline.rerouted(done, to).map(at -> since(from, at)).orElse(OptionalDouble.empty()),
                stalls.stream()
                        .map(FlowFate::end)
                        .max(Instant::compareTo)
                        .map(at -> since(from, at))
                        .orElse(OptionalDouble.empty()),
                moved(index),
                stalls.size(),
                quantiles(stalls.stream()
                        .mapToDouble(FlowRecord.Stall::milliseconds)
                        .sorted()
                        .toArray()));
    }

    /** Flows that have another carrier after step {@code index} than before it. */
    private int moved(int index) {
        var before = evidence.carriers().get(index);
        var after = evidence.carriers().get(index + 1);
        return (int) before.entrySet().stream()
                .filter(entry -> after.containsKey(entry.getKey())
                        && !after.get(entry.getKey()).equals(entry.getValue()))
                .count();
    }

    private List<String> failures(Totals totals) {
        var failures = new ArrayList<String>();
        var expected = evidence.drill().expectation();
        if (totals.established() == 0) {
            failures.add("no flow was ever established");
        }
        if (totals.neverEstablished() > 0) {
            failures.add(totals.neverEstablished() + " flows could not be opened");
        }
        if (totals.broken() > expected.broken()) {
            failures.add(totals.broken() + " flows broken, " + expected.broken() + " allowed");
        }
        if (totals.misdelivered() > 0) {
            failures.add(totals.misdelivered() + " flows got another VM's or another flow's answer");
        }
        if (totals.unanswered() > 0) {
            failures.add(totals.unanswered() + " flows were still waiting for an answer at the end");
        }
        expected.blackHoled()
                .filter(most -> totals.blackHoled() > most)
                .ifPresent(most -> failures.add(totals.blackHoled() + " flows black-holed, " + most + " allowed"));
        expected.sessionsLost()
                .filter(most -> totals.sessionsLost() > most || totals.pathsFailed() > most)
                .ifPresent(most -> failures.add(totals.sessionsLost() + " times a BGP session went down and "
                        + totals.pathsFailed() + " times a path failed, " + most + " allowed"));
        for (var flood : evidence.floods()) {
            if (flood.shares().stream().allMatch(share -> share.forwarded() + share.shed() == 0)) {
                failures.add(flood.what() + ": nothing of it came to a MUX");
            }
        }
        expected.stall().ifPresent(limit -> {
            double longest = fates.stream()
                    .flatMap(this::stalls)
                    .mapToDouble(FlowRecord.Stall::milliseconds)
                    .max()
                    .orElse(0);
            if (longest > limit.toMillis()) {
                failures.add(String.format(
                        java.util.Locale.ROOT,
                        "a flow stood still for %.0f ms, %d ms allowed",
                        longest,
                        limit.toMillis()));
            }
        });
        return failures;
    }

    /** Stalls from the first step on: what a cold start cost before is not the drill's. */
    private Stream<FlowRecord.Stall> stalls(FlowFate fate) {
        var from = evidence.steps().isEmpty()
                ? evidence.started()
                : evidence.steps().getFirst().at();
        return fate.record().stalls().stream()
                .filter(stall -> FlowFate.end(stall).isAfter(from));
    }

    private int count(Predicate<FlowFate> fact) {
        return (int) fates.stream().filter(fact).count();
    }

    private int count(Outcome outcome) {
        return count(fate -> fate.record().outcome() == outcome);
    }

    static OptionalDouble since(Instant from, Instant at) {
        return OptionalDouble.of(Duration.between(from, at).toNanos() / 1e6);
    }

    /** Nearest-rank quantiles of sorted values. */
    static Stalls quantiles(double[] sorted) {
        if (sorted.length == 0) {
            return Stalls.NONE;
        }
        return new Stalls(
                sorted[(int) Math.ceil(0.50 * sorted.length) - 1],
                sorted[(int) Math.ceil(0.99 * sorted.length) - 1],
                Arrays.stream(sorted).max().orElse(0));
    }
}
