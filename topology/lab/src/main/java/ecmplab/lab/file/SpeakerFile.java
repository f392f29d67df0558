package ecmplab.lab.file;

import static ecmplab.lab.file.Shape.Key.may;
import static ecmplab.lab.file.Shape.Key.must;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.file.Shape.Keys;
import ecmplab.lab.file.Shape.ListOf;
import ecmplab.lab.file.Shape.MapOf;
import ecmplab.lab.file.Shape.Plain;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.lab.file.Yaml.Section;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The configuration of a speaker that stands alone ({@code lab bgp speaker}), checked as strictly as a lab file. */
public final class SpeakerFile {
    private static final Scalar<Integer> HOPS = Scalar.number("number of hops", 1, 255);
    private static final Scalar<Integer> PATHS = Scalar.number("number of paths", 1, 256);

    private static final Shape NEIGHBOR = Keys.of(
            "a neighbour",
            must("as", new Plain(Scalar.AS), "its AS number"),
            may("port", new Plain(Scalar.PORT), "where it listens; default 179"),
            may("local-address", new Plain(Scalar.ADDRESS), "source address of our connections"),
            may("passive", new Plain(Scalar.YES_NO), "never dial; default false"),
            may("password", new Plain(Scalar.SENTENCE), "key of TCP MD5 signatures (RFC 2385)"),
            may("multihop", new Plain(HOPS), "TTL of what we send; default 1 to another AS"),
            may("next-hop", new Plain(Scalar.ADDRESS), "next hop of what we announce; default our end of the session"),
            may("description", new Plain(Scalar.SENTENCE), "for people"));

    private static final Shape SPEAKER = Keys.of(
            "a speaker",
            must("as", new Plain(Scalar.AS), "its AS number"),
            must("router-id", new Plain(Scalar.ROUTER_ID), "its BGP Identifier"),
            may("listen", new Plain(Scalar.ADDRESS), "address to take connections on; none: only dial"),
            may("port", new Plain(Scalar.PORT), "port to take connections on; default 179"),
            may("hold-time", new Plain(Scalar.DURATION), "0s, or 3s and more; default 9s"),
            may("connect-retry", new Plain(Scalar.DURATION), "pause between connection attempts; default 1s"),
            may("multipath", new Plain(PATHS), "paths used at most for a prefix; default 64"),
            must("neighbors", new MapOf(Scalar.ADDRESS, NEIGHBOR, "neighbours by address"), "whom it talks to"),
            may("announce", new ListOf(new Plain(Scalar.PREFIX), "prefixes"), "its own routes"));

    private SpeakerFile() {}

    /** What came of reading the file. */
    public sealed interface Loaded {}

    /** @param announce prefixes to announce at the start, in the order of the file */
    public record Good(SpeakerConfig config, List<Prefix> announce) implements Loaded {
        public Good {
            announce = List.copyOf(announce);
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

    static Loaded parse(String source, String text) {
        var problems = new Problems(source);
        var document = Yaml.read(text, problems::at);
        if (document.isEmpty() && problems.none()) {
            problems.at(Place.START, "the file is empty: a speaker needs 'as', 'router-id' and 'neighbors'");
        }
        document.ifPresent(value -> SPEAKER.check(value, problems::at));
        if (!problems.none() || !(document.orElseThrow() instanceof Section section)) {
            return new Bad(problems.list());
        }
        var settings = new Settings("speaker", Place.START, section.entries());
        var config = config(settings, problems);
        var announce = settings.texts("announce").stream()
                .map(prefix -> Scalar.PREFIX.parse().apply(prefix.text()))
                .toList();
        return problems.none() ? new Good(config, announce) : new Bad(problems.list());
    }

    private static SpeakerConfig config(Settings settings, Problems problems) {
        var as = settings.get("as", Scalar.AS).orElseThrow();
        var routerId = settings.get("router-id", Scalar.ROUTER_ID).orElseThrow();
        var neighbors = new ArrayList<NeighborConfig>();
        for (var neighbor : settings.sections("neighbors")) {
            try {
                neighbors.add(neighbor(settings, neighbor, as, routerId));
            } catch (IllegalArgumentException wrong) {
                problems.at(neighbor.place(), String.valueOf(wrong.getMessage()));
            }
        }
        var config = SpeakerConfig.of(as, routerId)
                .withMultipath(settings.get("multipath", PATHS, 64), true)
                .withNeighbors(neighbors);
        return settings.get("listen", Scalar.ADDRESS)
                .map(address -> config.withListen(
                        new InetSocketAddress(address, settings.get("port", Scalar.PORT, SessionConfig.BGP_PORT))))
                .orElse(config);
    }

    private static NeighborConfig neighbor(Settings speaker, Settings neighbor, Asn as, RouterId routerId) {
        InetAddress address = Scalar.ADDRESS.parse().apply(neighbor.name());
        var remoteAs = neighbor.get("as", Scalar.AS).orElseThrow();
        var session = SessionConfig.of(address, remoteAs, as, routerId)
                .withPort(neighbor.get("port", Scalar.PORT, SessionConfig.BGP_PORT))
                .withPassive(neighbor.get("passive", Scalar.YES_NO, false))
                .withHoldTime(speaker.get("hold-time", Scalar.DURATION, Duration.ofSeconds(9)))
                .withConnectRetry(speaker.get("connect-retry", Scalar.DURATION, Duration.ofSeconds(1)));
        session = session.withLocalAddress(
                neighbor.get("local-address", Scalar.ADDRESS).orElse(null));
        session = session.withMd5Password(
                neighbor.get("password", Scalar.SENTENCE).orElse(null));
        session = session.withHops(
                neighbor.get("multihop", HOPS, session.transport().hops()));
        var config = NeighborConfig.of(session).withDescription(neighbor.get("description", Scalar.SENTENCE, ""));
        return neighbor.get("next-hop", Scalar.ADDRESS).map(config::withNextHop).orElse(config);
    }
}
