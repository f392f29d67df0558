package ecmplab.mux.forward;

import ecmplab.mux.table.Member;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    final @Nullable Tunnel[] tunnels;

    final int[] idleMillis;
    final Map<InetAddress, HostTraffic> trafficByHost;

    final EndpointIndex index;
    /** Of each VIP. */
    final VipLoad[] loads;

    /**
     * @param numbered members by number; all numbers are below {@code numbers}
     * @param trafficByHost the counts of each host of a member
     */
    Plan(
            long serial,
            long epoch,
            long cfg,
            List<PlannedEndpoint> endpoints,
            Map<Integer, NumberedMember> numbered,
            int numbers,
            Map<InetAddress, HostTraffic> trafficByHost) {
        this.serial = serial;
        this.epoch = epoch;
        this.cfg = cfg;
        this.endpoints = endpoints.toArray(PlannedEndpoint[]::new);
        this.trafficByHost = Map.copyOf(trafficByHost);
        tunnels = new Tunnel[numbers];
        idleMillis = new int[numbers];
        numbered.forEach((number, member) -> {
            tunnels[number] = new Tunnel(
                    member.member(), member.dead() ? Tunnel.DEAD : member.endpoint(), trafficOf(member.member()));
            idleMillis[number] = this.endpoints[member.endpoint()].idleMillis();
        });

        index = new EndpointIndex(this.endpoints);
        loads = endpoints.stream().map(endpoint -> endpoint.load).distinct().toArray(VipLoad[]::new);
    }

    /** A member and the endpoint it serves; {@code dead} with its host. */
    record NumberedMember(Member member, int endpoint, boolean dead) {}

    private HostTraffic trafficOf(Member member) {
        return Objects.requireNonNull(trafficByHost.get(member.host()));
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

    /** The way to a member, null when nobody has the number. */
    @Nullable
    Tunnel tunnel(int member) {
        return member >= 0 && member < tunnels.length ? tunnels[member] : null;
    }

    @Nullable
    Member member(int number) {
        var tunnel = tunnel(number);
        return tunnel == null ? null : tunnel.member;
    }
}
