package ecmplab.lab.show;

import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.packet.AddressText;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code show bgp peer-group} and {@code show bgp memory}: how the speaker is set, and what it holds. */
final class SettingsShow {
    private final Speaker speaker;

    private SettingsShow(Speaker speaker) {
        this.speaker = speaker;
    }

    static void add(CommandTree commands, Speaker speaker) {
        var show = new SettingsShow(speaker);
        commands.on("show bgp peer-group [NAME]", show::groups)
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
                        .append(AddressText.of(member.address()))
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
                members.stream().map(member -> AddressText.of(member.address())).toList());
        return json;
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
