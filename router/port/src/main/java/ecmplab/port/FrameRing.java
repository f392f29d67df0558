package ecmplab.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of frames by copy, each with a stamp: one thread appends and publishes, one takes, without locks and
 * without allocating.
 */
final class FrameRing {
    private static final VarHandle PUBLISHED;
    private static final VarHandle TAKEN;

    static {
        try {
            PUBLISHED = MethodHandles.lookup().findVarHandle(FrameRing.class, "published", long.class);
            TAKEN = MethodHandles.lookup().findVarHandle(FrameRing.class, "taken", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final MemorySegment slots;
    private final int slotSize;
    private final int[] lengths;
    private final long[] stamps;
    private final int[] wholeLengths;
    private final @Nullable Enum<?>[] notes;
    private final int mask;
    /** Frames ever appended: the sender's own. */
    private long written;

    @SuppressWarnings("UnusedVariable") // by VarHandle
    private long published;

    @SuppressWarnings("UnusedVariable") // by VarHandle
    private long taken;

    /**
     * @param maxLength octets of a frame
     * @param capacity frames; a power of two
     */
    FrameRing(int maxLength, int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity " + capacity + ": must be a power of two");
        }
        slotSize = (maxLength + 63) & -64;
        slots = Arena.ofAuto().allocate((long) slotSize * capacity, 64);
        lengths = new int[capacity];
        stamps = new long[capacity];
        wholeLengths = new int[capacity];
        notes = new Enum<?>[capacity];
        mask = capacity - 1;
    }

    /** Sender: copies a frame in, not yet seen by the receiver. False when there is no room. */
    boolean append(MemorySegment from, long address, int length, long stamp) {
        return append(from, address, length, stamp, length);
    }

    /** Sender: as above; {@code wholeLength} is told to the receiver. */
    boolean append(MemorySegment from, long address, int length, long stamp, int wholeLength) {
        if (written - (long) TAKEN.getAcquire(this) > mask) {
            return false;
        }
        int slot = (int) written & mask;
        MemorySegment.copy(from, address, slots, (long) slot * slotSize, length);
        lengths[slot] = length;
        stamps[slot] = stamp;
        wholeLengths[slot] = wholeLength;
        notes[slot] = null;
        written++;
        return true;
    }

    /** Sender: shows the receiver what was appended. */
    void publish() {
        PUBLISHED.setRelease(this, written);
    }

    /** Sender: the number of the frame appended last, from 1 on. */
    long lastAppended() {
        return written;
    }

    /** Sender: puts a note to the frame of a number from {@link #lastAppended}, unless it was published. */
    boolean note(long number, Enum<?> note) {
        if (number <= (long) PUBLISHED.getOpaque(this) || number > written) {
            return false;
        }
        notes[(int) (number - 1) & mask] = note;
        return true;
    }

    /** Sender: frames appended and not published. */
    int unpublished() {
        return (int) (written - (long) PUBLISHED.getOpaque(this));
    }

    /** Sender: takes back what was not published. */
    void retract() {
        written = (long) PUBLISHED.getOpaque(this);
    }

    /** Receiver. */
    boolean isEmpty() {
        return (long) PUBLISHED.getAcquire(this) == (long) TAKEN.getOpaque(this);
    }

    /** Receiver: octets of the next frame; there must be one. */
    int nextLength() {
        return lengths[nextSlot()];
    }

    /** Receiver: what was appended with the next frame. */
    long nextStamp() {
        return stamps[nextSlot()];
    }

    /** Receiver: what was said of the next frame's length when it was appended. */
    int nextWholeLength() {
        return wholeLengths[nextSlot()];
    }

    /** Receiver: the next frame's note. */
    @Nullable
    Enum<?> nextNote() {
        return notes[nextSlot()];
    }

    /** Receiver: copies the next frame out; {@link #advance} lets go of it. */
    void copyNext(MemorySegment to, long address) {
        int slot = nextSlot();
        MemorySegment.copy(slots, (long) slot * slotSize, to, address, lengths[slot]);
    }

    /** Receiver: lets go of the next frame. */
    void advance() {
        TAKEN.setRelease(this, (long) TAKEN.getOpaque(this) + 1);
    }

    private int nextSlot() {
        return (int) (long) TAKEN.getOpaque(this) & mask;
    }
}
