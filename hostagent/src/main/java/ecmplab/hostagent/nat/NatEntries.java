package ecmplab.hostagent.nat;

import static ecmplab.hostagent.nat.NatLayout.ALL;
import static ecmplab.hostagent.nat.NatLayout.CLIENT_ACK;
import static ecmplab.hostagent.nat.NatLayout.CLIENT_HIGH;
import static ecmplab.hostagent.nat.NatLayout.CLIENT_LOW;
import static ecmplab.hostagent.nat.NatLayout.FLAGS;
import static ecmplab.hostagent.nat.NatLayout.IDLE_MILLIS;
import static ecmplab.hostagent.nat.NatLayout.INT;
import static ecmplab.hostagent.nat.NatLayout.KEY;
import static ecmplab.hostagent.nat.NatLayout.LOCAL_HIGH;
import static ecmplab.hostagent.nat.NatLayout.LOCAL_LOW;
import static ecmplab.hostagent.nat.NatLayout.LOCAL_PORT;
import static ecmplab.hostagent.nat.NatLayout.LONG;
import static ecmplab.hostagent.nat.NatLayout.MADE;
import static ecmplab.hostagent.nat.NatLayout.MADE_SHIFT;
import static ecmplab.hostagent.nat.NatLayout.OCTETS_IN;
import static ecmplab.hostagent.nat.NatLayout.OCTETS_OUT;
import static ecmplab.hostagent.nat.NatLayout.PACKETS_IN;
import static ecmplab.hostagent.nat.NatLayout.PACKETS_OUT;
import static ecmplab.hostagent.nat.NatLayout.ROW;
import static ecmplab.hostagent.nat.NatLayout.SEEN_NANOS;
import static ecmplab.hostagent.nat.NatLayout.SHIFT;
import static ecmplab.hostagent.nat.NatLayout.U16;
import static ecmplab.hostagent.nat.NatLayout.VERSION;
import static ecmplab.hostagent.nat.NatLayout.VERSIONS;
import static ecmplab.hostagent.nat.NatLayout.VIP_HIGH;
import static ecmplab.hostagent.nat.NatLayout.VIP_LOW;
import static ecmplab.hostagent.nat.NatLayout.VM;
import static ecmplab.hostagent.nat.NatLayout.VM_ACK;
import static ecmplab.hostagent.nat.NatLayout.u16;

import ecmplab.hostagent.nat.NatFlow.State;
import ecmplab.packet.Tcp;
import ecmplab.port.sys.TableMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Where the flows of a {@link NatTable} lie: rows off-heap, laid out as {@link NatLayout} says. Written by the forwarding thread alone. Another
 * thread may read a row, by {@link NatReader}: its version is odd while it holds a flow and changes whenever that flow does (a sequence lock whose writer
 * never waits); what changes with every packet, such as counters, it reads as it finds it.
 */
final class NatEntries {
    /** What the addresses below are in; held so that it stays alive. */
    @SuppressWarnings("UnusedVariable")
    private final MemorySegment memory;

    private final long base;
    private final long openingNanos;
    private final long halfClosedNanos;
    private final long closedNanos;

    NatEntries(int capacity, NatTimeouts timeouts, Arena arena) {
        memory = TableMemory.allocate((long) capacity * ROW, arena);
        base = memory.address();
        openingNanos = timeouts.opening().toNanos();
        halfClosedNanos = timeouts.halfClosed().toNanos();
        closedNanos = timeouts.closed().toNanos();
    }

    /** @param localPort of the VM, where {@code localHigh} and {@code localLow} are its address as it sees it itself */
    void write(
            int entry,
            FlowTuple tuple,
            long localHigh,
            long localLow,
            int localPort,
            int vm,
            int idleMillis,
            int marks,
            long nowNanos) {
        long row = row(entry);
        ALL.set(INT, row + MADE, (int) (nowNanos >>> MADE_SHIFT));
        ALL.set(LONG, row + CLIENT_HIGH, tuple.sourceHigh);
        ALL.set(LONG, row + CLIENT_LOW, tuple.sourceLow);
        ALL.set(LONG, row + VIP_HIGH, tuple.destinationHigh);
        ALL.set(LONG, row + VIP_LOW, tuple.destinationLow);
        ALL.set(LONG, row + KEY, tuple.key);
        ALL.set(LONG, row + SEEN_NANOS, nowNanos);
        ALL.set(INT, row + IDLE_MILLIS, idleMillis);
        ALL.set(U16, row + FLAGS, (short) marks);
        ALL.set(U16, row + VM, (short) vm);
        ALL.set(LONG, row + LOCAL_HIGH, localHigh);
        ALL.set(LONG, row + LOCAL_LOW, localLow);
        for (int at = PACKETS_IN; at <= CLIENT_ACK; at += Long.BYTES) {
            ALL.set(LONG, row + at, 0);
        }
        ALL.set(U16, row + LOCAL_PORT, (short) localPort);
        turnVersion(row);
    }

