package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code lab bgp monitor}: what happens to a speaker, as it happens, a line each. */
public final class MonitorShow {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Changes of one pass that are looked up in the RIB one by one; of more, only the next hops are said. */
    private static final int MOST_LOOKED_UP = 100;

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
                            || neighbor.getHostAddress()
                                    .equals(occurrence.details().get("peer")))
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
        try (var subscription = feed.subscribe()) {
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

    private Stream<Occurrence> occurrences(Optional<EventFeed.Item> item, Filter filter) {
        return switch (item.orElse(null)) {
            case null -> Stream.of();
            case EventFeed.Event(var event) -> Stream.of(Occurrence.of(event));
            case EventFeed.Routes(var at, var changes)
            when filter.wants("route-changed") -> {
                var wanted = changes.stream()
                        .filter(change -> filter.prefix == null || Filter.covers(filter.prefix, change.prefix()))
                        .toList();
                yield wanted.stream().map(change -> changed(at, change, wanted.size() <= MOST_LOOKED_UP));
            }
            case EventFeed.Routes ignored -> Stream.of();
        };
    }

    private Occurrence changed(Instant at, RouteListener.Change change, boolean lookUp) {
        var said = Occurrence.plain(at, "route-changed")
                .and("prefix", change.prefix().toString())
                .and(
                        "nexthops",
                        change.nextHops().stream()
                                .map(hop -> hop.address().getHostAddress())
                                .toList());
        if (lookUp && !change.nextHops().isEmpty()) {
            speaker.route(change.prefix())
                    .ifPresent(route -> best(route)
                            .ifPresent(best -> said.and(
                                            "peer", best.peer().address().getHostAddress())
                                    .and(
                                            "path",
                                            best.attributes()
                                                    .find(AsPath.class)
                                                    .map(AsPath::toString)
                                                    .orElse(""))
                                    .and("why", why(route))));
        }
        return said;
    }

    private static Optional<PathView> best(RouteView route) {
        return route.paths().stream()
                .filter(path -> path.reason() == Reason.BEST)
                .findFirst();
    }

    /** What the best path won by: the reason of the path that lost last. */
    private static String why(RouteView route) {
        return route.paths().stream()
                .filter(path -> path.reason().isValid() && !path.reason().isUsed())
                .max(java.util.Comparator.comparing(PathView::reason))
                .map(path -> "over " + path.peer().address().getHostAddress() + ", which "
                        + path.reason().text())
                .orElse("only path");
    }
}
