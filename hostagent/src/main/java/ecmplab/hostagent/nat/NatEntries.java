package ecmplab.hostagent.nat;

import ecmplab.hostagent.nat.NatFlow.State;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the flows of a {@link NatTable} lie: rows of 128 octets, two cache lines, off-heap. Written by the forwarding thread
 * alone. Another thread may read a row: its version is odd while it holds a flow and changes whenever that flow does
 * (a sequence lock whose writer never waits); what changes with every packet, such as counters, it reads as it finds it.
 */
final class NatEntries {
    private static final int ROW = 128;

    private static final int VERSION = 0;
    private static final int FLAGS = 4;
    private static final int PROTOCOL = 5;
    private static final int NEXT_FLOW = 8;
    private static final int NEXT_REPLY = 12;
    private static final int CLIENT_HIGH = 16;
    private static final int CLIENT_LOW = 24;
    private static final int VIP_HIGH = 32;
    private static final int VIP_LOW = 40;
    private static final int LOCAL_HIGH = 48;
    private static final int LOCAL_LOW = 56;
    private static final int CLIENT_PORT = 64;
    private static final int VIP_PORT = 66;
    private static final int LOCAL_PORT = 68;
    private static final int VM = 72;
    private static final int IDLE_MILLIS = 76;
    private static final int SEEN_NANOS = 80;
    private static final int MADE_NANOS = 88;
    private static final int PACKETS_IN = 96;
    private static final int OCTETS_IN = 104;
    private static final int PACKETS_OUT = 112;
    private static final int OCTETS_OUT = 120;

    // Of FLAGS: what the segments of a TCP flow have said, and two facts about any flow.
    private static final int CLIENT_FIN = 1;
    private static final int VM_FIN = 1 << 1;
    private static final int CLIENT_RESET = 1 << 2;
    private static final int VM_RESET = 1 << 3;
    private static final int ANSWERED = 1 << 4;
    private static final int ACKNOWLEDGED = 1 << 5;
    private static final int RESCUED = 1 << 6;
    private static final int MASKED = 1 << 7;

    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final VarHandle VERSIONS = INT.varHandle();

    private final MemorySegment memory;
    private final long openingNanos;
    private final long halfClosedNanos;
    private final long closedNanos;

    NatEntries(int capacity, NatTimeouts timeouts, Arena arena) {
        memory = arena.allocate((long) capacity * ROW, 64);
        openingNanos = timeouts.opening().toNanos();
        halfClosedNanos = timeouts.halfClosed().toNanos();
        closedNanos = timeouts.closed().toNanos();
    }

    void write(
            int entry,
            FlowTuple tuple,
            int local,
            int localPort,
            int vm,
            int idleMillis,
            boolean masked,
            long nowNanos) {
        long row = row(entry);
        memory.set(U8, row + FLAGS, (byte) (masked ? MASKED : 0));
        memory.set(U8, row + PROTOCOL, (byte) tuple.protocol);
        memory.set(LONG, row + CLIENT_HIGH, tuple.sourceHigh);
        memory.set(LONG, row + CLIENT_LOW, tuple.sourceLow);
        memory.set(LONG, row + VIP_HIGH, tuple.destinationHigh);
        memory.set(LONG, row + VIP_LOW, tuple.destinationLow);
        memory.set(LONG, row + LOCAL_HIGH, 0);
        memory.set(LONG, row + LOCAL_LOW, FlowTuple.mapped(local));
        memory.set(U16, row + CLIENT_PORT, (short) tuple.sourcePort);
        memory.set(U16, row + VIP_PORT, (short) tuple.destinationPort);
        memory.set(U16, row + LOCAL_PORT, (short) localPort);
        memory.set(INT, row + VM, vm);
        memory.set(INT, row + IDLE_MILLIS, idleMillis);
        memory.set(LONG, row + SEEN_NANOS, nowNanos);
        memory.set(LONG, row + MADE_NANOS, nowNanos);
        memory.set(LONG, row + PACKETS_IN, 0);
        memory.set(LONG, row + OCTETS_IN, 0);
        memory.set(LONG, row + PACKETS_OUT, 0);
        memory.set(LONG, row + OCTETS_OUT, 0);
        turnVersion(row);
    }

    /** The row no longer holds a flow; its fields stay readable to the writer until the next {@link #write}. */
    void erase(int entry) {
        turnVersion(row(entry));
        VarHandle.storeStoreFence();
    }

    private void turnVersion(long row) {
        VERSIONS.setRelease(memory, row + VERSION, memory.get(INT, row + VERSION) + 1);
    }

    boolean inUse(int entry) {
        return ((int) VERSIONS.getAcquire(memory, row(entry) + VERSION) & 1) == 1;
    }