    /** The row no longer holds a flow; its fields stay readable to the writer until the next {@link #write}. */
    void erase(int entry) {
        turnVersion(row(entry));
        VarHandle.storeStoreFence();
    }

    private static void turnVersion(long row) {
        VERSIONS.setRelease(ALL, row + VERSION, ALL.get(INT, row + VERSION) + 1);
    }

    boolean inUse(int entry) {
        return ((int) VERSIONS.getAcquire(ALL, row(entry) + VERSION) & 1) == 1;
    }

    boolean isFlow(int entry, FlowTuple tuple) {
        long row = row(entry);
        return ALL.get(LONG, row + CLIENT_LOW) == tuple.sourceLow
                && ALL.get(LONG, row + KEY) == tuple.key
                && ALL.get(LONG, row + VIP_LOW) == tuple.destinationLow
                && ((ALL.get(LONG, row + CLIENT_HIGH) ^ tuple.sourceHigh)
                                | (ALL.get(LONG, row + VIP_HIGH) ^ tuple.destinationHigh))
                        == 0;
    }

    /** Whether {@code reply}, sent by {@code vm}, belongs to the flow. */
    boolean isReply(int entry, int vm, FlowTuple reply) {
        long row = row(entry);
        long key = ALL.get(LONG, row + KEY);
        return ALL.get(LONG, row + LOCAL_LOW) == reply.sourceLow
                && peerLow(row) == reply.destinationLow
                && u16(row + LOCAL_PORT) == reply.sourcePort()
                && FlowTuple.sourcePort(key) == reply.destinationPort()
                && FlowTuple.protocol(key) == reply.protocol()
                && u16(row + VM) == vm
                && ALL.get(LONG, row + LOCAL_HIGH) == reply.sourceHigh
                && peerHigh(row) == reply.destinationHigh;
    }

    /** Fills {@code reply} with what the VM's answers in this flow carry. */
    FlowTuple readReply(int entry, FlowTuple reply) {
        long row = row(entry);
        long key = ALL.get(LONG, row + KEY);
        return reply.of(
                ALL.get(LONG, row + LOCAL_HIGH),
                ALL.get(LONG, row + LOCAL_LOW),
                peerHigh(row),
                peerLow(row),
                FlowTuple.protocol(key),
                u16(row + LOCAL_PORT),
                FlowTuple.sourcePort(key));
    }

    /** Fills {@code tuple} with the flow as its client sends it. */
    FlowTuple readFlow(int entry, FlowTuple tuple) {
        long row = row(entry);
        tuple.sourceHigh = ALL.get(LONG, row + CLIENT_HIGH);
        tuple.sourceLow = ALL.get(LONG, row + CLIENT_LOW);
        tuple.destinationHigh = ALL.get(LONG, row + VIP_HIGH);
        tuple.destinationLow = ALL.get(LONG, row + VIP_LOW);
        tuple.key = ALL.get(LONG, row + KEY);
        return tuple;
    }

    /** The client's address as the VM sees it. */
    private static long peerLow(long row) {
        return ALL.get(LONG, row + (masked(row) ? VIP_LOW : CLIENT_LOW));
    }

    private static long peerHigh(long row) {
        return ALL.get(LONG, row + (masked(row) ? VIP_HIGH : CLIENT_HIGH));
    }

    private static boolean masked(long row) {
        return (u16(row + FLAGS) & NatFlags.MASKED) != 0;
    }

    boolean masked(int entry) {
        return masked(row(entry));
    }

