package ecmplab.lab.supervisor;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.fabric.EdgeDaemon;
import ecmplab.lab.fabric.NodeConfigs;
import ecmplab.lab.file.Check;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabJson;
import ecmplab.lab.file.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds out whether what {@code lab wait} asks for is so, from the nodes themselves. */
final class Facts {
    private static final Duration TOOL = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final JsonMapper json = LabJson.mapper();
    private final Lab lab;
    private final StateDirectory directory;
    private final Map<String, RunningNode> nodes;

    Facts(Lab lab, StateDirectory directory, Map<String, RunningNode> nodes) {
        this.lab = lab;
        this.directory = directory;
        this.nodes = nodes;
    }

    /**
     * @param hopeless whether waiting cannot change it
     * @param why what is, in words, whether it is what was asked for or not
     */
    record Verdict(boolean holds, boolean hopeless, String why) {
        Verdict(boolean holds, String why) {
            this(holds, false, why);
        }
    }

    /** What was asked cannot become true in this lab. */
    private static final class HopelessException extends IOException {
        private static final long serialVersionUID = 1L;

        HopelessException(String message) {
            super(message);
        }
    }

    /** Looks until it is so, or the check's patience has ended. */
    Verdict await(Check check) throws InterruptedException {
        long end = System.nanoTime() + check.patience().toNanos();
        while (true) {
            var verdict = now(check);
            if (verdict.holds() || verdict.hopeless() || System.nanoTime() - end >= 0) {
                return verdict;
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Looks once. */
    Verdict now(Check check) throws InterruptedException {
        try {
            var words = check.words();
            return switch (words.getFirst()) {
                case "ready" -> ready(words.subList(1, words.size()));
                case "established" -> established(words.subList(1, words.size()));
                case "no-route" -> noRoute(words.getLast());
                default -> route(words.getLast(), check.nexthops());
            };
        } catch (HopelessException never) {
            return new Verdict(false, true, String.valueOf(never.getMessage()));
        } catch (IOException | JacksonException unanswered) {
            return new Verdict(false, String.valueOf(unanswered.getMessage()));
        }
    }

    private Verdict ready(List<String> named) throws IOException {
        for (var name : named) {
            if (!nodes.containsKey(name)) {
                throw new HopelessException("no node '" + name + "'");
            }
        }
        var lacking = nodes.values().stream()
                .filter(node -> named.isEmpty() || named.contains(node.name()))
                .filter(node -> !node.ready())
                .map(node -> node.name() + " is " + node.state())
                .toList();
        return lacking.isEmpty()
                ? new Verdict(true, named.isEmpty() ? "every node is ready" : named.getFirst() + " is ready")
                : new Verdict(false, String.join(", ", lacking));
    }

    private Verdict established(List<String> named) throws IOException, InterruptedException {
        var edge = edge();
        var wanted = NodeConfigs.neighbors(lab, edge.name()).stream()
                .filter(neighbor -> named.isEmpty()
                        || named.contains(neighbor.node())
                        || named.contains(neighbor.remote().getHostAddress())
                        || named.contains(edge.name()))
                .toList();
        if (wanted.isEmpty()) {
            throw new HopelessException(edge.name() + " has no session with " + String.join(" ", named));
        }
        var sessions = sessions(edge);
        var down = wanted.stream()
                .filter(neighbor -> !sessions.contains(neighbor.remote()))
                .map(neighbor -> neighbor.node())
                .toList();
        return down.isEmpty()
                ? new Verdict(
                        true, wanted.size() + " of " + wanted.size() + " sessions of " + edge.name() + " established")
                : new Verdict(false, edge.name() + " has no established session with " + String.join(", ", down));
    }

    private Verdict route(String prefix, int nexthops) throws IOException, InterruptedException {
        int active = nexthops(edge(), prefix);
        return new Verdict(
                nexthops > 0 ? active == nexthops : active > 0,
                active == 0 ? "no route to " + prefix : prefix + " by " + active + " next hops");
    }

    private Verdict noRoute(String prefix) throws IOException, InterruptedException {
        var route = route(prefix, 0);
        return new Verdict(!route.holds(), route.why());
    }

    private Node.Speaker edge() throws IOException {
        return lab.edge().orElseThrow(() -> new HopelessException("lab " + lab.name() + " has no edge router"));
    }

    /** The addresses of neighbours whose session is established. */
    private List<InetAddress> sessions(Node.Speaker edge) throws IOException, InterruptedException {
        if (edge instanceof Node.Bird) {
            var text = run(EdgeDaemon.birdc(directory.path(), edge.name(), "show", "protocols"));
            return NodeConfigs.neighbors(lab, edge.name()).stream()
                    .filter(neighbor -> text.lines()
                            .anyMatch(line -> line.startsWith(EdgeDaemon.birdProtocol(neighbor.node()) + " ")
                                    && line.contains("Established")))
                    .map(neighbor -> neighbor.remote())
                    .toList();
        }
        var summary = edge instanceof Node.Frr
                ? run(EdgeDaemon.vtysh(directory.path(), edge.name(), "-c", "show bgp summary json"))
                : ask(edge, List.of("show", "bgp", "summary", "--json"));
        var document = json.readTree(summary);
        var family = document.has("ipv4Unicast") ? document.get("ipv4Unicast") : document;
        return family.path("peers").properties().stream()
                .filter(peer -> peer.getValue().path("state").asString("").equals("Established"))
                .map(peer -> InetAddress.ofLiteral(peer.getKey()))
                .toList();
    }

    /** How many next hops the edge router forwards to. */
    private int nexthops(Node.Speaker edge, String prefix) throws IOException, InterruptedException {
        boolean ipv4 = Prefix.parse(prefix).family() == AddressFamily.IPV4_UNICAST;
        var protocol = ipv4 ? "ip" : "ipv6";
        if (edge instanceof Node.Bird) {
            var text = run(List.of("ip", ipv4 ? "-4" : "-6", "-n", edge.name(), "route", "show", prefix));
            return (int) text.lines().filter(line -> line.contains(" via ")).count();
        }
        var routes = edge instanceof Node.Frr
                ? run(EdgeDaemon.vtysh(
                        directory.path(), edge.name(), "-c", "show " + protocol + " route " + prefix + " json"))
                : ask(edge, List.of("show", protocol, "route", prefix, "--json"));
        return StreamSupport.stream(json.readTree(routes).path(prefix).spliterator(), false)
                .filter(route -> route.path("selected").asBoolean(false))
                .mapToInt(Facts::active)
                .sum();
    }

    /** FRR marks with {@code fib} what the kernel has taken; {@code active} is also true of what it refused. */
    private static int active(JsonNode route) {
        return (int) StreamSupport.stream(route.path("nexthops").spliterator(), false)
                .filter(nexthop -> nexthop.has("fib")
                        ? nexthop.get("fib").asBoolean()
                        : nexthop.path("active").asBoolean(false))
                .count();
    }

    private String ask(Node edge, List<String> words) throws IOException {
        var node = nodes.get(edge.name());
        return node == null
                ? ""
                : node.ask(words)
                        .filter(said -> said.code() == Answer.FINE || said.code() == Answer.NO_SUCH)
                        .orElseThrow(() -> new IOException(edge.name() + " does not answer " + String.join(" ", words)))
                        .text();
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        var result = Tool.run(command, TOOL);
        if (!result.fine()) {
            throw new IOException(
                    String.join(" ", command) + ": " + result.text().strip());
        }
        return result.text();
    }
}
