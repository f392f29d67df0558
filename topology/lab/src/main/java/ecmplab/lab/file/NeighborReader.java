package ecmplab.lab.file;

import ecmplab.bgp.capability.Role;
import ecmplab.bgp.rib.PrefixLimit;
import ecmplab.bgp.session.Offer;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.SessionTimers;
import ecmplab.bgp.session.TransportOptions;
import ecmplab.bgp.speaker.ExchangeOptions;
import ecmplab.bgp.speaker.ListenRange;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.file.Yaml.Entry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code neighbors} and {@code listen-ranges} of a speaker's file whose shape was checked. A neighbour's own settings win over
 * its peer group's, those over {@code defaults}.
 */
final class NeighborReader {
    private final Settings speaker;
    private final Asn as;
    private final RouterId routerId;
    private final PolicyReader policies;
    private final Problems problems;
    private final Map<String, Entry> defaults = new HashMap<>();
    private final Map<String, Settings> groups = new LinkedHashMap<>();

    NeighborReader(Settings speaker, Asn as, RouterId routerId, PolicyReader policies, Problems problems) {
        this.speaker = speaker;
        this.as = as;
        this.routerId = routerId;
        this.policies = policies;
        this.problems = problems;
        for (var key : List.of("hold-time", "connect-retry")) {
            Optional.ofNullable(speaker.entries().get(key)).ifPresent(entry -> defaults.put(key, entry));
        }
        defaults.putAll(speaker.section("defaults").entries());
        speaker.sections("peer-groups").forEach(group -> groups.put(group.name(), group));
    }

    List<NeighborConfig> neighbors() {
        var neighbors = new ArrayList<NeighborConfig>();
        var places = new HashMap<InetAddress, Settings>();
        for (var section : speaker.sections("neighbors")) {
            var address = RoutingScalars.ADDRESS.parse().apply(section.name());
            var first = places.putIfAbsent(address, section);
            if (first != null) {
                problems.at(
                        section.place(),
                        "neighbour " + section.name() + " is there already, in line "
                                + first.place().line());
                continue;
            }
            neighbor(section, address).ifPresent(neighbors::add);
        }
        return neighbors;
    }

    List<ListenRange> ranges() {
        var ranges = new ArrayList<ListenRange>();
        for (var section : speaker.sections("listen-ranges")) {
            var prefix = RoutingScalars.PREFIX.parse().apply(section.name());
            neighbor(section, prefix.address()).ifPresent(template -> {
                int limit = section.get("limit", SpeakerShapes.NEIGHBORS, 100);
                ranges.add(new ListenRange(prefix, limit, passive(template)));
            });
        }
        return ranges;
    }

    private static NeighborConfig passive(NeighborConfig template) {
        return template.withSession(template.session().withPassive(true));
    }

    /** Nothing when something about it is wrong, which {@link #problems} were told. */
    private Optional<NeighborConfig> neighbor(Settings section, InetAddress address) {
        var groupName = section.get("group", RoutingScalars.NAME);
        var group = groupName.map(groups::get);
        if (groupName.isPresent() && group.isEmpty()) {
            problems.at(
                    section.placeOf("group"),
                    "no peer group '" + groupName.get() + "'"
                            + Shape.hint(groupName.get(), List.copyOf(groups.keySet())));
            return Optional.empty();
        }
        var inherited = new HashMap<>(defaults);
        group.ifPresent(settings -> inherited.putAll(settings.entries()));
        var all = section.over(inherited, SpeakerShapes.SETTINGS.keys());
        var remoteAs = all.get("as", RemoteAs.SCALAR);
        if (remoteAs.isEmpty()) {
            problems.at(section.place(), "neighbour " + section.name() + " needs 'as', here or in its peer group");
            return Optional.empty();
        }
        try {
            var number = remoteAs.get().in(as);
            return Optional.of(neighbor(all, address, number).withGroup(groupName.orElse("")));
        } catch (IllegalArgumentException wrong) {
            problems.at(section.place(), String.valueOf(wrong.getMessage()));
            return Optional.empty();
        }
    }

    private NeighborConfig neighbor(Settings all, InetAddress address, Asn remoteAs) {
        boolean external = !remoteAs.equals(as);
        var session = SessionConfig.of(address, remoteAs, as, routerId);
        session = session.withTransport(transport(all, session.transport()))
                .withTimers(timers(all, session.timers()))
                .withOffer(offer(all, address));
        var config = NeighborConfig.of(session)
                .withDescription(all.get("description", Scalar.SENTENCE, ""))
                .withPolicies(policies.chain(all, "import", external), policies.chain(all, "export", external))
                .withOptions(options(all, session.families()))
                .withBfd(all.get("bfd", Scalar.BFD).orElse(null))
                .withShutdown(shutdown(all));
        for (var nextHop : all.each("next-hop", RoutingScalars.ADDRESS)) {
            config = config.withNextHop(nextHop);
        }
        return config;
    }

