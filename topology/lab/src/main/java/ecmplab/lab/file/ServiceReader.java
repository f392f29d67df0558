package ecmplab.lab.file;

import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.file.Vip.Endpoint;
import ecmplab.lab.file.Vip.Pool;
import ecmplab.lab.file.Vip.Probe;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what a lab serves (VIPs) and waits for (checks), which name nodes and VMs. */
final class ServiceReader {
    private final Set<String> nodes;
    private final Map<String, Vm> vms = new LinkedHashMap<>();
    private final Problems problems;

    ServiceReader(List<Node> nodes, Problems problems) {
        this.problems = problems;
        this.nodes = new LinkedHashSet<>();
        for (var node : nodes) {
            this.nodes.add(node.name());
            if (node instanceof Node.Host host) {
                host.vms().forEach(vm -> vms.put(vm.name(), vm));
            }
        }
    }

    List<Vip> vips(Settings root, List<Prefix> taken) {
        return root.sections("vips").stream().map(vip -> vip(vip, taken)).toList();
    }

    private Vip vip(Settings vip, List<Prefix> taken) {
        var address = AddressScalars.ADDRESS.parse().apply(vip.name());
        taken.stream()
                .filter(subnet -> subnet.contains(Prefix.host(address)))
                .findFirst()
                .ifPresent(subnet ->
                        problems.at(vip.place(), "VIP " + vip.name() + " is inside " + subnet + ", which is in use"));
        var family = Prefix.host(address).family();
        var pools = new ArrayList<Pool>();
        var poolSettings = vip.section("pools");
        for (var name : poolSettings.entries().keySet()) {
            var members = poolSettings.texts(name);
            var seen = new LinkedHashSet<String>();
            for (var member : members) {
                if (!vms.containsKey(member.text())) {
                    problems.at(
                            member.place(),
                            "no VM '" + member.text() + "'" + Shape.hint(member.text(), List.copyOf(vms.keySet())));
                } else if (!seen.add(member.text())) {
                    problems.at(member.place(), member.text() + " is in pool " + name + " twice");
                } else if (vms.get(member.text()).address(family).isEmpty()) {
                    problems.at(
                            member.place(),
                            member.text() + " has no IPv6 address for VIP " + vip.name()
                                    + ": 'vms' of the addressing, or the 'gateway' of its host, gives it one");
                }
            }
            pools.add(new Pool(name, List.copyOf(seen)));
        }
        var known = pools.stream().map(Pool::name).toList();
        return new Vip(
                address,
                pools,
                vip.sections("endpoints").stream()
                        .map(endpoint -> endpoint(endpoint, known))
                        .toList());
    }

    private Endpoint endpoint(Settings endpoint, List<String> pools) {
        var key = EndpointKey.SCALAR.parse().apply(endpoint.name());
        var pool = endpoint.get("pool", Scalar.NAME).orElseThrow();
        if (!pools.contains(pool)) {
            problems.at(endpoint.placeOf("pool"), "no pool '" + pool + "' in this VIP" + Shape.hint(pool, pools));
        }
        int backendPort = endpoint.get("backend-port", Scalar.PORT, key.port());
        boolean floating = endpoint.get("floating-ip", Scalar.YES_NO, false);
        if (floating && backendPort != key.port()) {
            problems.at(
                    endpoint.placeOf("backend-port"),
                    "must be " + key.port() + " with floating-ip, which rewrites nothing");
        }
        return new Endpoint(
                key.transport(),
                key.port(),
                pool,
                backendPort,
                endpoint.word("affinity", Affinity.FIVE_TUPLE),
                floating,
                atLeast(endpoint, "idle-timeout", Duration.ofMinutes(4), Duration.ofSeconds(1)),
                endpoint.get("idle-reset", Scalar.YES_NO, true),
                endpoint.has("probe") ? Optional.of(probe(endpoint.section("probe"), backendPort)) : Optional.empty());
    }

    private Probe probe(Settings probe, int backendPort) {
        return new Probe(
                probe.get("http", Scalar.URL_PATH),
                probe.get("port", Scalar.PORT, backendPort),
                atLeast(probe, "interval", Duration.ofSeconds(1), Duration.ofMillis(100)),
                probe.get("count", LabShapes.COUNT, 2));
    }

    private Duration atLeast(Settings settings, String key, Duration otherwise, Duration least) {
        var duration = settings.get(key, Scalar.DURATION, otherwise);
        if (duration.compareTo(least) < 0) {
            problems.at(settings.placeOf(key), key + ": must be " + least.toMillis() + "ms or more");
        }
        return duration;
    }

    List<Check> checks(Settings root) {
        var checks = new ArrayList<Check>();
        for (var text : root.texts("checks")) {
            var check = Check.parse(text.text());
            boolean names =
                    check.words().size() == 2 && !check.words().getFirst().equals("route");
            var named = check.words().getLast();
            if (names
                    && !nodes.contains(named)
                    && AddressScalars.ADDRESS.fault(named).isPresent()) {
                problems.at(text.place(), "no node '" + named + "'" + Shape.hint(named, List.copyOf(nodes)));
            }
            checks.add(check);
        }
        return checks;
    }
}
