package ecmplab.lab.show;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.mux.flow.FlowPage;
import ecmplab.mux.forward.Mux;
import ecmplab.mux.forward.MuxSnapshot;
import ecmplab.packet.AddressText;
import ecmplab.packet.IpProtocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code show vip}, {@code flows}, {@code talkers}, {@code tables}, {@code vxlan} and counters of a MUX. */
public final class MuxShow {
    private static final int FEW_FLOWS = 50;
    private static final int PAGE = 4096;

    private final Mux mux;

    private MuxShow(Mux mux) {
        this.mux = mux;
    }

    /** Adds the commands to a node's. */
    public static void add(CommandTree commands, Mux mux) {
        var show = new MuxShow(mux);
        commands.on("show vip [VIP]", show::vips)
                .on("show flows [all]", values -> show.flows(FEW_FLOWS))
                .on("show tables", values -> show.tables())
                .on("show talkers", values -> show.talkers())
                .on("show vxlan", values -> show.vxlan())
                .on("show counters", values -> show.counters());
    }

    private Answer vips(Map<String, String> values) {
        var wanted = values.get("VIP");
        var vips = mux.vips().stream()
                .filter(vip ->
                        wanted == null || AddressText.of(vip.endpoint().vip()).equals(wanted))
                .toList();
        if (wanted != null && vips.isEmpty()) {
            return Answer.noSuch("% No such VIP here: " + wanted);
        }
        return Answer.table(
                vips,
                List.of(
                        "endpoint",
                        "announced",
                        "gen",
                        "digest",
                        "members",
                        "packets",
                        "octets",
                        "new flows",
                        "taken over"),
                () -> vips.stream()
                        .map(vip -> List.of(
                                vip.endpoint().toString(),
                                vip.announced() ? "yes" : "no",
                                vip.generation() == 0 ? "-" : String.valueOf(vip.generation()),
                                vip.digest(),
                                String.valueOf(vip.members()),
                                String.valueOf(vip.packets()),
                                String.valueOf(vip.octets()),
                                String.valueOf(vip.newFlows()),
                                String.valueOf(vip.takenOver())))
                        .toList());
    }

    /** The first {@code limit} flows as text; as JSON always all. */
    private Answer flows(int limit) {
        var flows = new ArrayList<MuxSnapshot.MemberFlow>();
        for (int from = 0; from != FlowPage.END; ) {
            var page = mux.flows(from, PAGE);
            flows.addAll(page.flows());
            from = page.next();
        }
        var json = Map.of("flows", flows.stream().map(MuxShow::flowJson).toList());
        return Answer.of(json, () -> {
            var rows = flows.stream().limit(limit).map(MuxShow::flowRow).toList();
            var header = List.of("client", "destination", "member", "host", "gen", "class", "age s", "idle s");
            var rest = flows.size() > rows.size() ? "... " : "";
            return TextTable.render(header, rows) + rest + flows.size() + " flows\n";
        });
    }

    private static Map<String, Object> flowJson(MuxSnapshot.MemberFlow each) {
        var flow = each.flow();
        var json = new LinkedHashMap<String, Object>();
        json.put("source", AddressText.of(flow.client()));
        json.put("sourcePort", flow.clientPort());
        json.put("destination", AddressText.of(flow.vip()));
        json.put("destinationPort", flow.vipPort());
        json.put("protocol", IpProtocol.name(flow.protocol()));
        if (each.member() != null) {
            json.put("member", each.member().id());
            json.put("host", AddressText.of(each.member().host()));
        }
        json.put("generation", flow.generation());
        json.put("trusted", flow.trusted());
        json.put("ageMilliseconds", flow.ageMillis());
        json.put("idleMilliseconds", flow.idleMillis());
        return json;
    }

    private static List<String> flowRow(MuxSnapshot.MemberFlow each) {
        var flow = each.flow();
        return List.of(
                AddressText.of(flow.client(), flow.clientPort()),
                IpProtocol.name(flow.protocol()) + " " + AddressText.of(flow.vip(), flow.vipPort()),
                each.member() == null ? "-" : each.member().id(),
                each.member() == null ? "-" : AddressText.of(each.member().host()),
                String.valueOf(flow.generation()),
                flow.trusted() ? "trusted" : "untrusted",
                seconds(flow.ageMillis()),
                seconds(flow.idleMillis()));
    }

    private static String seconds(long milliseconds) {
        return String.format(Locale.ROOT, "%.1f", milliseconds / 1000.0);
    }

    private Answer tables() {
        var tables = mux.tables();
        return Answer.of(tables, () -> {
            var text = new StringBuilder();
            for (var table : tables) {
                text.append(table.endpoint())
                        .append(" generation ")
                        .append(table.generation())
                        .append(", ");
                text.append(table.state().name().toLowerCase(Locale.ROOT))
                        .append(", ")
                        .append(table.slots());
                text.append(" slots, digest ").append(table.digest()).append('\n');
                text.append(shares(table));
            }
            return text.toString();
        });
    }

    private static String shares(MuxSnapshot.Table table) {
        var rows = table.shares().stream()
                .map(share -> List.of(
                        share.member().id(),
                        AddressText.of(share.member().dip(), share.member().port()),
                        AddressText.of(share.member().host()),
                        String.valueOf(share.member().weight()),
                        String.valueOf(share.slots()),
                        String.format(Locale.ROOT, "%.2f %%", 100.0 * share.slots() / table.slots())))
                .toList();
        return TextTable.render(List.of("member", "dip", "host", "weight", "slots", "share"), rows)
                .replaceAll("(?m)^(?=.)", "  ");
    }

    private Answer talkers() {
        var talkers = mux.talkers();
        return Answer.table(
                talkers,
                List.of("vip", "packets/s", "dropped by overload"),
                () -> talkers.stream()
                        .map(talker -> List.of(
                                AddressText.of(talker.vip()),
                                String.valueOf(talker.packetsPerSecond()),
                                String.valueOf(talker.shed())))
                        .toList());
    }

    private Answer vxlan() {
        var peers = mux.peers();
        return Answer.table(
                peers,
                List.of("host", "packets", "octets"),
                () -> peers.stream()
                        .map(peer -> List.of(
                                AddressText.of(peer.host()),
                                String.valueOf(peer.packets()),
                                String.valueOf(peer.octets())))
                        .toList());
    }

    private Answer counters() {
        var counters = mux.counters();
        return Answer.of(counters, () -> {
            var totals = new LinkedHashMap<String, Long>();
            totals.put("received", counters.received());
            totals.put("forwarded", counters.forwarded());
            totals.put("echoes answered", counters.echoesAnswered());
            totals.put("to kernel", counters.toKernel());
            totals.put("icmp errors sent", counters.errorsSent());
            return CountersText.section("packets", totals)
                    + CountersText.section("drops", counters.drops())
                    + CountersText.section("waiting for the gateway", counters.neighborDrops());
        });
    }

    /** The VIPs a MUX announces, for a word or two about it. */
    public static String announced(Mux mux) {
        return "announcing "
                + String.join(
                        " ",
                        mux.vips().stream()
                                .filter(MuxSnapshot.Vip::announced)
                                .map(vip -> vip.endpoint().vip())
                                .distinct()
                                .map(AddressText::of)
                                .toList());
    }
}
