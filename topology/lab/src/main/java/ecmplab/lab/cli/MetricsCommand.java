package ecmplab.lab.cli;

import ecmplab.lab.control.Answer;
import ecmplab.lab.metrics.LabMetrics;
import ecmplab.lab.metrics.MetricsServer;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The metrics of all nodes, once or over HTTP. */
@Command(
        name = "metrics",
        mixinStandardHelpOptions = true,
        description = "Prometheus metrics of all routers, MUXes and hosts, each with a label of its node.")
final class MetricsCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsCommand.class);
    private static final Set<String> KINDS = Set.of("router", "mux", "host");
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(1);

    @Mixin
    private final LabOption lab = new LabOption();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            description =
                    "Serve them at http://ADDRESS:PORT/metrics until the lab ends, or Ctrl-C; default print them once.")
    private String listen = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        var chosen = lab.choose();
        if (listen.isEmpty()) {
            System.out.print(text(chosen));
            return Exit.FINE;
        }
        try (var server = MetricsServer.start(address(), () -> text(chosen))) {
            var at = server.address();
            System.err.println(
                    "metrics at http://" + at.getAddress().getHostAddress() + ":" + at.getPort() + "/metrics");
            while (chosen.alive()) {
                Thread.sleep(LOOK);
            }
        }
        return Exit.FINE;
    }

    private InetSocketAddress address() {
        int colon = listen.lastIndexOf(':');
        try {
            return new InetSocketAddress(
                    InetAddress.ofLiteral(listen.substring(0, Math.max(0, colon))),
                    Integer.parseInt(listen.substring(colon + 1)));
        } catch (IllegalArgumentException wrong) {
            throw new Failure(Exit.USAGE, "--listen " + listen + ": must be such as 127.0.0.1:9342");
        }
    }

    /** A node that does not answer is missed: its metrics are absent, as its own would be. */
    private static String text(StateDirectory lab) {
        var all = new LabMetrics();
        try {
            for (var node : lab.nodes().entrySet()) {
                if (KINDS.contains(node.getValue())) {
                    Labs.ask(lab.socket(node.getKey()), List.of("show", "metrics"), PATIENCE)
                            .filter(said -> said.code() == Answer.FINE)
                            .ifPresent(said -> all.add(node.getKey(), said.text()));
                }
            }
        } catch (IOException gone) {
            LOG.warn("lab {} cannot be read: {}", lab.name(), gone.getMessage());
        }
        return all.text();
    }
}
