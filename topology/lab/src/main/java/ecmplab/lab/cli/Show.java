package ecmplab.lab.cli;

import ecmplab.lab.fabric.EdgeDaemon;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code lab show WORDS... [-n NODE] [--json] [-l LAB | --control SOCKET]}: asks the nodes that know, which render their answer themselves.
 * FRR and BIRD are asked in their own words.
 */
final class Show {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Who knows of what, by the first word. */
    private static final Map<String, Set<String>> KNOWING = Map.ofEntries(
            Map.entry("bgp", Set.of("router", "frr", "bird")),
            Map.entry("ip", Set.of("router", "frr", "bird")),
            Map.entry("vip", Set.of("mux")),
            Map.entry("flows", Set.of("mux")),
            Map.entry("tables", Set.of("mux")),
            Map.entry("vxlan", Set.of("mux")),
            Map.entry("nat", Set.of("host")),
            Map.entry("probes", Set.of("host")),
            Map.entry("slb", Set.of("controller")));

    private final PrintStream out;
    private final PrintStream err;

    Show(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** What was asked, taken apart. */
    private record Asked(
            List<String> words,
            List<String> nodes,
            boolean json,
            @Nullable String lab,
            @Nullable Path control) {
        static Asked parse(List<String> arguments) {
            var words = new ArrayList<String>();
            var nodes = new ArrayList<String>();
            boolean json = false;
            String lab = null;
            Path control = null;
            for (var each = arguments.iterator(); each.hasNext(); ) {
                var word = each.next();
                switch (word) {
                    case "--json" -> json = true;
                    case "-n", "--node" -> nodes.add(value(word, each.hasNext() ? each.next() : null));
                    case "-l", "--lab" -> lab = value(word, each.hasNext() ? each.next() : null);
                    case "--control" -> control = Path.of(value(word, each.hasNext() ? each.next() : null));
                    default -> {
                        if (word.startsWith("-")) {
                            throw new Failure(Exit.USAGE, "lab show: unknown option " + word);
                        }
                        words.add(word);
                    }
                }
            }
            if (words.isEmpty()) {
                throw new Failure(Exit.USAGE, "lab show: what? bgp, ip, vip, flows, tables, vxlan, nat or probes");
            }
            return new Asked(words, nodes, json, lab, control);
        }

        private static String value(String option, @Nullable String value) {
            if (value == null) {
                throw new Failure(Exit.USAGE, option + " needs a value");
            }
            return value;
        }

        /** The words as a node wants them. */
        List<String> request() {
            var request = new ArrayList<>(List.of("show"));
            request.addAll(words);
            if (json) {
                request.add("--json");
            }
            return request;
        }
    }

    int run(List<String> arguments) throws IOException, InterruptedException {
        var asked = Asked.parse(arguments);
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
        var nodes = lab.nodes().entrySet().stream()
                .filter(node -> kinds.contains(node.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (nodes.isEmpty()) {
            throw new Failure(Exit.NO_SUCH, "lab " + lab.name() + " has no " + String.join(" or ", kinds));
        }
        boolean single = kinds.contains("router") || kinds.contains("controller");
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

    private int one(StateDirectory lab, String node, Asked asked) throws IOException, InterruptedException {
        return switch (Labs.kind(lab, node)) {
            case "frr" -> passThrough(frr(lab, node, asked));
            case "bird" -> passThrough(bird(lab, node, asked));
            default -> said(node, lab.socket(node), asked);
        };
    }

    private int said(String who, Path socket, Asked asked) {
        var said = Labs.ask(socket, asked.request(), PATIENCE);
        if (said.isEmpty()) {
            err.println(who + " does not answer; 'lab inspect' shows the states of nodes");
            return Exit.FALSE;
        }
        var stream = said.get().code() == Exit.USAGE || said.get().code() == Exit.NO_SUCH ? err : out;
        stream.print(said.get().text());
        return said.get().code();
    }

    /** Text under a line with the node's name; JSON as one object by node. A node that is down is missed, and said. */
    private int several(StateDirectory lab, List<String> nodes, Asked asked) throws IOException {
        int worst = Exit.FINE;
        var separator = "{\n";
        for (var node : nodes) {
            var kind = Labs.kind(lab, node);
            if (kind.equals("frr") || kind.equals("bird")) {
                throw new Failure(Exit.USAGE, "ask " + node + " alone: it speaks its own language");
            }
            var said = Labs.ask(lab.socket(node), asked.request(), PATIENCE);
            if (said.isEmpty()) {
                err.println(node + " does not answer; 'lab inspect' shows its state");
                worst = Math.max(worst, Exit.FALSE);
                continue;
            }
            worst = Math.max(worst, said.get().code());
            if (asked.json()) {
                out.print(separator + "\"" + node + "\": " + said.get().text().strip());
                separator = ",\n";
            } else {
                out.println(node);
                said.get().text().lines().forEach(line -> out.println(line.isEmpty() ? line : "  " + line));
            }
        }
        if (asked.json()) {
            out.println(separator.equals("{\n") ? "{}" : "\n}");
        }
        return worst;
    }

    private static List<String> frr(StateDirectory lab, String node, Asked asked) {
        var text = "show " + String.join(" ", asked.words()) + (asked.json() ? " json" : "");
        return EdgeDaemon.vtysh(lab.path(), node, "-c", text);
    }

    /** BIRD's words for the same questions. */
    private static List<String> bird(StateDirectory lab, String node, Asked asked) {
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
