package ecmplab.mux.table;

import java.util.Comparator;
import java.util.List;

/**
 * One generation of an endpoint's table, as the SLB manager wrote it. From this every MUX and every host computes the same
 * {@code MaglevTable}.
 *
 * @param generation counts up by one per change, 1 to 65535, then wraps to 1; it rides in the inner source MAC
 * @param slots a prime, 65537 unless the lab says otherwise
 * @param members sorted by id
 */
public record TableVersion(int generation, int slots, long seed, List<Member> members, State state) {
    /** Life of a generation: hosts learn it, MUXes switch to it, hosts still remember it. */
    public enum State {
        PREPARED,
        ACTIVE,
        RETIRED
    }

    public TableVersion {
        if (generation < 1 || generation > 0xFFFF) {
            throw new IllegalArgumentException("generation " + generation + ": must be 1 to 65535");
        }
        members = members.stream().sorted(Comparator.comparing(Member::id)).toList();
    }
}
