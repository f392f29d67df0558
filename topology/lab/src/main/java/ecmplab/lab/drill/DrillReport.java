package ecmplab.lab.drill;

import ecmplab.lab.control.TextTable;
import ecmplab.lab.drill.Ledger.StepCost;
import ecmplab.lab.drill.Ledger.Totals;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A ledger for a terminal: what it cost in a few lines, each step, then the timeline. At most 100 columns. */
public final class DrillReport {
    private static final int TIMELINE_WIDTH = 98;
    private static final int MOST_MOMENTS = 40;
    private static final int MOST_LOSSES = 8;

    private DrillReport() {}

    public static String text(Ledger ledger) {
        var totals = ledger.totals();
        var text = new StringBuilder();
        text.append(format(
                "drill %s on lab %s (edge: %s): %s\n\n",
                ledger.drill(), ledger.lab(), ledger.edge(), ledger.passed() ? "PASSED" : "FAILED"));
        ledger.failures().forEach(failure -> text.append("  ! ").append(failure).append('\n'));
        text.append(sums(totals));
        ledger.floods().forEach(flood -> text.append(flood(flood)));
        text.append('\n').append(steps(ledger.steps())).append('\n').append(timeline(ledger));
        return text.toString();
    }

    private static String sums(Totals totals) {
        return format(
                        "  flows        %d established, %d broken (%d reset, %d closed, %d black-holed), %d misdelivered\n",
                        totals.established(),
                        totals.broken(),
                        totals.reset(),
                        totals.closed(),
                        totals.blackHoled(),
                        totals.misdelivered())
                + format(
                        "  moved        %d changed MUX and were kept: %d by the same table, %d by a second chance\n",
                        totals.moved(), totals.movedByHash(), totals.movedBySecondChance())
                + format(
                        "  answers      %,d of %,d requests; %d flows stalled, %d still waiting at the end\n",
                        totals.answers(), totals.requests(), totals.stalled(), totals.unanswered())
                + format(
                        "  control      BGP sessions went down %d times, BFD saw paths fail %d times\n",
                        totals.sessionsLost(), totals.pathsFailed());
    }

    private static String flood(FloodCost flood) {
        var text = new StringBuilder(format(
                "  %s: %,d packets in %.1f s, %,.0f a second, by %s\n",
                flood.what(), flood.sent(), flood.seconds(), flood.rate(), flood.by()));
        for (var share : flood.shares()) {
            text.append(format(
                    "    %-8s %-15s forwarded %,13d   dropped by overload %,13d\n",
                    share.mux(), share.vip(), share.forwarded(), share.shed()));
        }
        for (var loss :
                flood.losses().subList(0, Math.min(MOST_LOSSES, flood.losses().size()))) {
            text.append(format("    %-8s %-15s %,23d %s\n", loss.node(), loss.where(), loss.count(), loss.reason()));
        }
        return text.toString();
    }

    private static String steps(List<StepCost> steps) {
        return TextTable.render(
                                List.of(
                                        "step",
                                        "detected",
                                        "rerouted",
                                        "resumed",
                                        "moved",
                                        "stalled",
                                        "p50",
                                        "p99",
                                        "max"),
                                steps.stream()
                                        .map(step -> List.of(
                                                step.what(),
                                                milliseconds(step.detection()),
                                                milliseconds(step.rerouted()),
                                                milliseconds(step.resumed()),
                                                String.valueOf(step.moved()),
                                                String.valueOf(step.stalled()),
                                                stall(step, step.stalls().p50()),
                                                stall(step, step.stalls().p99()),
                                                stall(step, step.stalls().max())))
                                        .toList())
                        .replaceAll("(?m)^", "  ")
                        .stripTrailing()
                + "\n";
    }

    private static String timeline(Ledger ledger) {
        var text = new StringBuilder("  timeline, ms after the first step\n");
        var moments = ledger.timeline();
        for (var moment : moments.subList(0, Math.min(MOST_MOMENTS, moments.size()))) {
            var line = format("  %9.1f  %-10s  %s", moment.milliseconds(), moment.node(), moment.what());
            text.append(line.length() > TIMELINE_WIDTH ? line.substring(0, TIMELINE_WIDTH) + ".." : line)
                    .append('\n');
        }
        if (moments.size() > MOST_MOMENTS) {
            text.append(format("             %d more in the JSON report\n", moments.size() - MOST_MOMENTS));
        }
        return text.toString();
    }

    private static String milliseconds(OptionalDouble value) {
        return value.isPresent() ? format("%.1f ms", value.getAsDouble()) : "-";
    }

    private static String stall(StepCost step, double value) {
        return step.stalled() == 0 ? "-" : format("%.0f ms", value);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