    boolean isFlow(int entry, FlowTuple tuple) {
        long row = row(entry);
        return memory.get(LONG, row + CLIENT_LOW) == tuple.sourceLow
                && memory.get(LONG, row + VIP_LOW) == tuple.destinationLow
                && u16(row + CLIENT_PORT) == tuple.sourcePort
                && u16(row + VIP_PORT) == tuple.destinationPort
                && u8(row + PROTOCOL) == tuple.protocol
                && memory.get(LONG, row + CLIENT_HIGH) == tuple.sourceHigh
                && memory.get(LONG, row + VIP_HIGH) == tuple.destinationHigh;
    }

    /** Whether {@code reply}, sent by {@code vm}, belongs to the flow. */
    boolean isReply(int entry, int vm, FlowTuple reply) {
        long row = row(entry);
        return memory.get(LONG, row + LOCAL_LOW) == reply.sourceLow
                && peerLow(row) == reply.destinationLow
                && u16(row + LOCAL_PORT) == reply.sourcePort
                && u16(row + CLIENT_PORT) == reply.destinationPort
                && u8(row + PROTOCOL) == reply.protocol
                && memory.get(INT, row + VM) == vm
                && memory.get(LONG, row + LOCAL_HIGH) == reply.sourceHigh
                && peerHigh(row) == reply.destinationHigh;
    }

    /** Fills {@code reply} with what the VM's answers in this flow carry. */
    FlowTuple readReply(int entry, FlowTuple reply) {
        long row = row(entry);
        reply.sourceHigh = memory.get(LONG, row + LOCAL_HIGH);
        reply.sourceLow = memory.get(LONG, row + LOCAL_LOW);
        reply.sourcePort = u16(row + LOCAL_PORT);
        reply.destinationHigh = peerHigh(row);
        reply.destinationLow = peerLow(row);
        reply.destinationPort = u16(row + CLIENT_PORT);
        reply.protocol = u8(row + PROTOCOL);
        return reply;
    }

    /** Fills {@code tuple} with the flow as its client sends it. */
    FlowTuple readFlow(int entry, FlowTuple tuple) {
        long row = row(entry);
        tuple.sourceHigh = memory.get(LONG, row + CLIENT_HIGH);
        tuple.sourceLow = memory.get(LONG, row + CLIENT_LOW);
        tuple.sourcePort = u16(row + CLIENT_PORT);
        tuple.destinationHigh = memory.get(LONG, row + VIP_HIGH);
        tuple.destinationLow = memory.get(LONG, row + VIP_LOW);
        tuple.destinationPort = u16(row + VIP_PORT);
        tuple.protocol = u8(row + PROTOCOL);
        return tuple;
    }

    /** The client's address as the VM sees it. */
    private long peerLow(long row) {
        return memory.get(LONG, row + (masked(row) ? VIP_LOW : CLIENT_LOW));
    }

    private long peerHigh(long row) {
        return memory.get(LONG, row + (masked(row) ? VIP_HIGH : CLIENT_HIGH));
    }

    private boolean masked(long row) {
        return (u8(row + FLAGS) & MASKED) != 0;
    }

    boolean masked(int entry) {
        return masked(row(entry));
    }

    int clientIpv4(int entry) {
        return (int) memory.get(LONG, row(entry) + CLIENT_LOW);
    }

    int clientPort(int entry) {
        return u16(row(entry) + CLIENT_PORT);
    }

    int vipIpv4(int entry) {
        return (int) memory.get(LONG, row(entry) + VIP_LOW);
    }

    int vipPort(int entry) {
        return u16(row(entry) + VIP_PORT);
    }

    int localIpv4(int entry) {
        return (int) memory.get(LONG, row(entry) + LOCAL_LOW);
    }

    int localPort(int entry) {
        return u16(row(entry) + LOCAL_PORT);
    }

    int vm(int entry) {
        return memory.get(INT, row(entry) + VM);
    }

    /** @return whether this is the first time */
    boolean markRescued(int entry) {
        long row = row(entry);
        int flags = u8(row + FLAGS);
        memory.set(U8, row + FLAGS, (byte) (flags | RESCUED));
        return (flags & RESCUED) == 0;
    }

    void fromClient(int entry, int tcpFlags, int octets, long nowNanos) {
        long row = row(entry);
        int flags = u8(row + FLAGS);
        int said = 0;
        if ((tcpFlags & Tcp.RST) != 0) {
            said = CLIENT_RESET;
        } else {
            said |= (tcpFlags & Tcp.FIN) != 0 ? CLIENT_FIN : 0;
            said |= (tcpFlags & Tcp.ACK) != 0 && (flags & ANSWERED) != 0 ? ACKNOWLEDGED : 0;
        }
        memory.set(U8, row + FLAGS, (byte) (flags | said));
        memory.set(LONG, row + SEEN_NANOS, nowNanos);
        add(row + PACKETS_IN, 1);
        add(row + OCTETS_IN, octets);
    }

