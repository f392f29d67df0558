package ecmplab.lab.node;

import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.speaker.ListenRange;
import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.file.SpeakerFile;
import ecmplab.lab.metrics.MetricsServer;
import ecmplab.lab.metrics.SpeakerMetrics;
import ecmplab.lab.show.BgpShow;
import ecmplab.lab.show.EventFeed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code lab bgp speaker}: a speaker without a lab, in the foreground, until SIGINT or SIGTERM. */
public final class SpeakerProcess {
    private SpeakerProcess() {}

    /**
     * Runs the speaker.
     *
     * @param control where to answer {@code lab show ... --control}; null for nowhere
     * @param progress told of sessions going up and down, a line each
     */
    public static void run(SpeakerFile.Good file, @Nullable Path control, PrintStream progress)
            throws IOException, InterruptedException {
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException given) {
                Thread.currentThread().interrupt();
            }
        }));
        var feed = new EventFeed(InstantSource.system());
        try (var speaker = Speaker.start(
                file.config(),
                SessionServer.open(),
                feed.routes(RouteListener.NONE),
                feed.events(event -> say(event, progress)),
                InstantSource.system(),
                RandomGenerator.getDefault())) {
            var commands = new CommandTree();
            BgpShow.add(commands, speaker, feed);
            commands.on("announce PREFIX", values -> change(values, prefix -> speaker.announce(prefix)))
                    .on("withdraw PREFIX", values -> change(values, speaker::withdraw));
            speaker.listening().forEach(address -> progress.println("listening on " + address));
            warnings(file.config()).forEach(progress::println);
            try (var metrics = metrics(file, speaker);
                    var server = control == null ? null : ControlServer.start(control, commands)) {
                if (metrics != null) {
                    var address = metrics.address();
                    progress.println("metrics at http://" + address.getAddress().getHostAddress() + ":"
                            + address.getPort() + "/metrics");
                }
                if (server != null) {
                    progress.println("ask it with: lab show bgp summary --control " + control);
                }
                stop.await();
            }
        } finally {
            stopped.countDown();
        }
    }

    private static @Nullable MetricsServer metrics(SpeakerFile.Good file, Speaker speaker) throws IOException {
        return file.metrics() == null
                ? null
                : MetricsServer.start(file.metrics(), new SpeakerMetrics(speaker, InstantSource.system())::text);
    }

    /** What is loudly said of neighbours with which routes are not exchanged for want of a policy. */
    private static List<String> warnings(SpeakerConfig config) {
        return Stream.concat(
                        config.neighbors().stream(), config.ranges().stream().map(ListenRange::template))
                .filter(neighbor -> !neighbor.missingPolicies().isEmpty())
                .map(
                        neighbor -> "WARNING: neighbour " + neighbor.address().getHostAddress() + " of AS "
                                + neighbor.session().remoteAsn() + " has no policy for " + neighbor.missingPolicies()
                                + ": no route passes there (RFC 8212); 'import: accept-all' or 'export: own-routes' would let some")
                .toList();
    }

    private static Answer change(Map<String, String> values, java.util.function.Consumer<Prefix> change) {
        try {
            var prefix = Prefix.parse(values.getOrDefault("PREFIX", ""));
            change.accept(prefix);
            return Answer.line("done: " + prefix);
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private static void say(SpeakerEvent event, PrintStream progress) {
        switch (event) {
            case SpeakerEvent.Established(var at, var neighbor, var negotiated) ->
                progress.println(at + " " + neighbor.getHostAddress() + " up: AS " + negotiated.peerAsn()
                        + ", router id " + negotiated.peerRouterId());
            case SpeakerEvent.Closed(var at, var neighbor, var reason) ->
                progress.println(at + " " + neighbor.getHostAddress() + " down: " + reason);
            case SpeakerEvent.AttemptFailed(var at, var neighbor, var reason) ->
                progress.println(at + " " + neighbor.getHostAddress() + " not up: " + reason);
            default -> {}
        }
    }
}
