package ecmplab.bench.breakage;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The tables there have been, and what nodes are told of them. Generations are counted from 0 here; numbers in frames are theirs plus one. */
final class Policies {
    private static final Duration IDLE = Duration.ofMinutes(30);

    private final int slots;
    private final long seed;
    private final List<List<Member>> history = new ArrayList<>();
    private final Set<InetAddress> deadHosts = new HashSet<>();
    private long cfg;

    Policies(int slots, long seed) {
        this.slots = slots;
        this.seed = seed;
    }

    static Member member(int backend, int host) {
        return new Member(
                String.format(Locale.ROOT, "vm%03d", backend),
                Addresses.vm(backend),
                Addresses.SERVER_PORT,
                Addresses.host(host),
                Addresses.mac('v', backend),
                new Vni(Addresses.VNI),
                1);
    }

    /** @return the new generation */
    int add(List<Member> members) {
        history.add(List.copyOf(members));
        return history.size() - 1;
    }

    void dead(int host, boolean dead) {
        if (dead) {
            deadHosts.add(Addresses.host(host));
        } else {
            deadHosts.remove(Addresses.host(host));
        }
    }

    int newest() {
        return history.size() - 1;
    }

    /** All generations that are kept, one of them in force, newer ones prepared. */
    SlbPolicy all(int active) {
        var versions = new ArrayList<TableVersion>();
        for (int i = history.size() - 1; i >= 0; i--) {
            var state = i == active ? State.ACTIVE : i < active ? State.RETIRED : State.PREPARED;
            versions.add(version(i, history.get(i), state));
        }
        return policy(versions);
    }

    /** What makes a host one without second chance: for all it knows everything is its own. */
    SlbPolicy alone(int active, List<Member> own) {
        return policy(List.of(version(active, own, State.ACTIVE)));
    }

    private TableVersion version(int generation, List<Member> members, State state) {
        return new TableVersion(generation + 1, slots, seed, members, state);
    }

    private SlbPolicy policy(List<TableVersion> versions) {
        var endpoint = new EndpointId(Addresses.vip(), IpProtocol.TCP, Addresses.PORT);
        return new SlbPolicy(
                1, ++cfg, List.of(new EndpointPolicy(endpoint, Affinity.FIVE_TUPLE, false, IDLE, versions)), deadHosts);
    }
}
