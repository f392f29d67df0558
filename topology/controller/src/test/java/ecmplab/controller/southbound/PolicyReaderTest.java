package ecmplab.controller.southbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.controller.SlbDatabase;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.ovsdb.client.Replica.Snapshot;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.database.Database;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Rows in, policies out: what each column means, and what a bad one costs. */
class PolicyReaderTest {
    private static final EndpointId WEB = new EndpointId(InetAddress.ofLiteral("203.0.113.10"), 6, 80);
    private static final EndpointId DNS = new EndpointId(InetAddress.ofLiteral("2001:db8::53"), 17, 53);

    private final Database database = Database.inMemory(SlbDatabase.schema());
    private final PolicyReader reader = new PolicyReader(new AgentIdentity(Kind.HOST, "host1"));

    @BeforeEach
    void write() {
        run(
                "{'op': 'insert', 'table': 'SLB_Global', 'row': {'epoch': 3, 'next_cfg': 17, 'manager': 'm'}}",
                member("m1", "vm1", "10.1.1.11"),
                member("m2", "vm2", "10.1.1.12"),
                version("v1", 1, 5, "retired", "['named-uuid', 'm1']"),
                version("v2", 2, 9, "active", "['set', [['named-uuid', 'm1'], ['named-uuid', 'm2']]]"),
                version("v3", 3, 17, "prepared", "['named-uuid', 'm2']"),
                "{'op': 'insert', 'table': 'Probe', 'uuid-name': 'p', 'row': {'name': 'tcp:203.0.113.10:80', 'protocol': 'http',"
                        + "'port': 8080, 'path': '/health', 'interval_ms': 1000, 'timeout_ms': 500, 'threshold': 2}}",
                endpoint(
                        "web",
                        6,
                        80,
                        "['set', [['named-uuid', 'v1'], ['named-uuid', 'v2'], ['named-uuid', 'v3']]]",
                        "['named-uuid', 'p']"),
                "{'op': 'insert', 'table': 'Vip', 'row': {'ip': '203.0.113.10', 'endpoints': ['named-uuid', 'web']}}",
                version("d1", 7, 8, "active", "['set', []]"),
                endpoint("dns", 17, 53, "['named-uuid', 'd1']", "['set', []]"),
                "{'op': 'insert', 'table': 'Vip', 'row': {'ip': '2001:db8::53', 'endpoints': ['named-uuid', 'dns']}}",
                dip("vm1", "host1", "up"),
                dip("vm2", "host1", "drain"),
                dip("vm3", "host1", "down"),
                dip("vm4", "host2", "up"));
    }

    private static String member(String name, String id, String ip) {
        return "{'op': 'insert', 'table': 'Member', 'uuid-name': '" + name + "', 'row': {'id': '" + id + "', 'ip': '"
                + ip + "', 'port': 8080, 'host_pa': '10.0.2.1', 'mac': '02:00:00:00:00:01', 'vni': 5000, 'weight': 3}}";
    }

    private static String version(String name, int generation, int cfg, String state, String members) {
        return "{'op': 'insert', 'table': 'Table_Version', 'uuid-name': '" + name + "', 'row': {'generation': "
                + generation
                + ", 'algorithm': 'maglev', 'slots': 251, 'seed': 42, 'members': " + members + ", 'digest': 'digest"
                + generation + "', 'cfg': " + cfg + ", 'state': '" + state + "'}}";
    }

    private static String endpoint(String name, int protocol, int port, String versions, String probe) {
        return "{'op': 'insert', 'table': 'Vip_Endpoint', 'uuid-name': '" + name + "', 'row': {'protocol': " + protocol
                + ", 'port': " + port
                + ", 'pool': 'web', 'affinity': 'source-ip', 'floating': true, 'idle_seconds': 240, 'idle_reset': "
                + (protocol == 6) + ", 'slots': 251, 'no_healthy_backends': 'all-probed-down', 'probe': " + probe
                + ", 'versions': "
                + versions
                + "}}";
    }

    private static String dip(String id, String host, String admin) {
        return "{'op': 'insert', 'table': 'Dip', 'row': {'pool': 'web', 'id': '" + id + "', 'ip': '10.1.1.1"
                + id.charAt(2) + "', 'host': '" + host
                + "', 'host_pa': '10.0.2.1', 'mac': '02:00:00:00:00:01', 'admin': '"
                + admin + "'}}";
    }

    private void run(String... operations) {
        var outcome = (Database.Outcome.Done) database.transact(
                Arrays.stream(operations)
                        .map(text -> JsonMapper.shared().readTree(text.replace('\'', '"')))
                        .toList(),
                lock -> false,
                0);
        assertTrue(outcome.commit() != null, outcome.results().toString());
    }

    private PolicyReader.Reading read() {
        var tables = new HashMap<String, Map<UUID, Row>>();
        for (var table : database.schema().tables().keySet()) {
            var rows = new LinkedHashMap<UUID, Row>();
            database.rows(table).forEach(row -> rows.put(row.uuid(), row));
            tables.put(table, rows);
        }
        return reader.read(new Snapshot(database.lastId(), 1, tables));
    }

