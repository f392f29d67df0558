package ecmplab.port.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PacketSocket;
import ecmplab.port.sys.SharedMemory;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Frames for the kernel to send, copied into memory shared with it: one system call for a burst. Belongs to one thread. */
public final class TransmitRing implements AutoCloseable {
    /** {@code struct tpacket2_hdr}; then the frame. */
    private static final int STATUS = 0;

    private static final int LENGTH = 4;
    private static final int FRAME_AT = 32;

    private static final int STATUS_FREE = 0;
    private static final int STATUS_SEND = 1;
    private static final int BLOCK_SIZE = 64 << 10;
    private static final VarHandle STATE = JAVA_INT.varHandle();

    private final int socket;
    private final SharedMemory mapping;
    private final MemorySegment memory;
    private final int slotSize;
    private final long end;
    private long next;
    /** The first frame since the last {@link #send}. */
    private long first;

    private TransmitRing(int socket, SharedMemory mapping, int slotSize) {
        this.socket = socket;
        this.mapping = mapping;
        memory = mapping.memory();
        this.slotSize = slotSize;
        end = memory.byteSize();
    }

    /** See {@link ReceiveRing#open}; a slot loses 32 octets to its header. */
    public static TransmitRing open(String interfaceName, int interfaceIndex, int slots, int slotSize)
            throws SystemCallException {
        int socket = PacketSocket.open(interfaceName);
        SharedMemory mapping = null;
        try {
            PacketSocket.configureSender(socket, interfaceName);
            int blocks = Math.max(1, slots * slotSize / BLOCK_SIZE);
            PacketSocket.makeTransmitRing(socket, BLOCK_SIZE, blocks, slotSize, interfaceName);
            mapping = SharedMemory.map(socket, 0, (long) blocks * BLOCK_SIZE, "transmit ring of " + interfaceName);
            PacketSocket.bindToSend(socket, interfaceIndex, interfaceName);
            return new TransmitRing(socket, mapping, slotSize);
        } catch (SystemCallException failed) {
            if (mapping != null) {
                mapping.close();
            }
            Linux.close(socket);
            throw failed;
        }
    }

    /** Copies a frame into the ring; false when the kernel still has the frame that was there. */
    public boolean append(MemorySegment from, long address, int length) {
        if ((int) STATE.getAcquire(memory, next + STATUS) != STATUS_FREE) {
            return false;
        }
        MemorySegment.copy(from, address, memory, next + FRAME_AT, length);
        memory.set(JAVA_INT, next + LENGTH, length);
        STATE.setRelease(memory, next + STATUS, STATUS_SEND); // it looks only when it is called
        next = after(next);
        return true;
    }

    private long after(long slot) {
        return slot + slotSize == end ? 0 : slot + slotSize;
    }

    /** Has the kernel send what was appended. Returns a count of octets, or a negated errno: then not all may have left. */
    public int send() {
        return Linux.kick(socket);
    }

    /**
     * Takes one frame more that the kernel has dealt with, oldest first.
     *
     * @return its octets, or -1 when there is none: none is left, or it stays until the next {@link #send}
     */
    public int settle() {
        if (first == next || (int) STATE.getAcquire(memory, first + STATUS) == STATUS_SEND) {
            return -1;
        }
        int length = memory.get(JAVA_INT, first + LENGTH);
        first = after(first);
        return length;
    }

    /** Takes back what the kernel has not begun to send; it works only within {@link #send}. Returns how many frames. */
    public int retract() {
        int frames = 0;
        for (long slot = first; slot != next; slot = after(slot)) {
            STATE.setRelease(memory, slot + STATUS, STATUS_FREE);
            frames++;
        }
        next = first;
        return frames;
    }

    @Override
    public void close() {
        mapping.close();
        Linux.close(socket);
    }
}
