package ecmplab.lab.cli;

import ecmplab.lab.control.ControlClient;
import ecmplab.lab.fabric.EdgeDaemon;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code lab show WORDS... [-n NODE] [--json] [--limit N] [--page] [--watch TIME] [-l LAB | --control SOCKET]}: asks the nodes that know, which render their answer themselves.
 * FRR and BIRD are asked in their own words.
 */
final class Show {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Every kind of node that forwards packets itself. */
    private static final Set<String> ALL = Set.of("router", "mux", "host");

    /** The process that knows the lines between nodes. */
    private static final Set<String> SUPERVISOR = Set.of("supervisor");

    /** Who knows of what, by the first word. */
    private static final Map<String, Set<String>> KNOWING = Map.ofEntries(
            Map.entry("bgp", Set.of("router", "frr", "bird")),
            Map.entry("bfd", Set.of("router")),
            Map.entry("bmp", Set.of("router")),
            Map.entry("mrt", Set.of("router")),
            Map.entry("ip", Set.of("router", "frr", "bird")),
            Map.entry("ipv6", Set.of("router", "frr")),
            Map.entry("vip", Set.of("mux")),
            Map.entry("flows", Set.of("mux")),
            Map.entry("tables", Set.of("mux")),
            Map.entry("talkers", Set.of("mux")),
            Map.entry("vxlan", Set.of("mux")),
            Map.entry("nat", Set.of("host")),
            Map.entry("probes", Set.of("host")),
            Map.entry("divergence", Set.of("router")),
            Map.entry("drops", ALL),
            Map.entry("metrics", ALL),
            Map.entry("impairments", SUPERVISOR),
            Map.entry("slb", Set.of("controller")));

    private final PrintStream out;
    private final PrintStream err;

