package ecmplab.lab.file;

import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.policy.Action;
import ecmplab.bgp.policy.AsPathRegex;
import ecmplab.bgp.policy.Match;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.Policy.Term;
import ecmplab.bgp.policy.PrefixList;
import ecmplab.bgp.policy.Verdict;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.file.Yaml.Text;
import ecmplab.lab.file.Yaml.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads {@code prefix-lists} and {@code policies} of a speaker's file whose shape was checked. */
final class PolicyReader {
    /** There without being written. */
    static final Map<String, Policy> BUILT_IN = builtIn();

    private final Problems problems;
    private final Map<String, PrefixList> lists = new LinkedHashMap<>();
    private final Map<String, Policy> policies = new LinkedHashMap<>();

    PolicyReader(Settings speaker, Problems problems) {
        this.problems = problems;
        for (var list : speaker.lists("prefix-lists")) {
            lists.put(list.name(), new PrefixList(list.name(), entries(list.items())));
        }
        for (var policy : speaker.lists("policies")) {
            if (BUILT_IN.containsKey(policy.name())) {
                problems.at(policy.place(), "policy '" + policy.name() + "' is built in: choose another name");
            } else if (policy.items().size() > Policy.MOST_TERMS) {
                problems.at(
                        policy.place(),
                        "policy '" + policy.name() + "' has " + policy.items().size() + " terms: at most "
                                + Policy.MOST_TERMS);
            } else {
                policies.put(policy.name(), policy(policy));
            }
        }
    }

    private static Map<String, Policy> builtIn() {
        var all = new LinkedHashMap<String, Policy>();
        all.put("accept-all", Policy.ACCEPT_ALL);
        all.put("deny-all", Policy.DENY_ALL);
        var own = Term.accept("own", new Match.AsPathLike(AsPathRegex.parse("^$")));
        all.put("own-routes", new Policy("own-routes", List.of(own), Verdict.REJECT));
        return Map.copyOf(all);
    }

    /** Those of the file. */
    Map<String, Policy> policies() {
        return policies;
    }

    /** The policies named under a key of a neighbour, as one. */
    Policy chain(Settings neighbor, String key, boolean external) {
        if (!neighbor.has(key)) {
            return external ? Policy.NONE : Policy.ACCEPT_ALL;
        }
        var chained = new ArrayList<Policy>();
        for (var name : neighbor.each(key)) {
            var policy = policies.getOrDefault(name.text(), BUILT_IN.get(name.text()));
            if (policy == null) {
                var known = Stream.concat(
                                policies.keySet().stream(),
                                BUILT_IN.keySet().stream().sorted())
                        .toList();
                problems.at(name.place(), "no policy '" + name.text() + "'" + Shape.hint(name.text(), known));
            } else {
                chained.add(policy);
                forbidden(policy, key, name);
            }
        }
        try {
            return Policy.chain(chained);
        } catch (IllegalArgumentException tooLong) {
            problems.at(neighbor.placeOf(key), String.valueOf(tooLong.getMessage()));
            return Policy.NONE;
        }
    }

    /** What has no meaning in that direction. */
    private void forbidden(Policy policy, String key, Text name) {
        boolean in = key.equals("import");
        Action wrong = in ? new Action.SetNextHopSelf() : new Action.SetNextHopPeer();
        for (var term : policy.terms()) {
            if (term.actions().contains(wrong)) {
                problems.at(
                        name.place(),
                        "term '" + term.name() + "' of policy '" + policy.name() + "' sets next-hop to '"
                                + (in ? "self' and cannot be for import" : "peer' and cannot be for export"));
            }
        }
    }