    long clientHigh(int entry) {
        return ALL.get(LONG, row(entry) + CLIENT_HIGH);
    }

    long clientLow(int entry) {
        return ALL.get(LONG, row(entry) + CLIENT_LOW);
    }

    long vipHigh(int entry) {
        return ALL.get(LONG, row(entry) + VIP_HIGH);
    }

    long vipLow(int entry) {
        return ALL.get(LONG, row(entry) + VIP_LOW);
    }

    long localHigh(int entry) {
        return ALL.get(LONG, row(entry) + LOCAL_HIGH);
    }

    long localLow(int entry) {
        return ALL.get(LONG, row(entry) + LOCAL_LOW);
    }

    /** Ports and protocol, as in {@link FlowTuple}. */
    long key(int entry) {
        return ALL.get(LONG, row(entry) + KEY);
    }

    int localPort(int entry) {
        return u16(row(entry) + LOCAL_PORT);
    }

    int vm(int entry) {
        return u16(row(entry) + VM);
    }

    /** What the client expects next, when {@link NatFlags#acknowledgementsKnown}. */
    int clientAck(int entry) {
        return ALL.get(INT, row(entry) + CLIENT_ACK);
    }

    /** What the VM expects next, when {@link NatFlags#acknowledgementsKnown}. */
    int vmAck(int entry) {
        return ALL.get(INT, row(entry) + VM_ACK);
    }

    int flags(int entry) {
        return u16(row(entry) + FLAGS);
    }

    /** @return whether this is the first time */
    boolean markRescued(int entry) {
        long row = row(entry);
        int flags = u16(row + FLAGS);
        ALL.set(U16, row + FLAGS, (short) (flags | NatFlags.RESCUED));
        return (flags & NatFlags.RESCUED) == 0;
    }

    void fromClient(int entry, int tcpFlags, int acknowledgement, int octets, long nowNanos) {
        long row = row(entry);
        int flags = u16(row + FLAGS);
        seen(row, flags, NatFlags.afterClient(flags, tcpFlags), nowNanos);
        if ((tcpFlags & Tcp.ACK) != 0) {
            ALL.set(INT, row + CLIENT_ACK, acknowledgement);
        }
        add(row + PACKETS_IN, 1);
        add(row + OCTETS_IN, octets);
    }

    void fromVm(int entry, int tcpFlags, int acknowledgement, int octets, long nowNanos) {
        long row = row(entry);
        int flags = u16(row + FLAGS);
        seen(row, flags, NatFlags.afterVm(flags, tcpFlags), nowNanos);
        if ((tcpFlags & Tcp.ACK) != 0) {
            ALL.set(INT, row + VM_ACK, acknowledgement);
        }
        add(row + PACKETS_OUT, 1);
        add(row + OCTETS_OUT, octets);
    }

    private static void seen(long row, int flags, int newFlags, long nowNanos) {
        if (newFlags != flags) {
            ALL.set(U16, row + FLAGS, (short) newFlags);
        }
        ALL.set(LONG, row + SEEN_NANOS, nowNanos);
    }

    private static void add(long at, int amount) {
        ALL.set(LONG, at, ALL.get(LONG, at) + amount);
    }

    State state(int entry) {
        long row = row(entry);
        return NatFlags.state(FlowTuple.protocol(ALL.get(LONG, row + KEY)), u16(row + FLAGS));
    }

    boolean disposable(int entry) {
        long row = row(entry);
        return NatFlags.disposable(FlowTuple.protocol(ALL.get(LONG, row + KEY)), u16(row + FLAGS));
    }

    boolean expired(int entry, long nowNanos) {
        long row = row(entry);
        return nowNanos - ALL.get(LONG, row + SEEN_NANOS) >= timeoutNanos(row, state(entry));
    }

    long timeoutNanos(long row, State state) {
        long idle = ALL.get(INT, row + IDLE_MILLIS) * 1_000_000L;
        return switch (state) {
            case ESTABLISHED -> idle;
            case OPENING -> Math.min(idle, openingNanos);
            case HALF_CLOSED -> Math.min(idle, halfClosedNanos);
            case CLOSED -> Math.min(idle, closedNanos);
        };
    }

    long row(int entry) {
        return base + ((long) entry << SHIFT);
    }
}
