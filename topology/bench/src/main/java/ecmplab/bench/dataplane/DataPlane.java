package ecmplab.bench.dataplane;

import ecmplab.port.PortChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code scripts/bench dataplane}: measures the kernel's forwarding and ours by turns. */
public final class DataPlane {
    private static final String HELP = """
            scripts/bench dataplane [--rounds N] [--seconds S] [--ports KIND[,KIND ...]] [--only WORD[,WORD ...]]

              --rounds N     measures of each, by turns (5)
              --seconds S    of each measure (2)
              --ports KIND   ours over these kinds of port: %s (xdp)
              --only WORD    those whose title has one of these words in it, such as 'router,ECMP'

            Needs root. A million flows of the kernel's DNAT need net.netfilter.nf_conntrack_max above that: it is left out otherwise.
            """.formatted(PortChoice.words());

    /** Of each measure. */
    private static final int LONE_PACKETS = 1000;

    private int rounds = 5;
    private double seconds = 2;
    private List<PortChoice> ports = List.of(PortChoice.XDP);
    private Predicate<Contender> wanted = contender -> true;

    private DataPlane() {}

    public static void main(String[] words) throws Exception {
        var dataPlane = new DataPlane();
        if (!dataPlane.read(words)) {
            System.err.print(HELP);
            System.exit(2);
        }
        dataPlane.run();
    }

    private boolean read(String[] words) {
        for (int i = 0; i + 1 < words.length; i += 2) {
            var value = words[i + 1];
            switch (words[i]) {
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--seconds" -> seconds = Double.parseDouble(value);
                case "--ports" ->
                    ports = Stream.of(value.split(","))
                            .map(word -> PortChoice.parse(word).orElseThrow())
                            .toList();
                case "--only" ->
                    wanted = contender -> Stream.of(value.split(",")).anyMatch(contender.title()::contains);
                default -> {
                    return false;
                }
            }
        }
        return words.length % 2 == 0 && rounds > 0;
    }

    private void run() throws Exception {
        var trials = new ArrayList<Trial>();
        try {
            for (var contender : contenders()) {
                System.err.println("starts: " + contender.title());
                trials.add(Trial.start(contender));
            }
            for (int round = 1; round <= rounds; round++) {
                for (var trial : trials) {
                    trial.measure(seconds);
                    trial.measureLone(LONE_PACKETS);
                    System.err.printf(
                            "round %d: %s %.3f M/CPU second%n",
                            round,
                            trial.contender.title(),
                            trial.samples.getLast().perProcessorSecond());
                }
            }
            Report.print(trials, System.out);
        } finally {
            for (var trial : trials) {
                trial.close();
            }
        }
    }

    private List<Contender> contenders() {
        var all = new ArrayList<Contender>(List.of(KernelContender.values()));
        if (connectionLimit() <= 1 << 20) {
            System.err.println("left out, as net.netfilter.nf_conntrack_max is below a million: "
                    + KernelContender.DNAT_1M.title());
            all.remove(KernelContender.DNAT_1M);
        }
        for (var choice : ports) {
            for (var node : OurContender.Node.values()) {
                all.add(new OurContender(node, choice));
            }
        }
        return all.stream().filter(wanted).toList();
    }

    /** How many connections the kernel tracks at most: the least of what the first namespace and ours say. Read by scripts/bench. */
    private static long connectionLimit() {
        return Long.getLong("bench.connections", 0);
    }
}