    private Policy policy(Settings.Named policy) {
        var terms = new ArrayList<Term>();
        var names = new HashSet<String>();
        for (var item : policy.items()) {
            var term = Settings.of(policy.name(), item.place(), item);
            var name = term.get("name", RoutingScalars.NAME, Integer.toString(terms.size() + 1));
            if (!names.add(name)) {
                problems.at(term.placeOf("name"), "two terms '" + name + "' in policy '" + policy.name() + "'");
            }
            terms.add(new Term(
                    name,
                    matches(term.section("match")),
                    new ActionReader(term.section("set")).read(),
                    term.word("then", Verdict.NEXT)));
        }
        return new Policy(policy.name(), terms, Verdict.NEXT);
    }

    private List<Match> matches(Settings match) {
        var matches = new ArrayList<Match>();
        match.get("prefix-list", RoutingScalars.NAME).ifPresent(name -> {
            var list = lists.get(name);
            if (list == null) {
                problems.at(
                        match.placeOf("prefix-list"),
                        "no prefix list '" + name + "'" + Shape.hint(name, List.copyOf(lists.keySet())));
            } else {
                matches.add(new Match.InPrefixList(list));
            }
        });
        if (match.has("prefix")) {
            var entries = match.each("prefix", RoutingScalars.PREFIX_ENTRY);
            matches.add(new Match.InPrefixList(new PrefixList(
                    String.join(
                            ", ", match.each("prefix").stream().map(Text::text).toList()),
                    entries)));
        }
        if (match.has("family")) {
            matches.add(new Match.OfFamily(families(match, "family").getFirst()));
        }
        if (match.has("neighbor")) {
            matches.add(new Match.NeighborIn(match.each("neighbor", RoutingScalars.ADDRESSES)));
        }
        match.get("neighbor-as", RoutingScalars.RANGE).ifPresent(asns -> matches.add(new Match.NeighborAs(asns)));
        match.get("as-path", RoutingScalars.AS_PATH).ifPresent(regex -> matches.add(new Match.AsPathLike(regex)));
        match.get("as-path-contains", Scalar.AS).ifPresent(asn -> matches.add(new Match.PathContains(asn)));
        match.get("origin-as", Scalar.AS).ifPresent(asn -> matches.add(new Match.OriginatedBy(asn)));
        match.get("as-path-length", RoutingScalars.RANGE)
                .ifPresent(length -> matches.add(new Match.PathLength(length)));
        if (match.has("community")) {
            matches.add(new Match.HasCommunity(match.each("community", RoutingScalars.COMMUNITIES)));
        }
        if (match.has("large-community")) {
            matches.add(new Match.HasLargeCommunity(match.each("large-community", RoutingScalars.LARGE_COMMUNITIES)));
        }
        if (match.has("extended-community")) {
            matches.add(new Match.HasExtendedCommunity(
                    match.each("extended-community", RoutingScalars.EXTENDED_COMMUNITIES)));
        }
        if (match.has("next-hop")) {
            matches.add(new Match.NextHopIn(match.each("next-hop", RoutingScalars.ADDRESSES)));
        }
        if (match.has("origin")) {
            matches.add(new Match.HasOrigin(match.word("origin", Origin.IGP)));
        }
        match.get("med", RoutingScalars.RANGE).ifPresent(med -> matches.add(new Match.HasMed(med)));
        match.get("local-pref", RoutingScalars.RANGE)
                .ifPresent(preference -> matches.add(new Match.HasLocalPref(preference)));
        if (match.has("not")) {
            matches(match.section("not")).forEach(inner -> matches.add(new Match.Not(inner)));
        }
        return matches;
    }

    static List<AddressFamily> families(Settings settings, String key) {
        return settings.each(key).stream()
                .map(family -> family.text().equals("ipv4") ? AddressFamily.IPV4_UNICAST : AddressFamily.IPV6_UNICAST)
                .toList();
    }

    private static List<PrefixList.Entry> entries(List<Value> items) {
        return items.stream()
                .filter(Text.class::isInstance)
                .map(item -> RoutingScalars.PREFIX_ENTRY.parse().apply(((Text) item).text()))
                .toList();
    }
}
