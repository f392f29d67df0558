package ecmplab.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The frames of a node: one off-heap region cut into frames of equal size, and a free list. Offsets into {@link #memory()}
 * are the addresses that bursts carry. Every received packet starts {@link #HEADROOM} octets into its frame, so that an
 * encapsulation (50 octets for VXLAN over IPv4, 70 over IPv6) is written in front of it in place. An AF_XDP port registers
 * the region as its UMEM. Owned by one forwarding thread.
 */
public final class FramePool {
    /** Octets before a received packet; at least the longest encapsulation. */
    public static final int HEADROOM = 128;

    private final MemorySegment memory;
    private final int frameSize;
    private final long[] free;
    private int freeCount;

    /**
     * @param frames how many
     * @param frameSize octets of each with its headroom; a power of two
     * @param arena keeps the memory alive
     */
    public FramePool(int frames, int frameSize, Arena arena) {
        if (Integer.bitCount(frameSize) != 1 || frameSize <= HEADROOM) {
            throw new IllegalArgumentException(
                    "frame size " + frameSize + ": must be a power of two above " + HEADROOM);
        }
        this.frameSize = frameSize;
        memory = arena.allocate((long) frames * frameSize, 4096);
        free = new long[frames];
        for (int i = 0; i < frames; i++) {
            free[i] = (long) (frames - 1 - i) * frameSize;
        }
        freeCount = frames;
    }

    public MemorySegment memory() {
        return memory;
    }

    public int frameSize() {
        return frameSize;
    }

    /** Octets a packet received at the default position may have. */
    public int room() {
        return frameSize - HEADROOM;
    }

    /** @return the address where a packet starts in a fresh frame (past the headroom), or -1 when none is left */
    public long acquire() {
        return freeCount == 0 ? -1 : free[--freeCount] + HEADROOM;
    }

    /** Gives back the frame that {@code address}, any address within it, belongs to. */
    public void release(long address) {
        free[freeCount++] = address & -frameSize;
    }

    /** Frames that nobody owns. */
    public int available() {
        return freeCount;
    }
}
