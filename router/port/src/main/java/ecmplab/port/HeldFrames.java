package ecmplab.port;

/** Which frames of a pool the kernel has from one port: kept here, not in the shared rings, which the kernel writes too. */
final class HeldFrames {
    private final FramePool pool;
    private final long[] bits;
    private int count;

    HeldFrames(FramePool pool) {
        this.pool = pool;
        bits = new long[(pool.size() + Long.SIZE - 1) / Long.SIZE];
    }

    void add(long address) {
        int index = pool.index(address);
        bits[index / Long.SIZE] |= 1L << index;
        count++;
    }

    /** Whether the frame of {@code address} was held; it is no more. */
    boolean remove(long address) {
        int index = pool.index(address);
        if (index < 0 || index >= pool.size() || (bits[index / Long.SIZE] & 1L << index) == 0) {
            return false;
        }
        bits[index / Long.SIZE] &= ~(1L << index);
        count--;
        return true;
    }

    int count() {
        return count;
    }

    /** Releases all of them to the pool. */
    void releaseAll() {
        for (int i = 0; i < bits.length && count > 0; i++) {
            while (bits[i] != 0) {
                int bit = Long.numberOfTrailingZeros(bits[i]);
                bits[i] &= bits[i] - 1;
                count--;
                pool.release((long) (i * Long.SIZE + bit) * pool.frameSize());
            }
        }
    }
}
