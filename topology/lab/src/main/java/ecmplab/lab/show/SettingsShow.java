package ecmplab.lab.show;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code show bgp peer-group}, {@code show bgp policy} and {@code show bgp memory}: how the speaker is set, and what it holds. */
final class SettingsShow {
    private final Speaker speaker;

    private SettingsShow(Speaker speaker) {
        this.speaker = speaker;
    }

    static void add(CommandTree commands, Speaker speaker) {
        var show = new SettingsShow(speaker);
        commands.on("show bgp peer-group [NAME]", show::groups)
                .on("show bgp policy [NAME]", show::policies)
                .on("show bgp memory", values -> show.memory())
                .on("show bgp statistics", values -> show.memory());
    }

    private Answer groups(Map<String, String> values) {
        var groups = new TreeMap<String, List<NeighborConfig>>();
        var configured = Stream.concat(
                speaker.neighbors().stream().map(each -> each.config()),
                speaker.config().ranges().stream().map(range -> range.template()));
        groups.putAll(configured
                .filter(each -> !each.group().isEmpty())
                .collect(Collectors.groupingBy(NeighborConfig::group)));
        var wanted = values.get("NAME");
        if (wanted != null) {
            groups.keySet().retainAll(List.of(wanted));
            if (groups.isEmpty()) {
                return Answer.noSuch("% No such peer-group: " + wanted);
            }
        }
        var json = new LinkedHashMap<String, Object>();
        groups.forEach((name, members) -> json.put(name, group(members)));
        return Answer.of(json, () -> {
            var text = new StringBuilder();
            groups.forEach((name, members) -> {
                text.append("BGP peer-group ").append(name).append('\n');
                members.forEach(member -> text.append("  ")
                        .append(member.address().getHostAddress())
                        .append(", remote AS ")
                        .append(member.session().remoteAsn())
                        .append(member.description().isEmpty() ? "" : ", " + member.description())
                        .append('\n'));
            });
            return text.isEmpty() ? "no peer group\n" : text.toString();
        });
    }

    private static Map<String, Object> group(List<NeighborConfig> members) {
        var first = members.getFirst();
        var json = new LinkedHashMap<String, Object>();
        json.put("type", first.session().isEbgp() ? "external" : "internal");
        json.put(
                "addressFamiliesConfigured",
                first.session().offer().families().stream()
                        .map(family -> SummaryShow.key(family).startsWith("ipv4") ? "IPv4 Unicast" : "IPv6 Unicast")
                        .toList());
        json.put(
                "members",
                members.stream()
                        .map(member -> member.address().getHostAddress())
                        .toList());
        return json;
    }

    private Answer policies(Map<String, String> values) {
        var policies = new LinkedHashMap<>(speaker.config().policies());
        speaker.neighbors().forEach(neighbor -> {
            var config = neighbor.config();
            policies.putIfAbsent(config.importPolicy().name(), config.importPolicy());
            policies.putIfAbsent(config.exportPolicy().name(), config.exportPolicy());
        });
        var wanted = values.get("NAME");
        if (wanted != null) {
            policies.keySet().retainAll(List.of(wanted));
            if (policies.isEmpty()) {
                return Answer.noSuch("% No such policy: " + wanted);
            }
        }
        var json = new LinkedHashMap<String, Object>();
        policies.forEach((name, policy) -> json.put(name, policy(policy)));
        return Answer.of(
                json, () -> policies.values().stream().map(this::policyText).collect(Collectors.joining("\n")));
    }

    private Map<String, Object> policy(Policy policy) {
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
        json.put("importFrom", users(policy, true));
        json.put("exportTo", users(policy, false));
        return json;
    }

    private static List<String> texts(List<?> items) {
        return items.stream().map(Object::toString).toList();
    }

    private static String word(Enum<?> verdict) {
        return verdict.name().toLowerCase(java.util.Locale.ROOT);
    }

    private List<String> users(Policy policy, boolean imports) {
        return speaker.neighbors().stream()
                .map(neighbor -> neighbor.config())
                .filter(config -> (imports ? config.importPolicy() : config.exportPolicy()).equals(policy))
                .map(config -> config.address().getHostAddress())
                .toList();
    }

    private String policyText(Policy policy) {
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
        text.append("  import from ").append(named(users(policy, true)));
        text.append("; export to ").append(named(users(policy, false))).append('\n');
        return text.toString();
    }

    private static String named(List<String> users) {
        return users.isEmpty() ? "nobody" : String.join(", ", users);
    }

    private Answer memory() {
        var table = speaker.summary().table();
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        var json = new LinkedHashMap<String, Object>();
        json.put("bestPaths", table.routes());
        json.put("prefixes", table.prefixes());
        json.put("attributeSets", table.attributeSets());
        json.put("attributeOctets", table.attributeOctets());
        json.put("nextHopSets", table.nextHopSets());
        json.put("updateGroups", table.updateGroups());
        json.put("tableVersion", table.version());
        json.put("routesTooLarge", table.tooLarge());
        json.put("heapUsed", heap.getUsed());
        json.put("heapCommitted", heap.getCommitted());
        return Answer.of(
                json,
                () -> table.routes() + " prefixes with a best path, of " + table.prefixes() + "\n"
                        + table.attributeSets() + " attribute sets, using " + table.attributeOctets() + " bytes\n"
                        + table.nextHopSets() + " next-hop sets, " + table.updateGroups() + " update groups\n"
                        + table.tooLarge() + " routes too large to be sent\n"
                        + heap.getUsed() / 1024 + " KiB of heap used, " + heap.getCommitted() / 1024 + " KiB taken\n");
    }
}
