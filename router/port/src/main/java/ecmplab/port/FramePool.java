package ecmplab.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a node: one off-heap region cut into frames of equal size, and a free list. Offsets into {@link #memory()}
 * are the addresses that bursts carry. Every received packet starts {@link #HEADROOM} octets into its frame, so that an
 * encapsulation (50 octets for VXLAN over IPv4, 70 over IPv6) is written in front of it in place. An AF_XDP port registers
 * the region as its UMEM. Owned by one forwarding thread.
 *
 * <p>The pool knows where each frame is: free, in hand (being worked on), or kept (in somebody's queue: a port's, a
 * neighbour cache's). Between two bursts no frame is in hand, so what a failed processor lost can be {@link #reclaim
 * reclaimed}, and a frame that is released twice is found out at once.
 */
public final class FramePool {
    /** Octets before a received packet; at least the longest encapsulation. */
    public static final int HEADROOM = 128;

    private static final byte FREE = 0;
    private static final byte IN_HAND = 1;
    private static final byte KEPT = 2;

    private final MemorySegment memory;
    private final int frameSize;
    private final int shift;
    private final long[] free;
    private final byte[] states;
    private int freeCount;
    private final AtomicReference<@Nullable DropWatch> dropWatch = new AtomicReference<>();

    /** Told of frames that are about to be dropped, by the thread that drops them. */
    @FunctionalInterface
    interface DropWatch {
        void dropping(long address, Enum<?> reason);
    }

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
        shift = Integer.numberOfTrailingZeros(frameSize);
        memory = arena.allocate((long) frames * frameSize, 4096);
        free = new long[frames];
        states = new byte[frames];
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
        if (freeCount == 0) {
            return -1;
        }
        long frame = free[--freeCount];
        states[(int) (frame >>> shift)] = IN_HAND;
        return frame + HEADROOM;
    }

    /**
     * Gives back the frame that {@code address}, any address within it, belongs to.
     *
     * @throws IllegalStateException when it is free already
     */
    public void release(long address) {
        int index = (int) (address >>> shift);
        if (states[index] == FREE) {
            throw new IllegalStateException("frame " + index + " released twice");
        }
        states[index] = FREE;
        free[freeCount++] = address & -frameSize;
    }

    /**
     * Releases a frame that goes no further, for a reason that its owner has counted: a {@link Capture} shows it.
     *
     * @throws IllegalStateException when it is free already
     */
    public void drop(long address, Enum<?> reason) {
        dropping(address, reason);
        release(address);
    }

    /** Tells who watches. */
    void dropping(long address, Enum<?> reason) {
        var watch = dropWatch.get();
        if (watch != null) {
            watch.dropping(address, reason);
        }
    }

    /** Has {@code next}, or nobody, told of drops instead of {@code now}. Any thread. @return false when another one is told */
    boolean watchDrops(@Nullable DropWatch now, @Nullable DropWatch next) {
        return dropWatch.compareAndSet(now, next);
    }

    /** The number of the frame that {@code address} belongs to. */
    int index(long address) {
        return (int) (address >>> shift);
    }

    /** Says that a queue owns the frame from now on, beyond the burst it came in: only the queue's owner will release it. */
    public void keep(long address) {
        states[(int) (address >>> shift)] = KEPT;
    }

    /** Says that a frame that was kept is being worked on again. */
    public void takeInHand(long address) {
        states[(int) (address >>> shift)] = IN_HAND;
    }

    /**
     * Releases every frame in hand: for use between bursts, after a processor failed.
     *
     * @return how many
     */
    public int reclaim() {
        int reclaimed = 0;
        for (int i = 0; i < states.length; i++) {
            if (states[i] == IN_HAND) {
                release((long) i << shift);
                reclaimed++;
            }
        }
        return reclaimed;
    }

    /** How many frames there are. */
    public int size() {
        return states.length;
    }

    /** Frames that nobody owns. */
    public int available() {
        return freeCount;
    }
}
