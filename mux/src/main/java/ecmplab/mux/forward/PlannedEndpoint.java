package ecmplab.mux.forward;

import ecmplab.mux.forward.Tally.Traffic;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.Vxlan;
import java.net.Inet6Address;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An endpoint as a forwarding thread needs it: immutable but for its counts. */
final class PlannedEndpoint {
    /** A generation, its table, and the number of each of the table's members. */
    static final class Generation {
        private final TableVersion version;
        private final MaglevTable table;
        private final int[] numbers;

        Generation(TableVersion version, MaglevTable table, int[] numbers) {
            this.version = version;
            this.table = table;
            this.numbers = numbers;
        }

        TableVersion version() {
            return version;
        }

        MaglevTable table() {
            return table;
        }

        /** Number of the member at an index of the table. */
        int number(int index) {
            return numbers[index];
        }

        /** Number of the owner of a slot, or -1 when nobody takes flows. */
        int owner(int slot) {
            int index = table.index(slot);
            return index == MaglevTable.NOBODY ? -1 : numbers[index];
        }

        private int membersThatTakeFlows() {
            return (int) table.members().stream()
                    .filter(member -> member.weight() > 0)
                    .count();
        }

        private List<MuxSnapshot.Share> shares() {
            return IntStream.range(0, numbers.length)
                    .mapToObj(i -> new MuxSnapshot.Share(table.members().get(i), table.share(i)))
                    .toList();
        }
    }

    /** In the plan. */
    final int index;

    final EndpointPolicy policy;
    final Affinity affinity;
    /** As in the policy, newest first. */
    final List<Generation> generations;
    /** The active generation, or null when there is none or nobody in it takes flows. */
    final @Nullable Generation active;

    /** Number of the active generation, 0 without one. */
    final int generation;

    final Use use;
    /** Of the VIP, with its other endpoints. */
    final VipLoad load;
    /** Octets that VXLAN adds at most, on the way to any member. */
    final int overhead;

    /** What packets leave behind at an endpoint, from plan to plan. */
    static final class Use {
        final Tally<Tally.Traffic> traffic = new Tally<>(Tally.Traffic.class);
        /** The last generation that was active when a packet came; the forwarding thread's. */
        int usedGeneration;
    }

    PlannedEndpoint(int index, EndpointPolicy policy, List<Generation> generations, Use use, VipLoad load) {
        this.index = index;
        this.policy = policy;
        this.generations = generations;
        this.use = use;
        this.load = load;
        overhead = generations.stream()
                        .flatMap(generation -> generation.table().members().stream())
                        .anyMatch(member -> member.host() instanceof Inet6Address)
                ? Vxlan.ENCAPSULATION_IPV6
                : Vxlan.ENCAPSULATION;
        affinity = policy.affinity();
        active = generations.stream()
                .filter(generation -> generation.version().state() == TableVersion.State.ACTIVE)
                .filter(generation -> !generation.table().isEmpty())
                .findFirst()
                .orElse(null);
        generation = active == null ? 0 : active.version().generation();
    }

    EndpointId id() {
        return policy.id();
    }

    /** 0 without an active generation. */
    int generation() {
        return generation;
    }

    int idleMillis() {
        return Math.clamp(policy.idleTimeout().toMillis(), 1, Integer.MAX_VALUE / 2);
    }

    MuxSnapshot.Vip snapshot(boolean announced) {
        var traffic = use.traffic;
        return new MuxSnapshot.Vip(
                id(),
                announced,
                generation(),
                active == null ? "" : active.table().digestText(),
                active == null ? 0 : active.membersThatTakeFlows(),
                traffic.of(Traffic.PACKETS),
                traffic.of(Traffic.OCTETS),
                traffic.of(Traffic.NEW_FLOWS),
                traffic.of(Traffic.TAKEN_OVER));
    }

    List<MuxSnapshot.Table> tableSnapshots() {
        return generations.stream()
                .map(generation -> new MuxSnapshot.Table(
                        id(),
                        generation.version.generation(),
                        generation.version.state(),
                        generation.table.slots(),
                        generation.table.seed(),
                        generation.table.digestText(),
                        generation.shares()))
                .toList();
    }
}
