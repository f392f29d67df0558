package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.version;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.hostagent.forward.PolicyOutcome.Applied;
import ecmplab.hostagent.forward.PolicyOutcome.Refused;
import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HostPolicyTest {
    private static final InetAddress VIP = Ipv4.address(Fabric.VIP);

    private final HostPolicy policy = new HostPolicy(own("10.0.0.1"), new Vm[0]);

    private static HostAddresses own(String address) {
        return new HostAddresses(List.of(Ipv4.address(Packets.ip(address))));
    }

    private static @Nullable EndpointTable endpoint(PolicyTables tables, int protocol, int port) {
        return tables.endpoint(0, FlowTuple.mapped(Fabric.VIP), protocol, port);
    }

    private static EndpointPolicy endpoint(InetAddress vip, int port, TableVersion... versions) {
        return new EndpointPolicy(
                new EndpointId(vip, IpProtocol.TCP, port),
                Affinity.FIVE_TUPLE,
                false,
                Duration.ofMinutes(4),
                List.of(versions));
    }

    private Applied apply(long epoch, EndpointPolicy... endpoints) {
        return assertInstanceOf(Applied.class, policy.apply(new SlbPolicy(epoch, 7, List.of(endpoints))));
    }

    @Test
    void everyGenerationIsReportedWithItsDigest() {
        var prepared = version(3, State.PREPARED, member(1, 1), member(2, 1));
        var active = version(2, State.ACTIVE, member(1, 1));
        var applied = apply(1, endpoint(VIP, 80, prepared, active));
        assertEquals(7, applied.cfg());
        assertEquals(2, applied.inPlace().size());
        assertEquals(3, applied.inPlace().getFirst().generation());
        assertEquals(State.PREPARED, applied.inPlace().getFirst().state());
        assertEquals(
                MaglevTable.of(prepared).digest(), applied.inPlace().getFirst().digest());
        assertEquals(
                MaglevTable.of(active).digest(), applied.inPlace().getLast().digest());
        assertTrue(applied.faults().isEmpty());
    }

    @Test
    void aReplacedManagersPolicyIsRefused() {
        apply(5, endpoint(VIP, 80, version(1, State.ACTIVE, member(1, 1))));
        var refused = assertInstanceOf(Refused.class, policy.apply(new SlbPolicy(4, 99, List.of())));
        assertEquals(new Refused(4, 5), refused);
        assertNotNull(endpoint(policy.current(), IpProtocol.TCP, 80));
        apply(5);
        assertNull(endpoint(policy.current(), IpProtocol.TCP, 80));
    }

    @Test
    void aTableIsUsedAgainWhenOnlyItsStateChanges() {
        apply(1, endpoint(VIP, 80, version(1, State.PREPARED, member(1, 1))));
        var before = tableOf80();
        apply(1, endpoint(VIP, 80, version(1, State.ACTIVE, member(1, 1))));
        assertSame(before, tableOf80());
    }

    private MaglevTable tableOf80() {
        var endpoint = endpoint(policy.current(), IpProtocol.TCP, 80);
        assertNotNull(endpoint);
        return endpoint.table(0);
    }

    @Test
    void anUnusableEndpointCostsItselfOnly() throws UnknownHostException {
        var good = endpoint(VIP, 80, version(1, State.ACTIVE, member(1, 1)));
        var ipv6 = endpoint(InetAddress.getByName("2001:db8::10"), 80, version(1, State.ACTIVE, member(1, 1)));
        var notPrime = endpoint(VIP, 81, new TableVersion(1, 250, 1, List.of(member(1, 1)), State.ACTIVE));
        var disordered = endpoint(VIP, 82, version(1, State.ACTIVE, member(1, 1)), version(2, State.RETIRED));
        var applied = apply(1, ipv6, notPrime, good, good, disordered);
        assertEquals(1, applied.inPlace().size());
        var why = applied.faults().stream()
                .map(fault -> fault.endpoint() + " " + fault.why())
                .toList();
        assertEquals(4, why.size());
        assertEquals("tcp:[2001:db8::10]:80 DIP 10.1.1.11 of member vm11: must be of the VIP's family", why.getFirst());
        assertTrue(why.get(1).startsWith("tcp:203.0.113.10:81 slots 250"), why.get(1));
        assertEquals("tcp:203.0.113.10:80 occurs twice", why.get(2));
        assertEquals("tcp:203.0.113.10:82 generation 2 after 1: must be newest first", why.get(3));
    }

    @Test
    void anEndpointForAllPortsYieldsToOneForAPort() {
        var all = endpoint(VIP, 0, version(1, State.ACTIVE, member(1, 1)));
        var exact = endpoint(VIP, 80, version(1, State.ACTIVE, member(2, 1)));
        apply(1, all, exact);
        var tables = policy.current();
        var on80 = endpoint(tables, IpProtocol.TCP, 80);
        var on443 = endpoint(tables, IpProtocol.TCP, 443);
        assertNotNull(on80);
        assertNotNull(on443);
        assertEquals(exact.id(), on80.id());
        assertEquals(all.id(), on443.id());
        assertNull(endpoint(tables, IpProtocol.UDP, 80));
        assertNotNull(tables.dip(Fabric.VNI, 0, FlowTuple.mapped(Fabric.dip(2, 1))));
        assertNull(tables.dip(Fabric.VNI + 1, 0, FlowTuple.mapped(Fabric.dip(2, 1))));
    }
}
