package ecmplab.mux.flow;

import ecmplab.mux.flow.FlowPage.Flow;
import ecmplab.packet.FlowHash;
import ecmplab.packet.FlowKey;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Flows of one family, IPv4 or IPv6, and the member each was given. Bounded, outside the heap; lookup, insertion and removal are O(1).
 *
 * <p>Two classes: a flow is <i>untrusted</i> until its second packet; it has a short timeout and a small quota, so a flood of SYNs
 * costs neither memory nor the flows of others. A flow beyond quota or rate is not inserted, and nobody is evicted for it: its
 * Maglev slot decides. Flows that are over go when they are met, or when {@link #age} passes by.
 *
 * <p>Members are numbers of the owner, who says with {@link #setIdleTimeouts} which exist. Times are milliseconds of a monotonic
 * clock as int, compared by difference. Everything belongs to the forwarding thread, except {@link #page}, {@link #peek} and
 * {@link #counters}: any thread may call those, and none makes the forwarding thread wait.
 */
public final class FlowTable {
    /** Of {@link #find}: no such flow. */
    public static final int ABSENT = FlowEntries.ABSENT;

    private static final byte UNTRUSTED = 1, TRUSTED = 2;

    private final FlowLimits limits;
    private final FlowHash hash;
    private final FlowEntries entries;
    private final FlowReader reader;
    private final int untrustedMillis;
    private final NewFlowRate rate;
    private volatile int[] idleMillis = {};
    private int cursor;
    private long sweeps;
    private int trusted, untrusted;
    private long hits,
            misses,
            inserted,
            promoted,
            chosenAnew,
            refusedByQuota,
            refusedByRate,
            keptUntrusted,
            expired,
            gone;

    /**
     * @param seed of the hash; random and kept to itself, or clients could choose flows that collide
     * @param arena keeps the memory; of a kind that other threads may read
     * @param now the first time, in milliseconds
     */
    public static FlowTable ipv4(FlowLimits limits, long seed, Arena arena, int now) {
        return new FlowTable(limits, seed, false, arena, now);
    }

    /** As {@link #ipv4}. Its entries take twice the memory. */
    public static FlowTable ipv6(FlowLimits limits, long seed, Arena arena, int now) {
        return new FlowTable(limits, seed, true, arena, now);
    }

    private FlowTable(FlowLimits limits, long seed, boolean ipv6, Arena arena, int now) {
        this.limits = limits;
        hash = new FlowHash(seed);
        entries = new FlowEntries(limits.capacity(), ipv6, arena);
        reader = new FlowReader(this, entries, hash, ipv6);
        untrustedMillis = Math.toIntExact(limits.untrustedTimeout().toMillis());
        rate = new NewFlowRate(limits.newFlowsPerSecond(), now);
    }

    /** Entries, used or free: what {@link #age} must look at to have seen all. */
    public int entries() {
        return entries.count();
    }

    /**
     * Says which members exist: the idle timeout of each in milliseconds, 0 for a number not in use. From now on flows of others are
     * over.
     */
    public void setIdleTimeouts(int[] millisByMember) {
        idleMillis = millisByMember;
    }

    /** Hash of a flow; {@code ports} are source and destination port, 16 bits each. */
    public long hash(int source, int destination, int ports, int protocol) {
        return hash.of(source, destination, protocol, ports >>> 16, ports & 0xFFFF);
    }

    /** Hash of an IPv6 flow. */
    public long hash(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int ports, int protocol) {
        return hash.of(sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, ports >>> 16, ports & 0xFFFF);
    }

    /** First stage of lookups: brings the entries of the first {@code count} flows into the cache, all at once. */
    public void touch(long[] flowHashes, int count) {
        entries.touch(flowHashes, count);
    }

    /** Finds a live flow, and counts a hit or a miss. The entry is valid until something is inserted, removed or aged. */
    public int find(long flowHash, int source, int destination, int ports, int protocol, int now) {
        return live(entries.find(flowHash, source, destination, ports, protocol), now);
    }

    /** As {@link #find(long, int, int, int, int, int)}, in a table of IPv6 flows. */
    public int find(
            long flowHash,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int ports,
            int protocol,
            int now) {
        return live(
                entries.find(flowHash, sourceHigh, sourceLow, destinationHigh, destinationLow, ports, protocol), now);
    }

    private int live(int found, int now) {
        int entry = found != ABSENT && removeIfOver(found, now) ? ABSENT : found;
        if (entry == ABSENT) {
            misses++;
        } else {
            hits++;
        }
        return entry;
    }

    /** Number of the member that has the flow. */
    public int member(int entry) {
        return entries.member(entry);
    }

    /** Generation of the Maglev table that chose the member. */
    public int generation(int entry) {
        return entries.generation(entry);
    }

    /** Whether more than one packet was seen. */
    public boolean isTrusted(int entry) {
        return entries.flowClass(entry) == TRUSTED;
    }

    /**
     * Whether a SYN for a known flow is a repetition, so that the flow stays at its member: the flow is young, and nothing but SYNs
     * was seen of it. Otherwise a new connection begins on an old tuple and its member is chosen anew.
     */
    public boolean isRepeatedSyn(int entry, int now) {
        return !isTrusted(entry) && now - entries.begun(entry) < untrustedMillis;
    }

    /** A repeated SYN passed: restarts the timeout, but is no reason to trust. */
    public void repeated(int entry, int now) {
        entries.setSeen(entry, now);
    }

    /** Another packet of the flow passed: restarts the timeout, and makes the flow trusted if the quota allows. */
    public void seen(int entry, int now) {
        entries.setSeen(entry, now);
        if (entries.flowClass(entry) == UNTRUSTED) {
            if (trusted == limits.trusted()) {
                keptUntrusted++;
                return;
            }
            entries.setFlowClass(entry, TRUSTED);
            untrusted--;
            trusted++;
            promoted++;
        }
    }

    /**
     * Gives a known flow another member because a SYN came; it is untrusted again.
     *
     * @return false when quota or rate forbid: then the flow is removed and its slot alone decides
     */
    public boolean chooseAnew(int entry, int member, int generation, int now) {
        boolean wasTrusted = isTrusted(entry);
        if (!admits(wasTrusted, now)) {
            remove(entry);
            return false;
        }
        if (wasTrusted) {
            trusted--;
            untrusted++;
        }
        entries.choose(entry, UNTRUSTED, member, generation, now);
        chosenAnew++;
        return true;
    }

    /**
     * Inserts a flow that {@link #find} just did not find.
     *
     * @return false when quota or rate forbid
     */
    public boolean insert(
            long flowHash, int source, int destination, int ports, int protocol, int member, int generation, int now) {
        if (!admits(true, now)) {
            return false;
        }
        entries.insert(flowHash, source, destination, ports, protocol, UNTRUSTED, member, generation, now);
        untrusted++;
        inserted++;
        return true;
    }

    /** As {@link #insert(long, int, int, int, int, int, int, int)}, into a table of IPv6 flows. */
    public boolean insert(
            long flowHash,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int ports,
            int protocol,
            int member,
            int generation,
            int now) {
        if (!admits(true, now)) {
            return false;
        }
        entries.insert(
                flowHash,
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow,
                ports,
                protocol,
                UNTRUSTED,
                member,
                generation,
                now);
        untrusted++;
        inserted++;
        return true;
    }

    /** Looks at the next {@code count} entries and removes the flows that are over: bounded work, to be done now and then. */
    public void age(int now, int count) {
        if (trusted + untrusted == 0) {
            sweeps++; // all are free
            return;
        }
        for (int i = 0; i < count; i++) {
            // After a removal another entry may have moved to the cursor.
            if (!entries.isUsed(cursor) || !removeIfOver(cursor, now)) {
                if (++cursor == entries.count()) {
                    cursor = 0;
                    sweeps++;
                }
            }
        }
    }

    /** How often {@link #age} has seen all entries. */
    public long sweeps() {
        return sweeps;
    }

    /** Any thread: the flow as it is now, without counting; null when there is none, or it is of the other family. */
    public @Nullable Flow peek(FlowKey key, int now) {
        return reader.peek(key, now);
    }

    /**
     * Any thread: up to {@code limit} flows, from 0 at first, then from {@link FlowPage#next}. A flow that is moved between two pages
     * may be missed or come twice.
     */
    public FlowPage page(int from, int limit, int now) {
        return reader.page(from, limit, now);
    }

    /** Any thread. */
    public FlowCounters counters() {
        return new FlowCounters(
                trusted,
                untrusted,
                limits.capacity(),
                entries.octets(),
                hits,
                misses,
                inserted,
                promoted,
                chosenAnew,
                refusedByQuota,
                refusedByRate,
                keptUntrusted,
                expired,
                gone);
    }

    /** Whether one more flow may become untrusted ({@code grows}), or be new at all; counts why not. */
    private boolean admits(boolean grows, int now) {
        if (grows && untrusted >= limits.untrusted()) {
            refusedByQuota++;
            return false;
        }
        boolean admitted = rate.admits(now);
        refusedByRate += admitted ? 0 : 1;
        return admitted;
    }

    private boolean removeIfOver(int entry, int now) {
        if (!isOver(entry, now)) {
            return false;
        }
        if (idleMillis(entry) == 0) {
            gone++;
        } else {
            expired++;
        }
        remove(entry);
        return true;
    }

    private void remove(int entry) {
        if (isTrusted(entry)) {
            trusted--;
        } else {
            untrusted--;
        }
        cursor = entries.remove(entry, cursor);
    }

    /** Any thread, of a used entry. */
    boolean isOver(int entry, int now) {
        int idle = idleMillis(entry);
        return now - entries.seen(entry) >= (isTrusted(entry) ? idle : Math.min(idle, untrustedMillis)) || idle == 0;
    }

    /** Idle timeout of the flow's member, 0 when the member is gone. */
    private int idleMillis(int entry) {
        int[] byMember = idleMillis;
        int member = entries.member(entry);
        return member >= 0 && member < byMember.length ? byMember[member] : 0;
    }
}
