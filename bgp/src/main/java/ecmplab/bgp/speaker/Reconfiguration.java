package ecmplab.bgp.speaker;

import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What another configuration changes of a running speaker. Settings have the names that speaker files give them.
 *
 * @param settings of the speaker itself that differ. {@code as} and {@code router-id} reset all sessions, the others none
 * @param changes neighbours first, then ranges, in the order of the configurations, without those that stay as they are
 * @param announced own routes that are new or look different
 * @param withdrawn own routes that are gone
 */
public record Reconfiguration(
        List<String> settings, List<Change> changes, List<Prefix> announced, List<Prefix> withdrawn) {
    public Reconfiguration {
        settings = List.copyOf(settings);
        changes = List.copyOf(changes);
        announced = List.copyOf(announced);
        withdrawn = List.copyOf(withdrawn);
    }

    /** What becomes of a neighbour or range. */
    public enum Kind {
        ADDED,
        REMOVED,
        /** The session ends with Cease/6 and begins anew. */
        RESET,
        /** An established session stays up. */
        ADAPTED
    }

    /**
     * A neighbour, or a range and the neighbours in it.
     *
     * @param subject its address or prefix
     * @param because what cannot change while a session is up; for {@link Kind#RESET}
     * @param atOnce what changes without a reset
     * @param later what counts from the next session on
     */
    public record Change(String subject, Kind kind, List<String> because, List<String> atOnce, List<String> later) {
        public Change {
            because = List.copyOf(because);
            atOnce = List.copyOf(atOnce);
            later = List.copyOf(later);
        }

        private static Change of(String subject, Kind kind) {
            return new Change(subject, kind, List.of(), List.of(), List.of());
        }
    }

    public boolean changesNothing() {
        return settings.isEmpty() && changes.isEmpty() && announced.isEmpty() && withdrawn.isEmpty();
    }

    /** Whether the speaker is another one to all its neighbours. */
    boolean changesIdentity() {
        return settings.contains("as") || settings.contains("router-id");
    }

    /** Whether routes are chosen, or told within the AS, another way. */
    boolean changesDecisions() {
        return settings.stream().anyMatch(setting -> !setting.equals("listen"));
    }

    /** Subjects whose sessions are reset. */
    public List<String> resets() {
        return changes.stream()
                .filter(change -> change.kind() == Kind.RESET)
                .map(Change::subject)
                .toList();
    }

    static Reconfiguration between(SpeakerConfig from, SpeakerConfig to) {
        var changes = new ArrayList<Change>();
        var before = index(from.neighbors(), NeighborConfig::address);
        var after = index(to.neighbors(), NeighborConfig::address);
        changes(before, after, InetAddress::getHostAddress, Reconfiguration::between, changes);
        var rangesBefore = index(from.ranges(), ListenRange::prefix);
        var rangesAfter = index(to.ranges(), ListenRange::prefix);
        changes(rangesBefore, rangesAfter, Prefix::toString, Reconfiguration::between, changes);
        var routesBefore = index(from.routes(), OwnRoute::prefix);
        var routesAfter = index(to.routes(), OwnRoute::prefix);
        return new Reconfiguration(
                settings(from, to),
                changes,
                to.routes().stream()
                        .filter(route -> !route.equals(routesBefore.get(route.prefix())))
                        .map(OwnRoute::prefix)
                        .toList(),
                from.routes().stream()
                        .map(OwnRoute::prefix)
                        .filter(prefix -> !routesAfter.containsKey(prefix))
                        .toList());
    }

    private static List<String> settings(SpeakerConfig from, SpeakerConfig to) {
        var names = new ArrayList<String>();
        differ(names, "as", from.asn(), to.asn());
        differ(names, "router-id", from.routerId(), to.routerId());
        differ(names, "listen", from.listen(), to.listen());
        differ(names, "cluster-id", from.decision().clusterId(), to.decision().clusterId());
        differ(names, "multipath", from.decision().multipath(), to.decision().multipath());
        differ(
                names,
                "always-compare-med",
                from.decision().alwaysCompareMed(),
                to.decision().alwaysCompareMed());
        differ(
                names,
                "graceful-shutdown",
                from.decision().honourGracefulShutdown(),
                to.decision().honourGracefulShutdown());
        differ(names, "maximum-prefixes", from.maximumPrefixes(), to.maximumPrefixes());
        return names;
    }

    /** Compares one that is there before and after. */
    private interface Comparison<T> {
        Change compare(String subject, T before, T after);
    }

    private static <K, V> void changes(
            Map<K, V> before,
            Map<K, V> after,
            Function<K, String> subject,
            Comparison<V> comparison,
            List<Change> changes) {
        before.forEach((key, was) -> {
            var is = after.get(key);
            if (is == null) {
                changes.add(Change.of(subject.apply(key), Kind.REMOVED));
            } else if (!was.equals(is)) {
                changes.add(comparison.compare(subject.apply(key), was, is));
            }
        });
        after.keySet().stream()
                .filter(key -> !before.containsKey(key))
                .forEach(key -> changes.add(Change.of(subject.apply(key), Kind.ADDED)));
    }

    private static Change between(String subject, ListenRange before, ListenRange after) {
        var change = between(subject, before.template(), after.template());
        var atOnce = new ArrayList<>(change.atOnce());
        differ(atOnce, "limit", before.limit(), after.limit());
        return new Change(subject, change.kind(), change.because(), atOnce, change.later());
    }

    private static Change between(String subject, NeighborConfig before, NeighborConfig after) {
        var because = before.session().needsReset(after.session());
        var atOnce = new ArrayList<String>();
        differ(atOnce, "description", before.description(), after.description());
        differ(atOnce, "group", before.group(), after.group());
        differ(atOnce, "import", before.importPolicy(), after.importPolicy());
        differ(atOnce, "export", before.exportPolicy(), after.exportPolicy());
        differ(atOnce, "next-hop", before.nextHops(), after.nextHops());
        differ(atOnce, "bfd", before.bfd(), after.bfd());
        differ(atOnce, "shutdown", before.shutdown(), after.shutdown());
        var was = before.options();
        var is = after.options();
        differ(atOnce, "next-hop-self", was.nextHopSelf(), is.nextHopSelf());
        differ(atOnce, "route-reflector-client", was.reflectorClient(), is.reflectorClient());
        differ(atOnce, "enforce-first-as", was.enforceFirstAs(), is.enforceFirstAs());
        differ(atOnce, "allow-as-in", was.allowOwnAs(), is.allowOwnAs());
        differ(atOnce, "add-path", was.addPathSend(), is.addPathSend());
        differ(atOnce, "prefix-limit", was.limits(), is.limits());
        differ(atOnce, "prefix-limit", was.limitRestart(), is.limitRestart());
        differ(atOnce, "prefix-limit-out", was.sendLimits(), is.sendLimits());
        atOnce.removeAll(because);
        return new Change(
                subject, because.isEmpty() ? Kind.ADAPTED : Kind.RESET, because, atOnce, later(before, after));
    }

    private static List<String> later(NeighborConfig before, NeighborConfig after) {
        var names = new ArrayList<String>();
        var was = before.session();
        var is = after.session();
        differ(names, "hold-time", was.timers().holdTime(), is.timers().holdTime());
        differ(
                names,
                "minimum-hold-time",
                was.timers().minimumHoldTime(),
                is.timers().minimumHoldTime());
        differ(names, "connect-retry", was.timers().connectRetry(), is.timers().connectRetry());
        differ(names, "send-hold-time", was.timers().sendHoldTime(), is.timers().sendHoldTime());
        differ(names, "port", was.transport().port(), is.transport().port());
        differ(names, "passive", was.transport().passive(), is.transport().passive());
        differ(names, "hostname", was.offer().hostName(), is.offer().hostName());
        return names;
    }

    private static void differ(List<String> names, String name, @Nullable Object before, @Nullable Object after) {
        if (!Objects.equals(before, after) && !names.contains(name)) {
            names.add(name);
        }
    }

    private static <K, V> Map<K, V> index(List<V> values, Function<V, K> key) {
        var map = new LinkedHashMap<K, V>();
        values.forEach(value -> map.put(key.apply(value), value));
        return map;
    }
}
