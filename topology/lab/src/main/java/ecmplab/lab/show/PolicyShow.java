package ecmplab.lab.show;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.rib.PolicyHits;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code show bgp policy}: the policies term by term, who has them, and what each term makes of the routes that there are now. */
final class PolicyShow {
    private final Speaker speaker;

    private PolicyShow(Speaker speaker) {
        this.speaker = speaker;
    }

    static void add(CommandTree commands, Speaker speaker) {
        commands.on("show bgp policy [NAME]", new PolicyShow(speaker)::policies);
    }

    /** What a neighbour has it for, and what came of that. */
    private record Use(InetAddress neighbor, boolean imports, PolicyHits hits) {
        String direction() {
            return imports ? "import" : "export";
        }
    }

    private Answer policies(Map<String, String> values) {
        var policies = new LinkedHashMap<>(speaker.config().policies());
        var neighbors =
                speaker.neighbors().stream().map(NeighborSnapshot::config).toList();
        neighbors.forEach(neighbor -> {
            policies.putIfAbsent(neighbor.importPolicy().name(), neighbor.importPolicy());
            policies.putIfAbsent(neighbor.exportPolicy().name(), neighbor.exportPolicy());
        });
        var wanted = values.get("NAME");
        if (wanted != null) {
            policies.keySet().retainAll(List.of(wanted));
            if (policies.isEmpty()) {
                return Answer.noSuch("% No such policy: " + wanted);
            }
        }
        var uses = new LinkedHashMap<Policy, List<Use>>();
        policies.values().forEach(policy -> uses.put(policy, uses(policy, neighbors)));
        var json = new LinkedHashMap<String, Object>();
        policies.forEach((name, policy) -> json.put(name, json(policy, uses.getOrDefault(policy, List.of()))));
        return Answer.of(
                json,
                () -> uses.entrySet().stream()
                        .map(each -> text(each.getKey(), each.getValue()))
                        .collect(Collectors.joining("\n")));
    }

    private List<Use> uses(Policy policy, List<NeighborConfig> neighbors) {
        var uses = new ArrayList<Use>();
        for (var imports : List.of(true, false)) {
            for (var neighbor : neighbors) {
                var has = imports ? neighbor.importPolicy() : neighbor.exportPolicy();
                if (has.equals(policy)) {
                    uses.add(new Use(neighbor.address(), imports, hits(neighbor.address(), imports, policy)));
                }
            }
        }
        return uses;
    }

    /** A neighbour that is gone meanwhile has no routes. */
    private PolicyHits hits(InetAddress neighbor, boolean imports, Policy policy) {
        try {
            return speaker.policyHits(neighbor, imports);
        } catch (IllegalArgumentException gone) {
            return new PolicyHits(policy, List.of(), 0, 0, 0, 0);
        }
    }

    private static Map<String, Object> json(Policy policy, List<Use> uses) {
        var json = new LinkedHashMap<String, Object>();
        json.put(
                "terms",
                policy.terms().stream()
                        .map(term -> {
                            var of = new LinkedHashMap<String, Object>();
                            of.put("name", term.name());
                            of.put("matches", texts(term.matches()));
                            of.put("sets", texts(term.actions()));
                            of.put("verdict", word(term.verdict()));
                            return of;
                        })
                        .toList());
        json.put("otherwise", word(policy.otherwise()));
        json.put("importFrom", users(uses, true));
        json.put("exportTo", users(uses, false));
        json.put("routes", uses.stream().map(PolicyShow::json).toList());
        return json;
    }

    private static Map<String, Object> json(Use use) {
        var hits = use.hits;
        var json = new LinkedHashMap<String, Object>();
        json.put("neighbor", AddressText.of(use.neighbor));
        json.put("direction", use.direction());
        json.put("judged", hits.judged());
        json.put("accepted", hits.accepted());
        json.put("rejected", hits.rejected());
        json.put("notAsked", hits.notAsked());
        var terms = new LinkedHashMap<String, Object>();
        hits.terms().forEach(term -> {
            var of = new LinkedHashMap<String, Object>();
            of.put("matched", term.matched());
            of.put("decided", term.decided());
            terms.put(term.term(), of);
        });
        json.put("terms", terms);
        json.put("otherwise", hits.byDefault());
        return json;
    }

    private static List<String> texts(List<?> items) {
        return items.stream().map(Object::toString).toList();
    }

    private static String word(Enum<?> verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    private static List<String> users(List<Use> uses, boolean imports) {
        return uses.stream()
                .filter(use -> use.imports == imports)
                .map(use -> AddressText.of(use.neighbor))
                .toList();
    }

    private static String text(Policy policy, List<Use> uses) {
        var text = new StringBuilder("policy " + policy.name() + "\n");
        int number = 1;
        for (var term : policy.terms()) {
            text.append("  ").append(number++).append(". ").append(term.name());
            text.append(": ")
                    .append(term.matches().isEmpty() ? "every route" : String.join(" and ", texts(term.matches())));
            texts(term.actions()).forEach(set -> text.append("; ").append(set));
            text.append("; ").append(word(term.verdict())).append('\n');
        }
        text.append("  otherwise ").append(word(policy.otherwise())).append('\n');
        text.append("  import from ").append(named(users(uses, true)));
        text.append("; export to ").append(named(users(uses, false))).append('\n');
        if (!uses.isEmpty()) {
            text.append("  routes now:\n").append(table(uses).indent(4));
        }
        return text.toString();
    }

    private static String table(List<Use> uses) {
        var rows = new ArrayList<List<String>>();
        for (var use : uses) {
            var hits = use.hits;
            var who = AddressText.of(use.neighbor);
            hits.terms()
                    .forEach(term -> rows.add(
                            List.of(who, use.direction(), term.term(), "" + term.matched(), "" + term.decided())));
            rows.add(List.of(who, use.direction(), "otherwise", "-", "" + hits.byDefault()));
            rows.add(List.of(
                    who,
                    use.direction(),
                    "all: " + hits.accepted() + " accepted, " + hits.rejected() + " rejected"
                            + (hits.notAsked() == 0 ? "" : ", " + hits.notAsked() + " kept away before"),
                    "" + hits.judged(),
                    "" + hits.judged()));
        }
        return TextTable.render(List.of("neighbor", "for", "term", "matched", "decided"), rows);
    }

    private static String named(List<String> users) {
        return users.isEmpty() ? "nobody" : String.join(", ", users);
    }
}
