package ecmplab.bgp.bfd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A view of a BFD Control packet (RFC 5880 section 4.1). Wraps memory and never copies; intervals are microseconds. */
final class ControlPacket {
    /** Octets, without authentication. */
    static final int SIZE = 24;

    private static final int VERSION = 1;
    private static final int SIZE_WITH_AUTHENTICATION = 26;

    private static final int VERSION_DIAGNOSTIC = 0;
    private static final int STATE_FLAGS = 1;
    private static final int MULTIPLIER = 2;
    private static final int LENGTH = 3;
    private static final int MY_DISCRIMINATOR = 4;
    private static final int YOUR_DISCRIMINATOR = 8;
    private static final int DESIRED_MIN_TX = 12;
    private static final int REQUIRED_MIN_RX = 16;
    private static final int REQUIRED_MIN_ECHO_RX = 20;

    private static final int POLL = 0x20;
    private static final int FINAL = 0x10;
    private static final int CONTROL_PLANE_INDEPENDENT = 0x08;
    private static final int AUTHENTICATION = 0x04;
    private static final int DEMAND = 0x02;
    private static final int MULTIPOINT = 0x01;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment memory;

    /** @param memory at least {@link #SIZE} octets */
    ControlPacket(MemorySegment memory) {
        this.memory = memory;
    }

    MemorySegment memory() {
        return memory;
    }

    /**
     * The first of those checks of RFC 5880 section 6.8.6 that fails which need no session, in the RFC's order.
     *
     * @param received octets of UDP payload
     */
    @Nullable
    PacketFault fault(int received) {
        if (received < SIZE) {
            return PacketFault.SHORT;
        }
        if (octet(VERSION_DIAGNOSTIC) >>> 5 != VERSION) {
            return PacketFault.VERSION;
        }
        if (octet(LENGTH) < (flag(AUTHENTICATION) ? SIZE_WITH_AUTHENTICATION : SIZE)) {
            return PacketFault.LENGTH_TOO_SMALL;
        }
        if (octet(LENGTH) > received) {
            return PacketFault.LENGTH_BEYOND_PACKET;
        }
        if (multiplier() == 0) {
            return PacketFault.MULTIPLIER_ZERO;
        }
        if (flag(MULTIPOINT)) {
            return PacketFault.MULTIPOINT;
        }
        if (myDiscriminator() == 0) {
            return PacketFault.MY_DISCRIMINATOR_ZERO;
        }
        boolean mayBeUnknown = state() == BfdState.DOWN || state() == BfdState.ADMIN_DOWN;
        if (yourDiscriminator() == 0 && !mayBeUnknown) {
            return PacketFault.YOUR_DISCRIMINATOR_ZERO;
        }
        return flag(AUTHENTICATION) ? PacketFault.AUTHENTICATION : null;
    }

    BfdState state() {
        return BfdState.of(octet(STATE_FLAGS) >>> 6);
    }

    Diagnostic diagnostic() {
        return Diagnostic.of(octet(VERSION_DIAGNOSTIC) & 0x1F);
    }

    boolean poll() {
        return flag(POLL);
    }

    boolean isFinal() {
        return flag(FINAL);
    }

    boolean demand() {
        return flag(DEMAND);
    }

    boolean controlPlaneIndependent() {
        return flag(CONTROL_PLANE_INDEPENDENT);
    }

    int multiplier() {
        return octet(MULTIPLIER);
    }

    /** The sender's. */
    int myDiscriminator() {
        return memory.get(INT, MY_DISCRIMINATOR);
    }

    /** The receiver's; 0 when the sender does not know it. */
    int yourDiscriminator() {
        return memory.get(INT, YOUR_DISCRIMINATOR);
    }

    long desiredMinTx() {
        return memory.get(INT, DESIRED_MIN_TX) & 0xFFFF_FFFFL;
    }

    long requiredMinRx() {
        return memory.get(INT, REQUIRED_MIN_RX) & 0xFFFF_FFFFL;
    }

    /** A packet without authentication, demand and echo. */
    void write(BfdState state, Diagnostic diagnostic, boolean poll, boolean isFinal, int multiplier) {
        memory.set(ValueLayout.JAVA_BYTE, VERSION_DIAGNOSTIC, (byte) (VERSION << 5 | diagnostic.ordinal()));
        int flags = (poll ? POLL : 0) | (isFinal ? FINAL : 0);
        memory.set(ValueLayout.JAVA_BYTE, STATE_FLAGS, (byte) (state.ordinal() << 6 | flags));
        memory.set(ValueLayout.JAVA_BYTE, MULTIPLIER, (byte) multiplier);
        memory.set(ValueLayout.JAVA_BYTE, LENGTH, (byte) SIZE);
        memory.set(INT, REQUIRED_MIN_ECHO_RX, 0);
    }

    void writeDiscriminators(int mine, int yours) {
        memory.set(INT, MY_DISCRIMINATOR, mine);
        memory.set(INT, YOUR_DISCRIMINATOR, yours);
    }

    /** @param desiredMinTx and {@code requiredMinRx}: microseconds, unsigned */
    void writeIntervals(long desiredMinTx, long requiredMinRx) {
        memory.set(INT, DESIRED_MIN_TX, (int) desiredMinTx);
        memory.set(INT, REQUIRED_MIN_RX, (int) requiredMinRx);
    }

    private boolean flag(int mask) {
        return (octet(STATE_FLAGS) & mask) != 0;
    }

    private int octet(int at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }
}