    void fromVm(int entry, int tcpFlags, int octets, long nowNanos) {
        long row = row(entry);
        int flags = u8(row + FLAGS);
        if ((tcpFlags & Tcp.RST) != 0) {
            flags |= VM_RESET;
        } else {
            // A VM that goes on after the client's reset did not believe it (RFC 5961 section 3.2): the flow lives.
            flags = (flags | ANSWERED | ((tcpFlags & Tcp.FIN) != 0 ? VM_FIN : 0)) & ~CLIENT_RESET;
        }
        memory.set(U8, row + FLAGS, (byte) flags);
        memory.set(LONG, row + SEEN_NANOS, nowNanos);
        add(row + PACKETS_OUT, 1);
        add(row + OCTETS_OUT, octets);
    }

    private void add(long at, int amount) {
        memory.set(LONG, at, memory.get(LONG, at) + amount);
    }

    State state(int entry) {
        return state(u8(row(entry) + PROTOCOL), u8(row(entry) + FLAGS));
    }

    private static State state(int protocol, int flags) {
        if (protocol != IpProtocol.TCP) {
            return State.ESTABLISHED;
        }
        if ((flags & (CLIENT_RESET | VM_RESET)) != 0) {
            return State.CLOSED;
        }
        return switch (flags & (CLIENT_FIN | VM_FIN)) {
            case CLIENT_FIN | VM_FIN -> State.CLOSED;
            case 0 -> (flags & ACKNOWLEDGED) != 0 ? State.ESTABLISHED : State.OPENING;
            default -> State.HALF_CLOSED;
        };
    }

    /** Whether nothing is lost when the client starts afresh: the VM has never answered, or both sides are done. */
    boolean disposable(int entry) {
        return switch (state(entry)) {
            case CLOSED -> true;
            case OPENING -> (u8(row(entry) + FLAGS) & ANSWERED) == 0;
            case ESTABLISHED, HALF_CLOSED -> false;
        };
    }

    boolean expired(int entry, long nowNanos) {
        long row = row(entry);
        return nowNanos - memory.get(LONG, row + SEEN_NANOS) >= timeoutNanos(row, state(entry));
    }

    private long timeoutNanos(long row, State state) {
        long idle = memory.get(INT, row + IDLE_MILLIS) * 1_000_000L;
        return switch (state) {
            case ESTABLISHED -> idle;
            case OPENING -> Math.min(idle, openingNanos);
            case HALF_CLOSED -> Math.min(idle, halfClosedNanos);
            case CLOSED -> Math.min(idle, closedNanos);
        };
    }

    int nextFlow(int entry) {
        return memory.get(INT, row(entry) + NEXT_FLOW);
    }

    void nextFlow(int entry, int next) {
        memory.set(INT, row(entry) + NEXT_FLOW, next);
    }

    int nextReply(int entry) {
        return memory.get(INT, row(entry) + NEXT_REPLY);
    }

    void nextReply(int entry, int next) {
        memory.set(INT, row(entry) + NEXT_REPLY, next);
    }

    /** Any thread. @return the flow in the row, or null when there is none or it changed meanwhile */
    @Nullable
    NatFlow snapshot(int entry, long nowNanos) {
        long row = row(entry);
        int before = (int) VERSIONS.getAcquire(memory, row + VERSION);
        if ((before & 1) == 0) {
            return null;
        }
        int flags = u8(row + FLAGS);
        int protocol = u8(row + PROTOCOL);
        var state = state(protocol, flags);
        var flow = new NatFlow(
                FlowKey.of(clientIpv4(entry), vipIpv4(entry), protocol, clientPort(entry), vipPort(entry)),
                Ipv4.address(localIpv4(entry)),
                localPort(entry),
                vm(entry),
                state,
                since(nowNanos, memory.get(LONG, row + MADE_NANOS)),
                since(nowNanos, memory.get(LONG, row + SEEN_NANOS)),
                Duration.ofNanos(timeoutNanos(row, state)),
                (flags & RESCUED) != 0,
                memory.get(LONG, row + PACKETS_IN),
                memory.get(LONG, row + OCTETS_IN),
                memory.get(LONG, row + PACKETS_OUT),
                memory.get(LONG, row + OCTETS_OUT));
        VarHandle.loadLoadFence();
        return (int) VERSIONS.getAcquire(memory, row + VERSION) == before ? flow : null;
    }

    /** The reader's clock may have been read before the writer's. */
    private static Duration since(long nowNanos, long thenNanos) {
        return Duration.ofNanos(Math.max(0, nowNanos - thenNanos));
    }

    private int u8(long at) {
        return memory.get(U8, at) & 0xFF;
    }

    private int u16(long at) {
        return memory.get(U16, at) & 0xFFFF;
    }

    private static long row(int entry) {
        return (long) entry * ROW;
    }
}