    private static EndpointPolicy endpoint(PolicyReader.Reading reading, EndpointId id) {
        return reading.policy().slb().endpoints().stream()
                .filter(endpoint -> endpoint.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyColumnFindsItsPlace() {
        var reading = read();
        assertEquals(List.of(), reading.rejected());
        assertEquals(3, reading.policy().slb().epoch());
        assertEquals(17, reading.policy().slb().cfg());
        var web = endpoint(reading, WEB);
        assertEquals(Affinity.SOURCE_IP, web.affinity());
        assertTrue(web.floatingIp());
        assertEquals(Duration.ofMinutes(4), web.idleTimeout());
        assertTrue(web.resetsIdleFlows());
        assertFalse(endpoint(reading, DNS).resetsIdleFlows());
        assertEquals(
                List.of(3, 2, 1),
                web.versions().stream().map(TableVersion::generation).toList(),
                "newest first");
        var active = web.active().orElseThrow();
        assertEquals(42, active.seed());
        assertEquals(
                new Member(
                        "vm1",
                        InetAddress.ofLiteral("10.1.1.11"),
                        8080,
                        InetAddress.ofLiteral("10.0.2.1"),
                        MacAddress.parse("02:00:00:00:00:01"),
                        new Vni(5000),
                        3),
                active.members().getFirst());
        assertEquals("digest7", reading.policy().digests().get(new TableKey(DNS, 7)));
        assertEquals(4, reading.policy().digests().size());
    }

    @Test
    void aHostProbesItsOwnBackendsUnlessTheyAreDown() {
        var probes = read().policy().probes();
        assertEquals(
                List.of("vm1", "vm2"), probes.stream().map(ProbeSpec::member).toList());
        assertEquals(
                new ProbeSpec(
                        "tcp:203.0.113.10:80",
                        "vm1",
                        InetAddress.ofLiteral("10.1.1.11"),
                        ProbeSpec.Protocol.HTTP,
                        8080,
                        "/health",
                        Duration.ofSeconds(1),
                        Duration.ofMillis(500),
                        2),
                probes.getFirst());
    }

    /** Members are immutable, so a bad one comes with a new version. */
    @ParameterizedTest
    @CsvSource({
        "ip, nowhere, 'nowhere' is no IP address",
        "host_pa, 10.0.2.256, '10.0.2.256' is no IP address",
        "mac, 02:00, MAC address '02:00'"
    })
    void aBadMemberLeavesItsEndpointAsItWas(String column, String value, String why) {
        var before = read();
        run(
                member("bad", "vm9", "10.1.1.19")
                        .replaceAll("'" + column + "': '[^']*'", "'" + column + "': '" + value + "'"),
                version("v4", 4, 18, "prepared", "['named-uuid', 'bad']"),
                "{'op': 'mutate', 'table': 'Vip_Endpoint', 'where': [['port', '==', 80]], 'mutations': [['versions', 'insert', ['named-uuid', 'v4']]]}",
                "{'op': 'update', 'table': 'Vip_Endpoint', 'where': [['port', '==', 53]], 'row': {'idle_seconds': 5}}",
                "{'op': 'update', 'table': 'SLB_Global', 'where': [], 'row': {'next_cfg': 18}}");
        var after = read();
        assertEquals(1, after.rejected().size());
        assertEquals(WEB.toString(), after.rejected().getFirst().what());
        assertTrue(
                after.rejected().getFirst().why().contains(why),
                after.rejected().toString());
        assertEquals(endpoint(before, WEB), endpoint(after, WEB));
        assertEquals(Duration.ofSeconds(5), endpoint(after, DNS).idleTimeout(), "the other has its news");
        assertEquals(18, after.policy().slb().cfg());
    }

    @Test
    void anEndpointThatWasNeverGoodIsLeftOut() {
        run(
                version("x", 1, 18, "active", "['set', []]").replace("251", "-1"),
                endpoint("bad", 6, 443, "['named-uuid', 'x']", "['set', []]"),
                "{'op': 'insert', 'table': 'Vip', 'row': {'ip': 'not an address', 'endpoints': ['named-uuid', 'bad']}}");
        var reading = read();
        assertEquals(2, reading.policy().slb().endpoints().size());
        assertEquals(
                "endpoint of VIP \"not an address\"",
                reading.rejected().getFirst().what());
    }

    @Test
    void twoActiveVersionsOfOneEndpointAreNotBelieved() {
        var before = read();
        run(
                "{'op': 'update', 'table': 'Table_Version', 'where': [['generation', '==', 3]], 'row': {'state': 'active'}}");
        var after = read();
        assertEquals("more than one active version", after.rejected().getFirst().why());
        assertEquals(endpoint(before, WEB), endpoint(after, WEB));
    }

    @Test
    void aBackendThatCannotBeProbedCostsItsProbeOnly() {
        run("{'op': 'update', 'table': 'Dip', 'where': [['id', '==', 'vm1']], 'row': {'ip': '10.1.1'}}");
        var reading = read();
        assertEquals(
                List.of("vm2"),
                reading.policy().probes().stream().map(ProbeSpec::member).toList());
        assertEquals(
                "probe tcp:203.0.113.10:80 of backend vm1",
                reading.rejected().getFirst().what());
        assertEquals(2, reading.policy().slb().endpoints().size());
    }

    @Test
    void anEmptyDatabaseIsAnEmptyPolicy() {
        run("{'op': 'delete', 'table': 'Vip', 'where': []}", "{'op': 'delete', 'table': 'SLB_Global', 'where': []}");
        var reading = read();
        assertEquals(AgentPolicy.EMPTY, reading.policy());
        assertEquals(List.of(), reading.rejected());
    }

    @Test
    void deadHostsAreReadAndWhatIsNoAddressIsTold() {
        run(
                "{'op': 'update', 'table': 'SLB_Global', 'where': [], 'row': {'dead_hosts': ['set', ['10.0.2.1', '2001:db8::2', 'x']]}}");
        var reading = read();
        assertEquals(
                Set.of(InetAddress.ofLiteral("10.0.2.1"), InetAddress.ofLiteral("2001:db8::2")),
                reading.policy().slb().deadHosts());
        assertEquals(List.of(new AgentEvent.Rejected("dead host", "'x' is no IP address")), reading.rejected());
    }
}
