package ecmplab.lab.speaker;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Action;
import ecmplab.bgp.policy.CommunityPattern;
import ecmplab.bgp.policy.Explanation;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PolicyContext;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.ListenRange;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells what a neighbour's policy makes of a route, term by term ({@code lab bgp policy test}). */
public final class PolicyProbe {
    private final NeighborConfig neighbor;
    private final boolean in;

    private PolicyProbe(NeighborConfig neighbor, boolean in) {
        this.neighbor = neighbor;
        this.in = in;
    }

    /** For a neighbour that the configuration names, or that one of its ranges would take; empty when there is none. */
    public static Optional<PolicyProbe> of(SpeakerConfig config, InetAddress address, boolean in) {
        return config.neighbors().stream()
                .filter(neighbor -> neighbor.address().equals(address))
                .findFirst()
                .or(() -> config.ranges().stream()
                        .filter(range -> range.prefix().contains(Prefix.host(address)))
                        .findFirst()
                        .map((ListenRange range) -> range.at(address)))
                .map(neighbor -> new PolicyProbe(neighbor, in));
    }

    /** What the route has where nothing was said: from another AS the path is at least that AS. */
    public PathAttributes complete(PathAttributes route) {
        var session = neighbor.session();
        boolean noPath = route.find(AsPath.class).orElse(AsPath.EMPTY).equals(AsPath.EMPTY);
        boolean known = session.isEbgp() && !session.remoteAsn().equals(SessionConfig.ANY_OTHER_AS);
        return in && known && noPath
                ? route.with(AsPath.sequence(session.remoteAsn().value()))
                : route;
    }

    public Answer.Known answer(Prefix prefix, PathAttributes route) {
        var session = neighbor.session();
        var context = new PolicyContext(session.localAsn(), session.remoteAddress(), session.remoteAsn());
        var policy = in ? neighbor.importPolicy() : neighbor.exportPolicy();
        var explanation = policy.explain(prefix, route, context);
        return Answer.of(json(prefix, explanation), () -> text(prefix, policy, explanation));
    }

    private String text(Prefix prefix, Policy policy, Explanation explanation) {
        var text = new StringBuilder();
        text.append(prefix)
                .append(in ? " from " : " to ")
                .append(neighbor.address().getHostAddress())
                .append(" (AS ")
                .append(neighbor.session().remoteAsn())
                .append("), ")
                .append(in ? "import" : "export")
                .append(" policy ")
                .append(policy.name())
                .append("\n  as-path ")
                .append(shown(explanation.before(), AttributeType.AS_PATH))
                .append('\n');
        for (var step : explanation.steps()) {
            text.append("  term ")
                    .append(step.term())
                    .append(": ")
                    .append(said(step))
                    .append('\n');
        }
        text.append(explanation.accepted() ? "accepted" : "rejected")
                .append(decidedBy(explanation))
                .append('\n');
        changes(explanation)
                .forEach((attribute, change) -> text.append("  ")
                        .append(attribute)
                        .append(": ")
                        .append(change.getFirst())
                        .append(" -> ")
                        .append(change.getLast())
                        .append('\n'));
        return text.toString();
    }

    private static String said(Explanation.Step step) {
        if (!step.matched()) {
            return "does not match: " + step.failed();
        }
        var sets = step.actions().stream().map(Action::text).collect(Collectors.joining(", "));
        return "matches" + (sets.isEmpty() ? "" : ", sets " + sets) + ", then "
                + step.verdict().name().toLowerCase(Locale.ROOT);
    }

    private static String decidedBy(Explanation explanation) {
        if (explanation.policy().equals(Policy.NONE.name())) {
            return ": the neighbour is of another AS and has no policy in this direction (RFC 8212)";
        }
        return explanation.deciding().equals("otherwise") ? ": no term decided" : " by term " + explanation.deciding();
    }

    private Map<String, Object> json(Prefix prefix, Explanation explanation) {
        var json = new LinkedHashMap<String, Object>();
        json.put("prefix", prefix.toString());
        json.put("neighbor", neighbor.address().getHostAddress());
        json.put("direction", in ? "in" : "out");
        json.put("policy", explanation.policy());
        json.put("accepted", explanation.accepted());
        json.put("deciding", explanation.deciding());
        var terms = new ArrayList<Object>();
        for (var step : explanation.steps()) {
            var term = new LinkedHashMap<String, Object>();
            term.put("term", step.term());
            term.put("matched", step.matched());
            if (!step.matched()) {
                term.put("failed", step.failed());
            }
            term.put("sets", step.actions().stream().map(Action::text).toList());
            term.put("then", step.verdict().name().toLowerCase(Locale.ROOT));
            terms.add(term);
        }
        json.put("terms", terms);
        var changes = new LinkedHashMap<String, Object>();
        changes(explanation)
                .forEach((attribute, change) ->
                        changes.put(attribute, Map.of("before", change.getFirst(), "after", change.getLast())));
        json.put("changes", changes);
        return json;
    }

    /** What each attribute was and is, of those that differ. */
    private static Map<String, List<String>> changes(Explanation explanation) {
        var types = new TreeSet<Integer>();
        explanation.before().list().forEach(attribute -> types.add(attribute.type()));
        explanation.after().list().forEach(attribute -> types.add(attribute.type()));
        var changes = new LinkedHashMap<String, List<String>>();
        for (int type : types) {
            var before = shown(explanation.before(), type);
            var after = shown(explanation.after(), type);
            if (!before.equals(after)) {
                changes.put(AttributeType.name(type), List.of(before, after));
            }
        }
        return changes;
    }

    private static String shown(PathAttributes attributes, int type) {
        return attributes.list().stream()
                .filter(attribute -> attribute.type() == type)
                .map(PolicyProbe::shown)
                .findFirst()
                .orElse("none");
    }

    private static String shown(PathAttribute attribute) {
        return switch (attribute) {
            case AsPath path -> path.segments().isEmpty() ? "empty" : path.toString();
            case NextHop(var address, var ignored) -> address.getHostAddress();
            case LocalPref preference -> Long.toString(preference.value());
            case MultiExitDisc med -> Long.toString(med.value());
            case Communities(var values) ->
                values.stream().map(CommunityPattern::text).collect(Collectors.joining(" "));
            case PathAttribute.LargeCommunities(var values) ->
                values.stream().map(Object::toString).collect(Collectors.joining(" "));
            case PathAttribute.ExtendedCommunities(var values) ->
                values.stream().map(Object::toString).collect(Collectors.joining(" "));
            case PathAttribute.Origin origin -> origin.name().toLowerCase(Locale.ROOT);
            default -> attribute.toString();
        };
    }
}
