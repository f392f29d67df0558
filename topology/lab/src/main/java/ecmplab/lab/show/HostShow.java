package ecmplab.lab.show;

import ecmplab.hostagent.forward.HostAgent;
import ecmplab.hostagent.forward.HostSnapshot;
import ecmplab.hostagent.forward.VmAddress;
import ecmplab.hostagent.nat.NatFlow;
import ecmplab.hostagent.nat.NatPage;
import ecmplab.hostagent.probe.ProbeStatus;
import ecmplab.hostagent.probe.Prober;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.packet.AddressText;
import ecmplab.packet.IpProtocol;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code show nat}, {@code tables}, {@code vms}, {@code probes} and counters of a host agent. */
public final class HostShow {
    private static final int FEW_FLOWS = 50;
    private static final int PAGE = 4096;

    private final HostAgent agent;
    private final Prober prober;

    private HostShow(HostAgent agent, Prober prober) {
        this.agent = agent;
        this.prober = prober;
    }

    /** Adds the commands to a node's. */
    public static void add(CommandTree commands, HostAgent agent, Prober prober) {
        var show = new HostShow(agent, prober);
        commands.on("show nat [all]", values -> show.nat())
                .on("show tables", values -> show.tables())
                .on("show vms", values -> show.vms())
                .on("show probes", values -> show.probes())
                .on("show counters", values -> counters(agent.snapshot()));
    }

    /** The first flows as text; as JSON always all. */
    private Answer nat() {
        var flows = new ArrayList<NatFlow>();
        for (int from = NatPage.START; from != NatPage.END; ) {
            var page = agent.natFlows(from, PAGE);
            flows.addAll(page.flows());
            from = page.next();
        }
        var json = Map.of("flows", flows.stream().map(this::flowJson).toList());
        return Answer.of(json, () -> {
            var rows = flows.stream().limit(FEW_FLOWS).map(this::flowRow).toList();
            var header =
                    List.of("client", "vip", "vm", "dip", "state", "packets in", "packets out", "idle s", "rescued");
            var rest = flows.size() > rows.size() ? "... " : "";
            return TextTable.render(header, rows) + rest + flows.size() + " flows\n";
        });
    }

    private Map<String, Object> flowJson(NatFlow nat) {
        var flow = nat.flow();
        var json = new LinkedHashMap<String, Object>();
        json.put("client", AddressText.of(flow.source()));
        json.put("clientPort", flow.sourcePort());
        json.put("vip", AddressText.of(flow.destination()));
        json.put("vipPort", flow.destinationPort());
        json.put("protocol", IpProtocol.name(flow.protocol()));
        json.put("vm", agent.vms().get(nat.vm()).name());
        json.put("dip", AddressText.of(nat.local()));
        json.put("dipPort", nat.localPort());
        json.put("state", nat.state().name().toLowerCase(Locale.ROOT));
        json.put("rescued", nat.rescued());
        json.put("ageMilliseconds", nat.age().toMillis());
        json.put("idleMilliseconds", nat.idle().toMillis());
        json.put("packetsIn", nat.packetsIn());
        json.put("octetsIn", nat.octetsIn());
        json.put("packetsOut", nat.packetsOut());
        json.put("octetsOut", nat.octetsOut());
        return json;
    }

    private List<String> flowRow(NatFlow nat) {
        var flow = nat.flow();
        return List.of(
                AddressText.of(flow.source(), flow.sourcePort()),
                IpProtocol.name(flow.protocol()) + " " + AddressText.of(flow.destination(), flow.destinationPort()),
                agent.vms().get(nat.vm()).name(),
                AddressText.of(nat.local(), nat.localPort()),
                nat.state().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                String.valueOf(nat.packetsIn()),
                String.valueOf(nat.packetsOut()),
                String.format(Locale.ROOT, "%.1f", nat.idle().toMillis() / 1000.0),
                nat.rescued() ? "yes" : "no");
    }

    private Answer tables() {
        var generations = agent.snapshot().generations();
        return Answer.table(
                generations,
                List.of("endpoint", "gen", "state", "digest"),
                () -> generations.stream()
                        .map(generation -> List.of(
                                generation.endpoint().toString(),
                                String.valueOf(generation.generation()),
                                generation.state().name().toLowerCase(Locale.ROOT),
                                String.format(Locale.ROOT, "%016x", generation.digest())))
                        .toList());
    }

    private Answer vms() {
        var vms = agent.snapshot().vms();
        return Answer.table(
                vms,
                List.of("vm", "dip", "mac", "vni", "gateway", "packets to", "packets from"),
                () -> vms.stream()
                        .map(vm -> List.of(
                                vm.name(),
                                joined(vm, VmAddress::dip),
                                vm.mac().toString(),
                                vm.vni().toString(),
                                joined(vm, VmAddress::gateway),
                                String.valueOf(vm.port().txPackets()),
                                String.valueOf(vm.port().rxPackets())))
                        .toList());
    }

    private static String joined(HostSnapshot.VmStatus vm, Function<VmAddress, InetAddress> which) {
        return vm.addresses().stream()
                .map(address -> AddressText.of(which.apply(address)))
                .collect(Collectors.joining(" "));
    }

    private Answer probes() {
        var probes = prober.snapshot();
        var now = Instant.now();
        return Answer.table(
                probes,
                List.of("member", "target", "health", "for", "attempts", "failures", "last"),
                () -> probes.stream().map(probe -> probeRow(probe, now)).toList());
    }

    private static List<String> probeRow(ProbeStatus probe, Instant now) {
        return List.of(
                probe.spec().member(),
                probe.spec().target(),
                probe.health().name().toLowerCase(Locale.ROOT),
                Uptime.since(probe.since(), now),
                String.valueOf(probe.attempts()),
                String.valueOf(probe.failures()),
                probe.last().map(last -> last.why()).orElse("-"));
    }

    private static Answer counters(HostSnapshot snapshot) {
        return Answer.of(snapshot, () -> {
            var counts = new LinkedHashMap<String, Long>();
            snapshot.counts()
                    .forEach((count, value) ->
                            counts.put(count.name().toLowerCase(Locale.ROOT).replace('_', '-'), value));
            var ports = new LinkedHashMap<String, ecmplab.port.PortCounters>();
            ports.put("underlay", snapshot.underlay());
            snapshot.vms().forEach(vm -> ports.put(vm.name(), vm.port()));
            return CountersText.ports(ports)
                    + CountersText.section("packets", counts)
                    + CountersText.section("drops", snapshot.drops());
        });
    }
}