    private static TransportOptions transport(Settings all, TransportOptions usual) {
        var security = all.get("ttl-security", SpeakerShapes.HOPS);
        if (security.isPresent() && all.has("multihop")) {
            throw new IllegalArgumentException(
                    "multihop and ttl-security exclude each other: ttl-security is the number of hops");
        }
        return usual.withLocalAddress(
                        all.get("local-address", RoutingScalars.ADDRESS).orElse(null))
                .withPort(all.get("port", Scalar.PORT, SessionConfig.BGP_PORT))
                .withPassive(all.get("passive", Scalar.YES_NO, false))
                .withHops(security.orElse(all.get("multihop", SpeakerShapes.HOPS, usual.hops())))
                .withTtlSecurity(security.isPresent())
                .withMd5Password(all.get("password", Scalar.SENTENCE).orElse(null));
    }

    private static SessionTimers timers(Settings all, SessionTimers usual) {
        return new SessionTimers(
                all.get("hold-time", Scalar.DURATION, usual.holdTime()),
                all.get("minimum-hold-time", Scalar.DURATION, usual.minimumHoldTime()),
                all.get("connect-retry", Scalar.DURATION, usual.connectRetry()),
                all.get("send-hold-time", Scalar.DURATION).orElse(null));
    }

    private static Offer offer(Settings all, InetAddress address) {
        Set<AddressFamily> families = EnumSet.noneOf(AddressFamily.class);
        families.addAll(PolicyReader.families(all, "families"));
        if (families.isEmpty()) {
            families = Set.of(Prefix.host(address).family());
        }
        var addPath = all.section("add-path");
        Set<AddressFamily> none = Set.of();
        var offer = Offer.of(families)
                .withAddPath(
                        addPath.get("receive", Scalar.YES_NO, false) ? families : none,
                        addPath.has("send") ? families : none)
                .with(Offer.Feature.EXTENDED_MESSAGES, all.get("extended-messages", Scalar.YES_NO, true))
                .with(Offer.Feature.ENHANCED_ROUTE_REFRESH, all.get("enhanced-route-refresh", Scalar.YES_NO, true))
                .with(Offer.Feature.RESTART_HELPER, helper(all))
                .withNames(all.get("hostname", Scalar.SENTENCE).orElse(null), null);
        if (all.get("extended-next-hop", Scalar.YES_NO, false)) {
            offer = offer.withExtendedNextHop(Set.of(AddressFamily.IPV4_UNICAST));
        }
        boolean strict = all.get("role-strict", Scalar.YES_NO, false);
        return all.has("role") || strict
                ? offer.withRole(all.has("role") ? all.word("role", Role.PEER) : null, strict)
                : offer;
    }

    private static boolean helper(Settings all) {
        return all.each("graceful-restart").stream()
                .noneMatch(word -> word.text().equals("none"));
    }

    private static ExchangeOptions options(Settings all, Set<AddressFamily> families) {
        var options = ExchangeOptions.USUAL
                .withReflectorClient(all.get("route-reflector-client", Scalar.YES_NO, false))
                .withNextHopSelf(all.get("next-hop-self", Scalar.YES_NO, false))
                .withChecks(
                        all.get("enforce-first-as", Scalar.YES_NO, false),
                        all.get("allow-as-in", SpeakerShapes.OWN_AS, 0));
        var most = all.section("add-path").get("send", AddPathSend.SCALAR);
        if (most.isPresent()) {
            options = options.withAddPathSend(each(families, most.get().most()));
        }
        var sent = all.get("prefix-limit-out", SpeakerShapes.ROUTES);
        if (sent.isPresent()) {
            options = options.withSendLimits(each(families, sent.get()));
        }
        var brief = all.get("prefix-limit", SpeakerShapes.ROUTES).map(PrefixLimit::of);
        var full = all.section("prefix-limit");
        Optional<Duration> restart = full.get("restart", Scalar.DURATION);
        var limit = brief.or(() -> full.get("maximum", SpeakerShapes.ROUTES)
                .map(maximum -> new PrefixLimit(maximum, full.get("warning", SpeakerShapes.PERCENT, 75))));
        return limit.isPresent() ? options.withLimits(each(families, limit.get()), restart.orElse(null)) : options;
    }

    private static <T> Map<AddressFamily, T> each(Set<AddressFamily> families, T value) {
        var map = new EnumMap<AddressFamily, T>(AddressFamily.class);
        families.forEach(family -> map.put(family, value));
        return map;
    }

    /** {@code true} stays down without a text, {@code false} does not; anything else is the text. */
    private static @Nullable String shutdown(Settings all) {
        var text = all.get("shutdown", Scalar.SENTENCE, "false");
        return text.equals("false") ? null : text.equals("true") ? "" : text;
    }
}
