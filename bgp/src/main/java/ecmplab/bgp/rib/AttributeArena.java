package ecmplab.bgp.rib;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Octets of attribute blocks in chunks, addressed in units of {@value #UNIT} octets. Freed blocks are chained by size, through
 * their own first octets, and given out again.
 */
final class AttributeArena {
    static final int UNIT = 8;
    private static final int CHUNK = 1 << 16;
    /** Octets of the longest block that it takes. */
    static final int LONGEST = CHUNK;

    private static final int UNITS_PER_CHUNK = CHUNK / UNIT;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private byte[][] chunks = new byte[0][];
    private int next;
    private int end;
    /** By size in units: the first free block plus one, or zero. */
    private final int[] free = new int[UNITS_PER_CHUNK + 1];

    private long used;

    /** Octets in use, rounded up to units. */
    long used() {
        return used;
    }

    /** Copies the block in and returns where it is. At most 65536 octets. */
    int store(byte[] octets, int from, int length) {
        int units = units(length);
        int at = free[units] - 1;
        if (at >= 0) {
            free[units] = (int) INT.get(chunk(at), offset(at));
        } else {
            at = carve(units);
        }
        System.arraycopy(octets, from, chunk(at), offset(at), length);
        used += (long) units * UNIT;
        return at;
    }

    void free(int at, int length) {
        int units = units(length);
        INT.set(chunk(at), offset(at), free[units]);
        free[units] = at + 1;
        used -= (long) units * UNIT;
    }

    byte[] chunk(int at) {
        return chunks[at / UNITS_PER_CHUNK];
    }

    int offset(int at) {
        return at % UNITS_PER_CHUNK * UNIT;
    }

    private int carve(int units) {
        if (end - next < units) {
            chunks = Arrays.copyOf(chunks, chunks.length + 1);
            chunks[chunks.length - 1] = new byte[CHUNK];
            next = (chunks.length - 1) * UNITS_PER_CHUNK;
            end = next + UNITS_PER_CHUNK;
        }
        int at = next;
        next += units;
        return at;
    }

    private static int units(int length) {
        if (length > CHUNK) {
            throw new IllegalArgumentException("attribute block of " + length + " octets: must be at most " + CHUNK);
        }
        return Math.max(1, (length + UNIT - 1) / UNIT);
    }
}
