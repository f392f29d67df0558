package ecmplab.mux.forward;

import ecmplab.mux.table.Member;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Vxlan;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A policy compiled for a forwarding thread: immutable, published in one step. Members have numbers that stay theirs from plan to plan, so flows keep their member while generations change.
 */
final class Plan {
    static final Plan EMPTY = new Plan(0, 0, 0, List.of(), Map.of(), 0, Map.of());

    /** Counts plans. */
    final long serial;

    final long epoch;
    final long cfg;
    final PlannedEndpoint[] endpoints;

    /** By member number: null, or 0, for a number not in use. */
    final @Nullable Member[] members;

    /** Where a member's VXLAN goes, over IPv4. */
    final int[] hosts;
    /** Or over IPv6. */
    final long[] hostHighs;

    final long[] hostLows;
    /** Octets that VXLAN adds, by the family of the host. */
    final int[] overheads;

    final long[] macs;
    final int[] vnis;
    final int[] endpointOfMember;
    final int[] idleMillis;
    final @Nullable Tally<Tally.Peer>[] peers;
    final Map<InetAddress, Tally<Tally.Peer>> peersByHost;

    final EndpointIndex index;
    /** Of each VIP. */
    final VipLoad[] loads;

    /**
     * @param numbered members by number; all numbers are below {@code numbers}
     * @param peersByHost the counts of each host of a member
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of generic counts
    Plan(
            long serial,
            long epoch,
            long cfg,
            List<PlannedEndpoint> endpoints,
            Map<Integer, NumberedMember> numbered,
            int numbers,
            Map<InetAddress, Tally<Tally.Peer>> peersByHost) {
        this.serial = serial;
        this.epoch = epoch;
        this.cfg = cfg;
        this.endpoints = endpoints.toArray(PlannedEndpoint[]::new);
        this.peersByHost = Map.copyOf(peersByHost);
        members = new Member[numbers];
        hosts = new int[numbers];
        hostHighs = new long[numbers];
        hostLows = new long[numbers];
        overheads = new int[numbers];
        macs = new long[numbers];
        vnis = new int[numbers];
        endpointOfMember = new int[numbers];
        idleMillis = new int[numbers];
        peers = new Tally[numbers];
        numbered.forEach(this::place);

        index = new EndpointIndex(this.endpoints);
        loads = endpoints.stream().map(endpoint -> endpoint.load).distinct().toArray(VipLoad[]::new);
    }

    /** A member and the endpoint it serves. */
    record NumberedMember(Member member, int endpoint) {}

    private void place(int number, NumberedMember numbered) {
        var member = numbered.member();
        members[number] = member;
        switch (member.host()) {
            case Inet6Address host -> {
                hostHighs[number] = Ipv6.high(host);
                hostLows[number] = Ipv6.low(host);
                overheads[number] = Vxlan.ENCAPSULATION_IPV6;
            }
            default -> {
                hosts[number] = Ipv4.bits((Inet4Address) member.host());
                overheads[number] = Vxlan.ENCAPSULATION;
            }
        }
        macs[number] = member.mac().bits();
        vnis[number] = member.vni().value();
        endpointOfMember[number] = numbered.endpoint();
        idleMillis[number] = endpoints[numbered.endpoint()].idleMillis();
        peers[number] = peersByHost.get(member.host());
    }

    /** VIPs that packets can be forwarded for: an endpoint has an active generation with members. */
    Set<InetAddress> readyVips() {
        var ready = new HashSet<InetAddress>();
        for (var endpoint : endpoints) {
            if (endpoint.active != null) {
                ready.add(endpoint.id().vip());
            }
        }
        return ready;
    }

    PathReport report() {
        var tables = new ArrayList<PathReport.Table>();
        for (var endpoint : endpoints) {
            for (var generation : endpoint.generations) {
                var version = generation.version();
                tables.add(new PathReport.Table(
                        endpoint.id(),
                        version.generation(),
                        version.state(),
                        generation.table().digestText()));
            }
        }
        return new PathReport(epoch, cfg, tables);
    }

    @Nullable
    Member member(int number) {
        return number >= 0 && number < members.length ? members[number] : null;
    }
}
