package ecmplab.controller.southbound;

import ecmplab.controller.MalformedRow;
import ecmplab.controller.PolicyRows;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.ovsdb.client.Replica.Snapshot;
import ecmplab.ovsdb.data.Row;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns the rows of one moment into an agent's policy. Remembers the last good policy of each endpoint, which stands in while one
 * of its rows is malformed.
 */
final class PolicyReader {
    private final AgentIdentity identity;
    private Map<EndpointId, Endpoint> good = Map.of();

    PolicyReader(AgentIdentity identity) {
        this.identity = identity;
    }

    /** A policy, and what had to be left as it was. */
    record Reading(AgentPolicy policy, List<AgentEvent.Rejected> rejected) {}

    private record Endpoint(EndpointPolicy policy, Map<TableKey, String> digests, List<ProbeSpec> probes) {}

    Reading read(Snapshot snapshot) {
        var rejected = new ArrayList<AgentEvent.Rejected>();
        var endpoints = new HashMap<EndpointId, Endpoint>();
        for (var vip : snapshot.rows("Vip")) {
            for (var uuid : vip.get("endpoints").uuids()) {
                read(snapshot, vip, uuid, endpoints, rejected);
            }
        }
        good = Map.copyOf(endpoints);
        var global = snapshot.rows("SLB_Global").stream().findFirst();
        long epoch = global.map(row -> row.get("epoch").integer()).orElse(0L);
        long cfg = global.map(row -> row.get("next_cfg").integer()).orElse(0L);
        var deadHosts = new HashSet<InetAddress>();
        global.ifPresent(row -> readDeadHosts(row, deadHosts, rejected));
        var sorted = endpoints.values().stream()
                .sorted(Comparator.comparing(endpoint -> endpoint.policy.id().toString()))
                .toList();
        var digests = new HashMap<TableKey, String>();
        sorted.forEach(endpoint -> digests.putAll(endpoint.digests));
        return new Reading(
                new AgentPolicy(
                        new SlbPolicy(
                                epoch,
                                cfg,
                                sorted.stream().map(Endpoint::policy).toList(),
                                deadHosts),
                        sorted.stream()
                                .flatMap(endpoint -> endpoint.probes.stream())
                                .toList(),
                        digests),
                rejected);
    }

    private static void readDeadHosts(Row global, Set<InetAddress> deadHosts, List<AgentEvent.Rejected> rejected) {
        for (var text : global.get("dead_hosts").texts()) {
            try {
                deadHosts.add(PolicyRows.address(text));
            } catch (MalformedRow malformed) {
                rejected.add(new AgentEvent.Rejected("dead host", malformed.why()));
            }
        }
    }

    private void read(
            Snapshot snapshot,
            Row vip,
            UUID uuid,
            Map<EndpointId, Endpoint> endpoints,
            List<AgentEvent.Rejected> rejected) {
        EndpointId id = null;
        try {
            var row = snapshot.row("Vip_Endpoint", uuid);
            if (row == null) {
                throw new MalformedRow("endpoint row " + uuid + " is missing");
            }
            id = new EndpointId(
                    PolicyRows.address(vip.get("ip").text()),
                    (int) row.get("protocol").integer(),
                    (int) row.get("port").integer());
            endpoints.put(id, endpoint(snapshot, id, row, rejected));
        } catch (MalformedRow | IllegalArgumentException | IllegalStateException malformed) {
            var before = id == null ? null : good.get(id);
            if (before != null) {
                endpoints.put(before.policy.id(), before);
            }
            rejected.add(new AgentEvent.Rejected(
                    id == null ? "endpoint of VIP " + vip.get("ip").toJson() : id.toString(),
                    String.valueOf(malformed.getMessage())));
        }
    }

    private Endpoint endpoint(Snapshot snapshot, EndpointId id, Row row, List<AgentEvent.Rejected> rejected)
            throws MalformedRow {
        var versions = new ArrayList<Row>();
        for (var uuid : row.get("versions").uuids()) {
            versions.add(PolicyRows.required(snapshot, "Table_Version", uuid));
        }
        versions.sort(
                Comparator.comparingLong((Row version) -> version.get("cfg").integer())
                        .reversed());
        var tables = new ArrayList<TableVersion>();
        var digests = new HashMap<TableKey, String>();
        for (var version : versions) {
            var table = PolicyRows.version(snapshot, version);
            tables.add(table);
            digests.put(
                    new TableKey(id, table.generation()), version.get("digest").text());
        }
        var policy = new EndpointPolicy(
                id,
                PolicyRows.affinity(row.get("affinity").text()),
                row.get("floating").bool(),
                Duration.ofSeconds(row.get("idle_seconds").integer()),
                row.get("idle_reset").bool(),
                tables);
        if (tables.stream()
                        .filter(table -> table.state() == TableVersion.State.ACTIVE)
                        .count()
                > 1) {
            throw new MalformedRow("more than one active version");
        }
        return new Endpoint(policy, digests, probes(snapshot, row, rejected));
    }

    /** The endpoint's probe against each backend on this host. A malformed backend costs itself only. */
    private List<ProbeSpec> probes(Snapshot snapshot, Row endpoint, List<AgentEvent.Rejected> rejected)
            throws MalformedRow {
        var probe = endpoint.get("probe");
        if (identity.kind() != Kind.HOST || probe.isEmpty()) {
            return List.of();
        }
        var row = PolicyRows.required(snapshot, "Probe", probe.uuid());
        var pool = endpoint.get("pool");
        var specs = new ArrayList<ProbeSpec>();
        for (var dip : snapshot.rows("Dip")) {
            if (dip.get("pool").equals(pool)
                    && dip.get("host").text().equals(identity.id())
                    && !dip.get("admin").text().equals("down")
                    && probe(row, dip, rejected) instanceof ProbeSpec spec) {
                specs.add(spec);
            }
        }
        specs.sort(Comparator.comparing(ProbeSpec::member));
        return specs;
    }

    private static @Nullable ProbeSpec probe(Row probe, Row dip, List<AgentEvent.Rejected> rejected) {
        try {
            return new ProbeSpec(
                    probe.get("name").text(),
                    dip.get("id").text(),
                    PolicyRows.address(dip.get("ip").text()),
                    ProbeSpec.Protocol.valueOf(probe.get("protocol").text().toUpperCase(Locale.ROOT)),
                    (int) probe.get("port").integer(),
                    probe.get("path").text(),
                    Duration.ofMillis(probe.get("interval_ms").integer()),
                    Duration.ofMillis(probe.get("timeout_ms").integer()),
                    (int) probe.get("threshold").integer());
        } catch (MalformedRow | IllegalArgumentException malformed) {
            rejected.add(new AgentEvent.Rejected(
                    "probe " + probe.get("name").text() + " of backend "
                            + dip.get("id").text(),
                    String.valueOf(malformed.getMessage())));
            return null;
        }
    }
}
