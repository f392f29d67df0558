package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.rib.BestChange;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.packet.AddressText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code lab bgp monitor}: what happens to a speaker, as it happens, a line each. */
public final class MonitorShow {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Speaker speaker;
    private final EventFeed feed;

    private MonitorShow(Speaker speaker, EventFeed feed) {
        this.speaker = speaker;
        this.feed = feed;
    }

    /** Adds the command to a node's. */
    public static void add(CommandTree commands, Speaker speaker, EventFeed feed) {
        commands.on(
                "bgp monitor [--neighbor ADDRESS] [--prefix PREFIX] [--kind KINDS] [--count N]",
                new MonitorShow(speaker, feed)::monitor);
    }

    /**
     * What is let through.
     *
     * @param prefix itself and longer ones; null for all
     * @param kinds by name, all when empty
     * @param count lines, then the end; 0 for ever
     */
    record Filter(@Nullable InetAddress neighbor, @Nullable Prefix prefix, List<String> kinds, long count) {
        /** @throws IllegalArgumentException saying what is wrong */
        static Filter parse(Map<String, String> values) {
            var neighbor = values.get("--neighbor");
            var prefix = values.get("--prefix");
            var kinds = values.containsKey("--kind")
                    ? List.of(values.getOrDefault("--kind", "").split(","))
                    : List.<String>of();
            for (var kind : kinds) {
                if (!Occurrence.KINDS.contains(kind)) {
                    throw new IllegalArgumentException(
                            "no kind '" + kind + "': there are " + String.join(", ", Occurrence.KINDS));
                }
            }
            return new Filter(
                    neighbor == null ? null : InetAddress.ofLiteral(neighbor),
                    prefix == null ? null : Prefix.parse(prefix),
                    kinds,
                    Long.parseLong(values.getOrDefault("--count", "0")));
        }

        boolean passes(Occurrence occurrence) {
            var kind = occurrence.kind();
            if (kind.equals("events-lost")) {
                return true;
            }
            return (kinds.isEmpty() || kinds.contains(kind))
                    && (neighbor == null
                            || AddressText.of(neighbor)
                                    .equals(occurrence.details().get("peer"))
                            || (occurrence.details().get("old") instanceof Map<?, ?> old
                                    && AddressText.of(neighbor).equals(old.get("peer"))))
                    && (prefix == null || concerns(prefix, occurrence.details()));
        }

        boolean wants(String kind) {
            return kinds.isEmpty() || kinds.contains(kind);
        }

        private static boolean concerns(Prefix wanted, Map<String, Object> details) {
            var one = details.get("prefix");
            var all = details.get("prefixes") instanceof List<?> list ? list : List.of();
            return Stream.concat(Stream.ofNullable(one), all.stream())
                    .anyMatch(each -> covers(wanted, Prefix.parse(each.toString())));
        }

        static boolean covers(Prefix wanted, Prefix prefix) {
            return wanted.contains(prefix);
        }
    }

    private Answer monitor(Map<String, String> values) {
        try {
            var filter = Filter.parse(values);
            return Answer.streamed(
                    out -> follow(filter, out, Occurrence::toJson), out -> follow(filter, out, Occurrence::toText));
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private void follow(Filter filter, Writer out, Function<Occurrence, String> form) throws IOException {
        try (var subscription = filter.wants("route-changed") ? feed.follow() : feed.subscribe()) {
            speaker.follow();
            for (long lines = 0; filter.count == 0 || lines < filter.count; ) {
                var item = subscription.next(PAUSE);
                long lost = subscription.takeLost();
                if (lost > 0) {
                    write(Occurrence.plain(Instant.now(), "events-lost").and("events", lost), out, form);
                }
                for (var each = occurrences(item, filter).iterator(); each.hasNext(); ) {
                    var occurrence = each.next();
                    if (filter.passes(occurrence) && (filter.count == 0 || lines < filter.count)) {
                        write(occurrence, out, form);
                        lines++;
                    }
                }
                out.flush();
            }
        } catch (InterruptedException gone) {
            throw new InterruptedIOException("whoever asked is gone");
        }
    }

    private static void write(Occurrence occurrence, Writer out, Function<Occurrence, String> form) throws IOException {
        out.write(form.apply(occurrence));
        out.write('\n');
    }

    private static Stream<Occurrence> occurrences(Optional<EventFeed.Item> item, Filter filter) {
        return switch (item.orElse(null)) {
            case null -> Stream.of();
            case EventFeed.Event(var event) -> Stream.of(Occurrence.of(event));
            case EventFeed.BestPaths(var at, var changes)
            when filter.wants("route-changed") ->
                changes.stream()
                        .filter(change -> filter.prefix == null || Filter.covers(filter.prefix, change.prefix()))
                        .map(change -> changed(at, change));
            case EventFeed.BestPaths ignored -> Stream.of();
            case EventFeed.Routes ignored -> Stream.of();
        };
    }

    private static Occurrence changed(Instant at, BestChange change) {
        var said = Occurrence.plain(at, "route-changed")
                .and("prefix", change.prefix().toString())
                .and(
                        "nexthops",
                        change.nextHops().stream()
                                .map(hop -> AddressText.of(hop.address()))
                                .toList());
        if (change.now() instanceof BestChange.Path best) {
            path(best).forEach(said::and);
            said.and("why", why(change.runnerUp()));
        }
        if (change.before() instanceof BestChange.Path before) {
            var old = path(before);
            old.put("fate", fate(change));
            said.and("old", old);
        }
        return said;
    }

    private static Map<String, Object> path(BestChange.Path path) {
        var attributes = path.attributes();
        var said = new LinkedHashMap<String, Object>();
        boolean isOwn = path.peer().kind() == PeerKind.LOCAL;
        said.put("peer", isOwn ? "self" : AddressText.of(path.peer().address()));
        said.put("path", attributes.find(AsPath.class).map(AsPath::toString).orElse(""));
        said.put("attributes", RouteText.inWords(attributes));
        return said;
    }

    /** What the best path won by. */
    private static String why(BestChange.@Nullable RunnerUp second) {
        return second == null
                ? "only path"
                : "over " + AddressText.of(second.peer().address()) + ", which "
                        + second.reason().text();
    }

    /** What became of the path that was best before. */
    private static String fate(BestChange change) {
        var lost = change.lost();
        var reason = lost == null ? "" : lost.text();
        return switch (change.fate()) {
            case NONE -> "";
            case BEST -> "best still, among other next hops";
            case LOST -> lost == null ? "used still, beside the best" : reason;
            case REPLACED -> "replaced by its peer" + (lost == null ? "" : ", and the new one " + reason);
            case WITHDRAWN -> "withdrawn";
            case PEER_DOWN -> "session down";
        };
    }
}
