package ecmplab.bench.breakage;

import ecmplab.router.ecmp.EcmpMode;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints how many flows break, by design and by what happens, beside what the model says. */
public final class Breakage {
    private static final int FLOWS = 10_000;
    private static final int MODELS = 10;
    private static final String USAGE = """
            scripts/bench breakage [OPTION ...]: flows broken, in percent, with real packets through router, MUXes and host agents in memory
              --flows N   TCP flows in each of the 60 cells (10000)
              --seed N    of hashes and tables (1)
            """;

    private Breakage() {}

    public static void main(String[] words) {
        int flows = FLOWS;
        long seed = 1;
        for (var it = List.of(words).iterator(); it.hasNext(); ) {
            var word = it.next();
            var value = it.hasNext() ? it.next() : "";
            boolean known = word.equals("--flows") || word.equals("--seed");
            if (!known || !value.matches("[1-9][0-9]{0,6}")) {
                System.err.print(USAGE);
                System.exit(word.equals("--help") ? 0 : 2);
            }
            if (word.equals("--flows")) {
                flows = Integer.parseInt(value);
            } else {
                seed = Long.parseLong(value);
            }
        }
        System.exit(print(flows, seed, System.out) == 0 ? 0 : 1);
    }

    /** @return flows that our own design broke, in all cells together */
    static int print(int flows, long seed, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "flows broken of %d, in %% (the model's prediction in brackets); %d MUXes, %d backends%n",
                flows,
                Scenario.MUXES,
                Scenario.BACKENDS);
        int ours = 0;
        for (var mode : EcmpMode.values()) {
            out.printf(Locale.ROOT, "%n%-24s", mode.label());
            for (var balancer : Balancer.values()) {
                out.printf(Locale.ROOT, " %20s", balancer.label());
            }
            out.println();
            for (var scenario : Scenario.values()) {
                out.printf(Locale.ROOT, "%-24s", scenario.label());
                for (var balancer : Balancer.values()) {
                    int broken = measured(mode, balancer, scenario, flows, seed);
                    ours += balancer == Balancer.SECOND_CHANCE ? broken : 0;
                    double predicted = predicted(mode, balancer, scenario, flows, seed);
                    out.printf(Locale.ROOT, " %11.2f (%6.2f)", 100.0 * broken / flows, 100 * predicted);
                }
                out.println();
            }
        }
        return ours;
    }

    /** Flows broken, with packets. */
    static int measured(EcmpMode mode, Balancer balancer, Scenario scenario, int flows, long seed) {
        try (var trial = new Trial(mode, balancer, flows, seed)) {
            scenario.happen(trial, flows);
            return trial.broken();
        }
    }

    /** Part of the flows that break, by the model: the mean over several random worlds. */
    static double predicted(EcmpMode mode, Balancer balancer, Scenario scenario, int flows, long seed) {
        long broken = 0;
        for (int i = 0; i < MODELS; i++) {
            var model = new Model(mode, balancer, seed + 1000 + i);
            scenario.happen(model, flows);
            broken += model.broken();
        }
        return (double) broken / MODELS / flows;
    }
}