    Show(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    int run(List<String> arguments) throws IOException, InterruptedException {
        return run(ShowRequest.parse(arguments, false));
    }

    /** {@code lab watch WORDS...}: {@code lab show WORDS...} again and again. */
    int watch(List<String> arguments) throws IOException, InterruptedException {
        return run(ShowRequest.parse(arguments, true));
    }

    private int run(ShowRequest asked) throws IOException, InterruptedException {
        if (asked.watch() != null) {
            return new Watch(out).run(asked, asked.watch());
        }
        if (asked.page() && Terminal.isThere()) {
            try (var pager = new Terminal.Pager()) {
                return new Show(pager.out(), err).once(asked);
            }
        }
        return once(asked);
    }

    /** Asks and prints. */
    int once(ShowRequest asked) throws IOException, InterruptedException {
        try {
            return ask(asked);
        } catch (Printing.NobodyReadsException enough) {
            return Exit.FINE;
        }
    }

    private int ask(ShowRequest asked) throws IOException, InterruptedException {
        if (asked.control() != null) {
            return said(asked.control().toString(), asked.control(), asked);
        }
        var lab = Labs.choose(Optional.ofNullable(asked.lab()));
        if (!asked.nodes().isEmpty()) {
            return asked.nodes().size() == 1
                    ? one(lab, asked.nodes().getFirst(), asked)
                    : several(lab, asked.nodes(), asked);
        }
        var kinds = knowing(asked.words().getFirst());
        if (kinds.equals(SUPERVISOR)) {
            return said("the supervisor", lab.supervisorSocket(), asked);
        }
        var nodes = lab.nodes().entrySet().stream()
                .filter(node -> kinds.contains(node.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (nodes.isEmpty()) {
            throw new Failure(Exit.NO_SUCH, "lab " + lab.name() + " has no " + String.join(" or ", kinds));
        }
        boolean single = !kinds.equals(ALL) && (kinds.contains("router") || kinds.contains("controller"));
        return single ? one(lab, nodes.getFirst(), asked) : several(lab, nodes, asked);
    }

    private static Set<String> knowing(String word) {
        var matches = KNOWING.keySet().stream()
                .filter(known -> known.startsWith(word))
                .sorted()
                .toList();
        var exact = KNOWING.get(word);
        if (exact != null) {
            return exact;
        }
        if (matches.size() != 1) {
            throw new Failure(
                    Exit.USAGE,
                    matches.isEmpty()
                            ? "which node knows of '" + word + "'? say it with -n NODE"
                            : "'" + word + "' is ambiguous: " + String.join(", ", matches));
        }
        return KNOWING.getOrDefault(matches.getFirst(), Set.of());
    }

    private int one(StateDirectory lab, String node, ShowRequest asked) throws IOException, InterruptedException {
        return switch (Labs.kind(lab, node)) {
            case "frr" -> passThrough(frr(lab, node, asked));
            case "bird" -> passThrough(bird(lab, node, asked));
            default -> said(node, lab.socket(node), asked);
        };
    }

    private int said(String who, Path socket, ShowRequest asked) throws IOException {
        try {
            return ControlClient.stream(socket, asked.request(), PATIENCE, Printing.asItIs(out, err));
        } catch (Printing.NobodyReadsException enough) {
            throw enough;
        } catch (IOException silent) {
            err.println(
                    who + " does not answer (" + silent.getMessage() + "); 'lab inspect' shows the states of nodes");
            return Exit.FALSE;
        }
    }

    /** Text under a line with the node's name; JSON as one object by node. A node that is down is missed, and said. */
    private int several(StateDirectory lab, List<String> nodes, ShowRequest asked) throws IOException {
        for (var node : nodes) {
            var kind = Labs.kind(lab, node);
            if (kind.equals("frr") || kind.equals("bird")) {
                throw new Failure(Exit.USAGE, "ask " + node + " alone: it speaks its own language");
            }
        }
        int worst = Exit.FINE;
        var heading = new Heading(asked.json());
        for (var node : nodes) {
            heading.node = node;
            try {
                worst = Math.max(worst, ControlClient.stream(lab.socket(node), asked.request(), PATIENCE, heading));
            } catch (Printing.NobodyReadsException enough) {
                throw enough;
            } catch (IOException silent) {
                err.println(node + " does not answer; 'lab inspect' shows its state");
                worst = Math.max(worst, Exit.FALSE);
            }
        }
        if (asked.json()) {
            out.println(heading.any ? "\n}" : "{}");
        }
        return worst;
    }

    /** Prints whose answer begins, then the answer. */
    private final class Heading implements ControlClient.Receiver {
        private final boolean json;
        private String node = "";
        private boolean any;
        private Printing printing = Printing.indented(out);

        Heading(boolean json) {
            this.json = json;
        }

        @Override
        public void begin(int code) {
            if (json) {
                out.print((any ? ",\n" : "{\n") + "\"" + node + "\": ");
                printing = Printing.withoutLastLineFeed(out);
            } else {
                out.println(node);
                printing = Printing.indented(out);
            }
            any = true;
        }

        @Override
        public void chunk(byte[] octets, int length) throws IOException {
            printing.chunk(octets, length);
        }
    }

    private static List<String> frr(StateDirectory lab, String node, ShowRequest asked) {
        var text = "show " + String.join(" ", asked.words()) + (asked.json() ? " json" : "");
        return EdgeDaemon.vtysh(lab.path(), node, "-c", text);
    }

    /** BIRD's words for the same questions. */
    private static List<String> bird(StateDirectory lab, String node, ShowRequest asked) {
        if (asked.json()) {
            throw new Failure(
                    Exit.USAGE, node + " is BIRD, which has no JSON; 'lab exec " + node + " -- ip -j route' has");
        }
        var words = asked.words();
        var first = words.getFirst();
        boolean bgp = "bgp".startsWith(first);
        var last = words.getLast();
        boolean prefix = words.size() > 1 && Character.isDigit(last.charAt(0));
        if (bgp && !prefix) {
            var second = words.size() > 1 ? words.get(1) : "summary";
            if (second.startsWith("i") || second.startsWith("r")) {
                return EdgeDaemon.birdc(lab.path(), node, "show", "route", "all");
            }
            return second.startsWith("n")
                    ? EdgeDaemon.birdc(lab.path(), node, "show", "protocols", "all")
                    : EdgeDaemon.birdc(lab.path(), node, "show", "protocols");
        }
        return prefix
                ? EdgeDaemon.birdc(lab.path(), node, "show", "route", "for", last, "all")
                : EdgeDaemon.birdc(lab.path(), node, "show", "route");
    }

    private static int passThrough(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .inheritIO()
                .redirectInput(new File("/dev/null"))
                .start()
                .waitFor();
    }
}
