package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlotHash;
import ecmplab.mux.table.TableVersion;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint with the tables of all its kept generations, newest first, as the forwarding thread reads it. Immutable.
 *
 * <p>A member that is on another host in a newer generation has moved: in the older ones too it stands with its new host, because a
 * flow can live nowhere else; what it left behind is not asked.
 */
final class EndpointTable {
    /** Generations kept at most; a policy with more is refused. */
    static final int MAX_GENERATIONS = 64;

    /** Idle timeouts beyond this are cut to it: milliseconds must fit an int. */
    private static final long MAX_IDLE_MILLIS = 24L * 60 * 60 * 1000;

    private final EndpointPolicy policy;
    private final boolean ipv6;
    private final boolean overIpv6;
    private final Affinity affinity;
    private final int idleMillis;
    private final int[] generations;
    private final MaglevTable[] tables;
    private final Backend[][] backends;
    /** As {@link #backends}, where they were in their own generation. */
    private final Backend[][] origins;
    /** By VM of this host: where it is now, if it has moved to another. */
    private final @Nullable Backend[] places;

    private final int inForce;

    /**
     * @param tables of the versions in {@code policy}, in their order
     * @param deadHosts provider addresses of hosts that are dead
     * @throws IllegalArgumentException when this host cannot serve a member, saying why
     */
    EndpointTable(
            EndpointPolicy policy, List<MaglevTable> tables, HostAddresses own, Set<InetAddress> deadHosts, Vm[] vms) {
        this.policy = policy;
        ipv6 = policy.id().vip() instanceof Inet6Address;
        affinity = policy.affinity();
        idleMillis = (int) Math.clamp(policy.idleTimeout().toMillis(), 1, MAX_IDLE_MILLIS);
        this.tables = tables.toArray(MaglevTable[]::new);
        generations = new int[this.tables.length];
        backends = new Backend[this.tables.length][];
        origins = new Backend[this.tables.length][];
        places = new Backend[vms.length];
        int current = -1;
        var newest = new HashMap<String, Backend>();
        for (int i = 0; i < generations.length; i++) {
            var version = policy.versions().get(i);
            generations[i] = version.generation();
            origins[i] = this.tables[i].members().stream()
                    .map(member -> Backend.of(member, id().vip(), own, deadHosts, vms))
                    .toArray(Backend[]::new);
            backends[i] = Arrays.stream(origins[i])
                    .map(origin -> whereItIs(origin, newest))
                    .toArray(Backend[]::new);
            current = current < 0 && version.state() != TableVersion.State.PREPARED ? i : current;
        }
        inForce = current;
        overIpv6 = Arrays.stream(backends).flatMap(Arrays::stream).anyMatch(Backend::overIpv6);
    }

    private Backend whereItIs(Backend backend, Map<String, Backend> newest) {
        var now = newest.putIfAbsent(backend.member().id(), backend);
        if (now == null || now.isOnHostOf(backend)) {
            return backend;
        }
        if (backend.vm() != Backend.ELSEWHERE) {
            places[backend.vm()] = now;
        }
        return now.afterMove();
    }

    /** Where each VM of this host is now, if it has moved to another, else null. */
    @Nullable
    Backend[] places() {
        return places;
    }

    EndpointId id() {
        return policy.id();
    }

    boolean resetsIdleFlows() {
        return policy.resetsIdleFlows();
    }

    /** Whether VXLAN for it goes, or went, over IPv6 to some of its hosts. */
    boolean overIpv6() {
        return overIpv6;
    }

    int idleMillis() {
        return idleMillis;
    }

    boolean floatingIp() {
        return policy.floatingIp();
    }

    boolean anyPort() {
        return policy.id().port() == 0;
    }

    /** How many generations are kept; 0 is the newest. */
    int depth() {
        return generations.length;
    }

    int generation(int depth) {
        return generations[depth];
    }

    TableVersion version(int depth) {
        return policy.versions().get(depth);
    }

    MaglevTable table(int depth) {
        return tables[depth];
    }

    Backend[] backends(int depth) {
        return backends[depth];
    }

    /** Depth of the newest generation that is more than prepared, or -1 when there is none. */
    int inForce() {
        return inForce;
    }

    /** Depth of the newest kept generation that is {@code generation} or older; {@link #depth()} when there is none. */
    int from(int generation) {
        int depth = 0;
        while (depth < generations.length && isNewer(generations[depth], generation)) {
            depth++;
        }
        return depth;
    }

    /** Depth of {@code generation} itself, or -1. */
    int depthOf(int generation) {
        for (int depth = 0; depth < generations.length; depth++) {
            if (generations[depth] == generation) {
                return depth;
            }
        }
        return -1;
    }

    /** Generations wrap: of two, the newer is less than half of all numbers ahead (as in RFC 1982). */
    static boolean isNewer(int generation, int than) {
        return (short) (generation - than) > 0;
    }

    /** The slot of a flow, client to VIP, in a generation. */
    int slot(int depth, FlowTuple flow) {
        var table = tables[depth];
        return table.slot(
                ipv6
                        ? SlotHash.ipv6(
                                table.seed(),
                                affinity,
                                flow.sourceHigh(),
                                flow.sourceLow(),
                                flow.destinationHigh(),
                                flow.destinationLow(),
                                flow.protocol(),
                                flow.sourcePort(),
                                flow.destinationPort())
                        : SlotHash.ipv4(
                                table.seed(),
                                affinity,
                                flow.sourceIpv4(),
                                flow.destinationIpv4(),
                                flow.protocol(),
                                flow.sourcePort(),
                                flow.destinationPort()));
    }

    /** Who owns a flow in a generation, or null when nobody takes flows there. */
    @Nullable
    Backend owner(int depth, FlowTuple flow) {
        int index = tables[depth].index(slot(depth, flow));
        return index == MaglevTable.NOBODY ? null : backends[depth][index];
    }

    /** As {@link #owner}, where it was then: there its flows of that time are known, if that host lives and has not forgotten. */
    @Nullable
    Backend origin(int depth, FlowTuple flow) {
        int index = tables[depth].index(slot(depth, flow));
        return index == MaglevTable.NOBODY ? null : origins[depth][index];
    }

    /**
     * The member that a new flow makes the VM to be: the flow's owner in the frame's generation if it is that VM, else the VM's
     * member in the newest generation that has one.
     */
    @Nullable
    Backend memberOn(int vm, int generation, FlowTuple flow) {
        int depth = depthOf(generation);
        if (depth >= 0) {
            var owner = owner(depth, flow);
            if (owner != null && owner.vm() == vm) {
                return owner;
            }
        }
        for (var members : backends) {
            for (var member : members) {
                if (member.vm() == vm) {
                    return member;
                }
            }
        }
        return null;
    }

    /** The newest owner of the flow that has moved since, to a host that lives, or null when there is none. */
    @Nullable
    Backend moved(FlowTuple flow) {
        for (int depth = 0; depth < tables.length; depth++) {
            var owner = owner(depth, flow);
            if (owner != null && owner.moved() && !owner.dead()) {
                return owner;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return policy.id() + " generations " + Arrays.toString(generations);
    }
}
