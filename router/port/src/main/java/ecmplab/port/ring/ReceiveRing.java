package ecmplab.port.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PacketSocket;
import ecmplab.port.sys.SharedMemory;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Frames that the kernel has copied into memory shared with it: looking for the next one costs no system call. Each has a
 * {@code virtio_net_hdr} before it. Belongs to one thread, but for {@link #dropsSinceLastAsked}.
 */
public final class ReceiveRing implements AutoCloseable {
    /** Octets of the {@code virtio_net_hdr} before each frame. */
    public static final int VNET_HEADER = 10;

    /** {@code struct tpacket2_hdr}. */
    private static final int STATUS = 0;

    private static final int LENGTH = 4;
    private static final int STORED_LENGTH = 8;
    private static final int FRAME_AT = 12;

    private static final int STATUS_KERNEL = 0;
    private static final int STATUS_USER = 1;
    private static final int BLOCK_SIZE = 64 << 10;
    private static final VarHandle STATE = JAVA_INT.varHandle();

    private final int socket;
    private final SharedMemory mapping;
    private final MemorySegment memory;
    private final int slotSize;
    private final long end;
    private long next;

    private ReceiveRing(int socket, SharedMemory mapping, int slotSize) {
        this.socket = socket;
        this.mapping = mapping;
        memory = mapping.memory();
        this.slotSize = slotSize;
        end = memory.byteSize();
    }

    /**
     * Receives from an interface of the calling thread's namespace.
     *
     * @param slots how many frames fit, at least; a power of two
     * @param slotSize octets of each, of which about 80 are not the frame's; a power of two up to 64 KiB
     */
    public static ReceiveRing open(
            String interfaceName, int interfaceIndex, int slots, int slotSize, PacketSocket.Filter filter)
            throws SystemCallException {
        int socket = PacketSocket.open(interfaceName);
        SharedMemory mapping = null;
        try {
            PacketSocket.configureReceiver(socket, filter, interfaceName);
            int blocks = Math.max(1, slots * slotSize / BLOCK_SIZE);
            PacketSocket.makeReceiveRing(socket, BLOCK_SIZE, blocks, slotSize, interfaceName);
            mapping = SharedMemory.map(socket, 0, (long) blocks * BLOCK_SIZE, "receive ring of " + interfaceName);
            PacketSocket.bindToReceive(socket, interfaceIndex, interfaceName); // last: from here on frames arrive
            return new ReceiveRing(socket, mapping, slotSize);
        } catch (SystemCallException failed) {
            if (mapping != null) {
                mapping.close();
            }
            Linux.close(socket);
            throw failed;
        }
    }

    public MemorySegment memory() {
        return memory;
    }

    public boolean isEmpty() {
        return ((int) STATE.getAcquire(memory, next + STATUS) & STATUS_USER) == 0;
    }

    /** Where the next frame's first octet is in {@link #memory}; its {@code virtio_net_hdr} ends there. */
    public long frame() {
        return next + (memory.get(JAVA_SHORT, next + FRAME_AT) & 0xFFFF);
    }

    /** Octets of the next frame. */
    public int length() {
        return memory.get(JAVA_INT, next + LENGTH);
    }

    /** Whether only a part of the next frame is there. */
    public boolean truncated() {
        return memory.get(JAVA_INT, next + STORED_LENGTH) < length();
    }

    /** Gives the next frame's place back to the kernel. */
    public void advance() {
        STATE.setRelease(memory, next + STATUS, STATUS_KERNEL);
        next += slotSize;
        if (next == end) {
            next = 0;
        }
    }

    /** Readable when a frame is there. */
    public int descriptor() {
        return socket;
    }

    /** Frames that found the ring full. */
    public long dropsSinceLastAsked() {
        return PacketSocket.dropsSinceLastAsked(socket);
    }

    @Override
    public void close() {
        mapping.close();
        Linux.close(socket);
    }
}
