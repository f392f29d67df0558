package ecmplab.hostagent.nat;

import ecmplab.hostagent.nat.NatFlow.State;
import ecmplab.packet.FlowKey;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * Flows by both of their faces: as the client sends them (client to VIP) and as the VM answers them (local address to peer).
 * Entries are numbers from 0 to the capacity; none is an object. Belongs to one forwarding thread, which allocates nothing
 * here, except {@link #page}, {@link #lookUp} and {@link #counters}, which any thread may call without holding it up.
 *
 * <p>A flow that has been idle for its time-out is gone for {@link #find} at that instant, and its room is free once {@link #age}
 * has come by.
 */
public final class NatTable {
    /** No such flow. */
    public static final int NONE = -1;
    /** From {@link #create}: no room, and nothing that could be given up. */
    public static final int FULL = -2;
    /** From {@link #create}: the VM could not tell the flow from another live one of the same client. */
    public static final int CONFLICT = -3;

    /** Of {@link #create}: the VM is to see the VIP as the client's address, because it is the client itself. */
    public static final int MASKED = NatFlags.MASKED;

    /** Of {@link #create}: the flow's packets come, or may come, in VXLAN over IPv6. */
    public static final int OVER_IPV6 = NatFlags.OVER_IPV6;

    /** Entries a full table looks at for one to give up. */
    private static final int EVICTION_SCAN = 64;

    private static final int MAXIMAL_CAPACITY = 1 << 24;

    private final NatEntries entries;
    private final int capacity;
    private final NatReader reader;
    private final NatHash hash;
    private final NatChains byFlow;
    private final NatChains byReply;
    private final NatRoom room;
    private final NatTally tally = new NatTally();
    private final FlowTuple scratch = new FlowTuple();
    private IdleListener idleListener = (entry, nowNanos) -> {};
    private int agingHand;
    private int evictionHand;

    /**
     * @param capacity flows, at most 2^24
     * @param seed of the hash, random on each start, so that nobody outside can fill one bucket
     * @param arena keeps the memory alive: 128 octets a flow
     */
    public NatTable(int capacity, NatTimeouts timeouts, long seed, Arena arena) {
        if (capacity < 1 || capacity > MAXIMAL_CAPACITY) {
            throw new IllegalArgumentException("NAT capacity " + capacity + ": must be 1 to " + MAXIMAL_CAPACITY);
        }
        this.capacity = capacity;
        hash = new NatHash(seed);
        entries = new NatEntries(capacity, timeouts, arena);
        reader = new NatReader(entries);
        byFlow = new NatChains(capacity);
        byReply = new NatChains(capacity);
        room = new NatRoom(capacity, byFlow);
    }

    /** Has {@code listener} told of established flows that go for idleness. */
    public void onIdle(IdleListener listener) {
        idleListener = listener;
    }

    /** @return the entry of the flow that {@code tuple}, client to VIP, belongs to, or {@link #NONE} */
    public int find(FlowTuple tuple, long nowNanos) {
        int entry = byFlow.first(hash.of(tuple, 0));
        while (entry != NONE && !entries.isFlow(entry, tuple)) {
            entry = byFlow.next(entry);
        }
        return unlessExpired(entry, nowNanos);
    }

    /** @return the entry of the flow that {@code reply}, sent by {@code vm} to the client, belongs to, or {@link #NONE} */
    public int findReply(int vm, FlowTuple reply, long nowNanos) {
        return unlessExpired(chainedReply(vm, reply), nowNanos);
    }

    private int chainedReply(int vm, FlowTuple reply) {
        int entry = byReply.first(hash.of(reply, vm + 1));
        while (entry != NONE && !entries.isReply(entry, vm, reply)) {
            entry = byReply.next(entry);
        }
        return entry;
    }

    private int unlessExpired(int entry, long nowNanos) {
        if (entry == NONE || !entries.expired(entry, nowNanos)) {
            return entry;
        }
        expire(entry, nowNanos);
        return NONE;
    }

    /**
     * Makes a flow. One that has the same 5-tuple already is replaced; so is a disposable one that the VM would confuse with it.
     *
     * @param tuple client to VIP
     * @param localHigh with {@code localLow} the address that the VM is to see as destination, with {@code localPort}
     * @param vm 0 to 65535
     * @param marks {@link #MASKED}, {@link #OVER_IPV6}
     * @return the entry, {@link #FULL} or {@link #CONFLICT}
     */
    public int create(
            FlowTuple tuple,
            long localHigh,
            long localLow,
            int localPort,
            int vm,
            int idleMillis,
            int marks,
            long nowNanos) {
        int same = find(tuple, nowNanos);
        if (same != NONE) {
            remove(same, NatTally.REPLACED);
        }
        int entry = takeFree(nowNanos);
        if (entry == NONE) {
            tally.add(NatTally.REFUSED_FULL, 1);
            return FULL;
        }
        entries.write(entry, tuple, localHigh, localLow, localPort, vm, idleMillis, marks, nowNanos);
        entries.readReply(entry, scratch);
        int rival = unlessExpired(chainedReply(vm, scratch), nowNanos);
        if (rival != NONE && !entries.disposable(rival)) {
            entries.erase(entry);
            room.giveBack(entry);
            tally.add(NatTally.REFUSED_CONFLICT, 1);
            return CONFLICT;
        }
        if (rival != NONE) {
            remove(rival, NatTally.REPLACED);
        }
        link(entry, tuple, vm);
        tally.add(NatTally.CREATED, 1);
        tally.add(NatTally.FLOWS, 1);
        return entry;
    }

    private void link(int entry, FlowTuple tuple, int vm) {
        byFlow.link(hash.of(tuple, 0), entry);
        byReply.link(hash.of(entries.readReply(entry, scratch), vm + 1), entry);
    }

    private int takeFree(long nowNanos) {
        if (room.isFull()) {
            evict(nowNanos);
        }
        return room.take();
    }

    /** Gives up one flow that is expired, closed or never answered, if there is one among the next few. */
    private void evict(long nowNanos) {
        for (int scanned = 0; scanned < EVICTION_SCAN; scanned++) {
            evictionHand = evictionHand + 1 < capacity ? evictionHand + 1 : 0;
            if (!entries.inUse(evictionHand)) {
                continue;
            }
            if (entries.expired(evictionHand, nowNanos)) {
                expire(evictionHand, nowNanos);
                return;
            }
            if (entries.disposable(evictionHand)) {
                remove(evictionHand, NatTally.EVICTED);
                return;
            }
        }
    }

    private void expire(int entry, long nowNanos) {
        if (entries.state(entry) == State.ESTABLISHED && NatFlags.acknowledgementsKnown(entries.flags(entry))) {
            idleListener.idle(entry, nowNanos);
        }
        remove(entry, NatTally.EXPIRED);
    }

    private void remove(int entry, int why) {
        byFlow.unlink(hash.of(entries.readFlow(entry, scratch), 0), entry);
        byReply.unlink(hash.of(entries.readReply(entry, scratch), entries.vm(entry) + 1), entry);
        entries.erase(entry);
        room.giveBack(entry);
        tally.add(why, 1);
        tally.add(NatTally.FLOWS, -1);
    }

    /**
     * Frees what has expired among the next {@code budget} entries; the next call goes on where this one stopped.
     *
     * @return how many flows were freed
     */
    public int age(int budget, long nowNanos) {
        int freed = 0;
        int end = room.end();
        for (int looked = Math.min(budget, end); looked > 0; looked--) {
            agingHand = agingHand + 1 < end ? agingHand + 1 : 0;
            if (entries.inUse(agingHand) && entries.expired(agingHand, nowNanos)) {
                expire(agingHand, nowNanos);
                freed++;
            }
        }
        return freed;
    }

    /** Notes a packet from the client; of a protocol other than TCP, {@code tcpFlags} and {@code acknowledgement} are 0. */
    public void fromClient(int entry, int tcpFlags, int acknowledgement, int octets, long nowNanos) {
        entries.fromClient(entry, tcpFlags, acknowledgement, octets, nowNanos);
    }

    /** Notes a packet from the VM; of a protocol other than TCP, {@code tcpFlags} and {@code acknowledgement} are 0. */
    public void fromVm(int entry, int tcpFlags, int acknowledgement, int octets, long nowNanos) {
        entries.fromVm(entry, tcpFlags, acknowledgement, octets, nowNanos);
    }

    /** Notes that second chance found the flow. @return whether this is the first time */
    public boolean markRescued(int entry) {
        return entries.markRescued(entry);
    }

    public State state(int entry) {
        return entries.state(entry);
    }

    /** Whether nothing is lost when the client starts afresh: the VM has never answered, or both sides are done. */
    public boolean disposable(int entry) {
        return entries.disposable(entry);
    }

    public int vm(int entry) {
        return entries.vm(entry);
    }

    /** High half of what the VM sees as destination. */
    public long localHigh(int entry) {
        return entries.localHigh(entry);
    }

    public long localLow(int entry) {
        return entries.localLow(entry);
    }

    public int localPort(int entry) {
        return entries.localPort(entry);
    }

    public long vipHigh(int entry) {
        return entries.vipHigh(entry);
    }

    public long vipLow(int entry) {
        return entries.vipLow(entry);
    }

    public int vipPort(int entry) {
        return FlowTuple.destinationPort(entries.key(entry));
    }

    public long clientHigh(int entry) {
        return entries.clientHigh(entry);
    }

    public long clientLow(int entry) {
        return entries.clientLow(entry);
    }

    public int clientPort(int entry) {
        return FlowTuple.sourcePort(entries.key(entry));
    }

    /** Sequence number that the client expects next; for an {@link IdleListener}. */
    public int expectedByClient(int entry) {
        return entries.clientAck(entry);
    }

    /** Sequence number that the VM expects next; for an {@link IdleListener}. */
    public int expectedByVm(int entry) {
        return entries.vmAck(entry);
    }

    /** Whether the VM sees the VIP in place of the client's address. */
    public boolean masked(int entry) {
        return entries.masked(entry);
    }

    /** Whether the flow was made as {@link #OVER_IPV6}. */
    public boolean overIpv6(int entry) {
        return (entries.flags(entry) & NatFlags.OVER_IPV6) != 0;
    }

    /**
     * Any thread. Flows from {@code from} on, {@link NatPage#START} or what a page named as the next.
     *
     * @param limit flows at most
     */
    public NatPage page(int from, int limit, long nowNanos) {
        return reader.page(from, room.end(), limit, nowNanos);
    }

    /** Any thread. Looks through the whole table rather than into chains that change under it. */
    public Optional<NatFlow> lookUp(FlowKey key, long nowNanos) {
        return reader.lookUp(key, room.end(), nowNanos);
    }

    /** Any thread. */
    public NatCounters counters() {
        return tally.snapshot(capacity);
    }
}
