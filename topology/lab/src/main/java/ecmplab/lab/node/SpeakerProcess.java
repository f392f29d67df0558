package ecmplab.lab.node;

import ecmplab.bgp.rib.NextHop;
import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.speaker.ListenRange;
import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.file.SpeakerFile;
import ecmplab.lab.metrics.SpeakerMetrics;
import ecmplab.lab.show.BgpShow;
import ecmplab.lab.show.EventFeed;
import ecmplab.lab.speaker.Hangup;
import ecmplab.lab.speaker.KernelFollower;
import ecmplab.lab.speaker.MetricsEndpoint;
import ecmplab.lab.speaker.Recordings;
import ecmplab.lab.speaker.Reload;
import ecmplab.lab.speaker.SpeakerOrders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code lab bgp speaker}: a speaker without a lab, in the foreground, until SIGINT or SIGTERM. */
public final class SpeakerProcess {
    private SpeakerProcess() {}

    /**
     * Runs the speaker.
     *
     * @param config read again at SIGHUP and {@code bgp reload}
     * @param file what is in it
     * @param commandLine puts what the command line said in place of what a file says; {@code file} has been through it
     * @param control where to answer {@code lab show ... --control}; null for nowhere
     * @param progress told of sessions going up and down, a line each
     */
    public static void run(
            Path config,
            SpeakerFile.Good file,
            UnaryOperator<SpeakerFile.Good> commandLine,
            @Nullable Path control,
            PrintStream progress)
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
                        RandomGenerator.getDefault());
                var recordings = new Recordings(speaker);
                var metrics = new MetricsEndpoint(new SpeakerMetrics(speaker, InstantSource.system())::text, progress);
                var kernel = KernelFollower.start(speaker, progress)) {
            metrics.change(file.metrics());
            recordings.apply(file);
            var commands = new CommandTree();
            BgpShow.add(commands, speaker, feed);
            SpeakerOrders.add(commands, speaker);
            kernel.follow(file.redistributesConnected(), file.tracksNextHops());
            var reload = new Reload(
                    config,
                    speaker,
                    file,
                    commandLine,
                    metrics,
                    good -> {
                        kernel.follow(good.redistributesConnected(), good.tracksNextHops());
                        recordings.apply(good);
                        warnings(good.config()).forEach(progress::println);
                    },
                    progress);
            commands.on("bgp reload", values -> reload.run(false)).on("bgp reload dry-run", values -> reload.run(true));
            recordings.add(commands);
            Hangup.handle(() -> reload.run(false));
            speaker.listening().forEach(address -> progress.println("listening on " + address));
            warnings(file.config()).forEach(progress::println);
            try (var server = control == null ? null : ControlServer.start(control, commands)) {
                if (server != null) {
                    progress.println("ask it with: lab show bgp summary --control " + control);
                }
                // What starting left goes now, so that tables need not stand still for it while they load.
                System.gc();
                stop.await();
            }
        } finally {
            stopped.countDown();
        }
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

    private static void say(SpeakerEvent event, PrintStream progress) {
        switch (event) {
            case SpeakerEvent.Established(var at, var neighbor, var negotiated) -> {
                progress.println(at + " " + neighbor.getHostAddress() + " up: AS " + negotiated.peerAsn()
                        + ", router id " + negotiated.peerRouterId());
                var ourEnd = negotiated.local().getAddress();
                if (negotiated.isEbgp() && NextHop.isMartian(ourEnd)) {
                    progress.println(at + " WARNING: our end " + ourEnd.getHostAddress() + " cannot be a next hop: "
                            + neighbor.getHostAddress() + " is told nothing unless it has a 'next-hop'");
                }
            }
            case SpeakerEvent.Closed(var at, var neighbor, var reason) ->
                progress.println(at + " " + neighbor.getHostAddress() + " down: " + reason);
            case SpeakerEvent.AttemptFailed(var at, var neighbor, var reason) ->
                progress.println(at + " " + neighbor.getHostAddress() + " not up: " + reason);
            case SpeakerEvent.PrefixLimit(var at, var neighbor, var family, var routes, var exceeded) ->
                progress.println(at + " WARNING: " + neighbor.getHostAddress() + " announces " + routes + " routes of "
                        + family + (exceeded ? ", more than its limit: its session ends" : ", near its limit"));
            default -> {}
        }
    }
}
