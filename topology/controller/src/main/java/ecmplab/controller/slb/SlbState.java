package ecmplab.controller.slb;

import ecmplab.controller.MalformedRow;
import ecmplab.controller.PolicyRows;
import ecmplab.controller.slb.ServiceDefinition.Admin;
import ecmplab.controller.slb.ServiceDefinition.Backend;
import ecmplab.controller.slb.ServiceDefinition.NoHealthyBackends;
import ecmplab.controller.slb.ServiceDefinition.Probe;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.TableKey;
import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.ovsdb.client.Replica.Snapshot;
import ecmplab.ovsdb.data.Row;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The database as the SLB manager understands it.
 *
 * @param cfg number of the newest policy
 * @param manager who wrote the epoch
 * @param deadHosts provider addresses of hosts that have been declared dead
 * @param memberRows a row of {@code Member} for each value that there is
 * @param faults rows that cannot be understood, and why
 */
record SlbState(
        long epoch,
        long cfg,
        String manager,
        Map<String, UUID> vipRows,
        List<Endpoint> endpoints,
        List<Dip> dips,
        Map<ResultKey, Result> results,
        List<AgentRow> agents,
        Set<InetAddress> deadHosts,
        Map<Member, UUID> memberRows,
        List<String> faults) {
    /** @param generations newest first */
    record Endpoint(
            UUID row,
            ServiceDefinition definition,
            Optional<UUID> probeRow,
            int lastGeneration,
            List<Generation> generations) {
        EndpointId id() {
            return definition.id();
        }

        Optional<Generation> in(TableVersion.State state) {
            return generations.stream()
                    .filter(generation -> generation.table.state() == state)
                    .findFirst();
        }
    }

    /** @param cfg the policy in which it was written */
    record Generation(UUID row, TableKey key, TableVersion table, String digest, long cfg, Instant since) {}

    record Dip(UUID row, String pool, Backend backend) {}

    record ResultKey(String probe, String member) {}

    record Result(UUID row, String host, boolean up, String why) {}

    record AgentRow(
            UUID row,
            AgentIdentity id,
            long epoch,
            long cfg,
            Map<String, String> digests,
            boolean ready,
            long lastSeen,
            Optional<String> degraded) {
        /** Whether the agent has the table at hand, and it is the right one. */
        boolean acknowledged(Generation generation) {
            return cfg >= generation.cfg && generation.digest.equals(digests.get(generation.key.toString()));
        }
    }

    /** Whether anybody has claimed the database yet. */
    boolean isClaimed() {
        return epoch > 0;
    }

    static SlbState read(Snapshot snapshot) {
        var faults = new ArrayList<String>();
        var global = snapshot.rows("SLB_Global").stream().findFirst();
        var vipRows = new HashMap<String, UUID>();
        var endpoints = new ArrayList<Endpoint>();
        for (var vip : snapshot.rows("Vip")) {
            vipRows.put(vip.get("ip").text(), vip.uuid());
            for (var uuid : vip.get("endpoints").uuids()) {
                understand("endpoint " + uuid, faults, () -> endpoints.add(endpoint(snapshot, vip, uuid)));
            }
        }
        var dips = new ArrayList<Dip>();
        for (var row : snapshot.rows("Dip")) {
            understand("backend " + row.get("id").text(), faults, () -> dips.add(dip(row)));
        }
        var results = new HashMap<ResultKey, Result>();
        for (var row : snapshot.rows("Probe_Result")) {
            results.put(
                    new ResultKey(row.get("probe").text(), row.get("member").text()),
                    new Result(
                            row.uuid(),
                            row.get("host").text(),
                            row.get("up").bool(),
                            row.get("why").text()));
        }
        var agents = new ArrayList<AgentRow>();
        for (var row : snapshot.rows("Agent")) {
            understand("agent " + row.get("id").text(), faults, () -> agents.add(agent(row)));
        }
        var deadHosts = new HashSet<InetAddress>();
        for (var text : global.map(row -> row.get("dead_hosts").texts()).orElse(List.of())) {
            understand("dead host", faults, () -> deadHosts.add(PolicyRows.address(text)));
        }
        var memberRows = new HashMap<Member, UUID>();
        for (var row : snapshot.rows("Member")) {
            understand("member " + row.uuid(), faults, () -> memberRows.put(PolicyRows.member(row), row.uuid()));
        }
        endpoints.sort(Comparator.comparing(endpoint -> endpoint.id().toString()));
        dips.sort(Comparator.comparing(Dip::pool).thenComparing(dip -> dip.backend.id()));
        agents.sort(Comparator.comparing(AgentRow::id));
        return new SlbState(
                global.map(row -> row.get("epoch").integer()).orElse(0L),
                global.map(row -> row.get("next_cfg").integer()).orElse(0L),
                global.map(row -> row.get("manager").text()).orElse(""),
                vipRows,
                endpoints,
                dips,
                results,
                agents,
                deadHosts,
                memberRows,
                faults);
    }

    private interface Reading {
        void run() throws MalformedRow;
    }

    private static void understand(String what, List<String> faults, Reading reading) {
        try {
            reading.run();
        } catch (MalformedRow malformed) {
            faults.add(what + ": " + malformed.why());
        } catch (IllegalArgumentException malformed) {
            faults.add(what + ": " + malformed.getMessage());
        }
    }

    private static Endpoint endpoint(Snapshot snapshot, Row vip, UUID uuid) throws MalformedRow {
        var row = PolicyRows.required(snapshot, "Vip_Endpoint", uuid);
        var id = PolicyRows.endpointId(vip, row);
        var generations = new ArrayList<Generation>();
        for (var version : row.get("versions").uuids()) {
            generations.add(generation(snapshot, id, version));
        }
        generations.sort(Comparator.comparingLong(Generation::cfg).reversed());
        var probeRow = row.get("probe").uuids().stream().findFirst();
        var definition = new ServiceDefinition(
                id,
                row.get("pool").text(),
                (int) row.get("backend_port").integer(),
                PolicyRows.affinity(row.get("affinity").text()),
                row.get("floating").bool(),
                Duration.ofSeconds(row.get("idle_seconds").integer()),
                row.get("idle_reset").bool(),
                Math.toIntExact(row.get("slots").integer()),
                row.get("seed").integer(),
                probeRow.isEmpty()
                        ? Optional.empty()
                        : Optional.of(probe(PolicyRows.required(snapshot, "Probe", probeRow.get()))),
                NoHealthyBackends.valueOf(constant(row, "no_healthy_backends")));
        return new Endpoint(
                row.uuid(),
                definition,
                probeRow,
                (int) row.get("last_generation").integer(),
                List.copyOf(generations));
    }

    private static String constant(Row row, String column) {
        return row.get(column).text().toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Generation generation(Snapshot snapshot, EndpointId id, UUID uuid) throws MalformedRow {
        var row = PolicyRows.required(snapshot, "Table_Version", uuid);
        var table = PolicyRows.version(snapshot, row);
        return new Generation(
                uuid,
                new TableKey(id, table.generation()),
                table,
                row.get("digest").text(),
                row.get("cfg").integer(),
                Instant.ofEpochMilli(row.get("since").integer()));
    }

    private static Probe probe(Row row) {
        return new Probe(
                ProbeSpec.Protocol.valueOf(constant(row, "protocol")),
                (int) row.get("port").integer(),
                row.get("path").text(),
                Duration.ofMillis(row.get("interval_ms").integer()),
                Duration.ofMillis(row.get("timeout_ms").integer()),
                (int) row.get("threshold").integer());
    }

    private static Dip dip(Row row) throws MalformedRow {
        return new Dip(
                row.uuid(),
                row.get("pool").text(),
                new Backend(
                        row.get("id").text(),
                        PolicyRows.address(row.get("ip").text()),
                        row.get("host").text(),
                        PolicyRows.address(row.get("host_pa").text()),
                        MacAddress.parse(row.get("mac").text()),
                        new Vni((int) row.get("vni").integer()),
                        (int) row.get("weight").integer(),
                        Admin.valueOf(constant(row, "admin"))));
    }

    private static AgentRow agent(Row row) {
        return new AgentRow(
                row.uuid(),
                AgentIdentity.parse(row.get("kind").text(), row.get("id").text()),
                row.get("cur_epoch").integer(),
                row.get("cur_cfg").integer(),
                row.get("digests").textMap(),
                row.get("ready").bool(),
                row.get("last_seen").integer(),
                row.get("degraded").texts().stream().findFirst());
    }
}
