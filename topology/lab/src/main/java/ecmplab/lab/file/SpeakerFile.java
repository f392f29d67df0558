package ecmplab.lab.file;

import ecmplab.bgp.monitor.BmpCollector;
import ecmplab.bgp.monitor.MrtFiles;
import ecmplab.bgp.rib.Multipath;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.DecisionOptions;
import ecmplab.bgp.speaker.OwnRoute;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.lab.file.Yaml.Section;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a speaker that stands alone ({@code lab bgp speaker}), checked as strictly as a lab file. What it may say is in
 * {@link SpeakerShapes}.
 */
public final class SpeakerFile {
    private SpeakerFile() {}

    /** What came of reading the file. */
    public sealed interface Loaded {}

    /**
     * @param tracksNextHops whether next hops must be reachable by the kernel's routes
     * @param redistributesConnected whether the subnets of this machine's interfaces are announced too
     * @param metrics where to serve Prometheus metrics; null for nowhere
     * @param collectors who is told by BMP
     * @param recording where all messages are recorded; null for nowhere
     */
    public record Good(
            SpeakerConfig config,
            boolean redistributesConnected,
            boolean tracksNextHops,
            @Nullable InetSocketAddress metrics,
            List<BmpCollector> collectors,
            @Nullable MrtFiles recording)
            implements Loaded {
        public Good {
            collectors = List.copyOf(collectors);
        }

        /** @param address such as {@code 127.0.0.1:9342}. @throws IllegalArgumentException saying what is wrong */
        public Good withMetrics(String address) {
            return new Good(
                    config,
                    redistributesConnected,
                    tracksNextHops,
                    RoutingScalars.socket(address),
                    collectors,
                    recording);
        }
    }

    /** @param problems at least one, in the order of the file */
    public record Bad(List<Problem> problems) implements Loaded {
        public Bad {
            problems = List.copyOf(problems);
        }
    }

    /** @throws IOException when the file cannot be read */
    public static Loaded load(Path file) throws IOException {
        return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    }

    /** The JSON schema of the file, as text. */
    public static String schema() {
        return LabJson.mapper().writeValueAsString(LabSchema.speaker()) + "\n";
    }

    static Loaded parse(String source, String text) {
        var problems = new Problems(source);
        var document = Yaml.read(text, problems::at);
        if (document.isEmpty() && problems.none()) {
            problems.at(Place.START, "the file is empty: a speaker needs 'as' and 'router-id'");
        }
        document.ifPresent(value -> SpeakerShapes.SPEAKER.check(value, problems::at));
        if (!problems.none() || !(document.orElseThrow() instanceof Section section)) {
            return new Bad(problems.list());
        }
        var settings = new Settings("speaker", Place.START, section.entries());
        var config = config(settings, problems);
        var metrics = settings.get("metrics", RoutingScalars.SOCKET).orElse(null);
        var recording = RecordingReader.recording(settings, problems).orElse(null);
        boolean tracks = settings.each("next-hop-tracking").stream()
                .anyMatch(word -> word.text().equals("kernel"));
        return problems.none()
                ? new Good(
                        config, settings.has("redistribute"), tracks, metrics, collectors(settings, config), recording)
                : new Bad(problems.list());
    }

    private static List<BmpCollector> collectors(Settings settings, SpeakerConfig config) {
        var name = config.routerId() + " (AS " + config.asn() + ")";
        return RecordingReader.collectors(settings).stream()
                .map(address -> BmpCollector.of(address, name))
                .toList();
    }

    private static SpeakerConfig config(Settings settings, Problems problems) {
        var as = settings.get("as", Scalar.AS).orElseThrow();
        var routerId = settings.get("router-id", Scalar.ROUTER_ID).orElseThrow();
        var policies = new PolicyReader(settings, problems);
        var reader = new NeighborReader(settings, as, routerId, policies, problems);
        int port = settings.get("port", Scalar.PORT, SessionConfig.BGP_PORT);
        var config = SpeakerConfig.of(as, routerId)
                .withDecision(decision(settings, routerId))
                .withListen(settings.each("listen", RoutingScalars.ADDRESS).stream()
                        .map(address -> new InetSocketAddress(address, port))
                        .toList())
                .withMaximumPrefixes(settings.get("maximum-prefixes", SpeakerShapes.ROUTES, 4_000_000))
                .withPolicies(policies.policies())
                .withRoutes(routes(settings, as, problems));
        var neighbors = reader.neighbors();
        var ranges = reader.ranges();
        return problems.none() ? config.withNeighbors(neighbors).withRanges(ranges) : config;
    }

    private static DecisionOptions decision(Settings settings, RouterId routerId) {
        var multipath = settings.section("multipath");
        int brief = settings.get("multipath", SpeakerShapes.PATHS, 64);
        return DecisionOptions.of(routerId)
                .withClusterId(settings.get("cluster-id", Scalar.ROUTER_ID, routerId))
                .withMultipath(new Multipath(
                        multipath.get("ebgp", SpeakerShapes.PATHS, brief),
                        multipath.get("ibgp", SpeakerShapes.PATHS, 1),
                        multipath.get("as-path-relax", Scalar.YES_NO, true)))
                .withAlwaysCompareMed(settings.get("always-compare-med", Scalar.YES_NO, false))
                .withGracefulShutdown(settings.get("graceful-shutdown", Scalar.YES_NO, true));
    }

    private static List<OwnRoute> routes(Settings settings, Asn as, Problems problems) {
        var routes = new ArrayList<OwnRoute>();
        var prefixes = new HashSet<>();
        for (var item : settings.list("announce")) {
            var route = RouteText.route(item, as);
            if (!prefixes.add(route.prefix())) {
                problems.at(item.place(), route.prefix() + " is announced twice");
            }
            routes.add(route);
        }
        return routes;
    }
}
