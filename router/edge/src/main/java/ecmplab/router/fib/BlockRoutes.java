package ecmplab.router.fib;

import ecmplab.bgp.wire.Prefix;
import java.util.Arrays;

/**
 * Prefixes of 17 to 32 bits with the same first 16, and their groups, one word each: bits 16 to 31, length, group. In order, a
 * prefix comes after those it lies in. An array once made does not change.
 */
final class BlockRoutes {
    static final long[] NONE = {};

    private BlockRoutes() {}

    static long pack(Prefix prefix, int group) {
        return pack((int) (prefix.high() >>> 32) & 0xFFFF, prefix.length(), group);
    }

    /** @param value a group, or any number in its place */
    static long pack(int low16, int length, int value) {
        return (long) low16 << 40 | (long) length << 32 | (value & 0xFFFF_FFFFL);
    }

    /** Bits 16 to 31. */
    static int low16(long route) {
        return (int) (route >>> 40);
    }

    static int length(long route) {
        return (int) (route >>> 32) & 0xFF;
    }

    static int value(long route) {
        return (int) route;
    }

    /** {@code held} with the first {@code count} of {@code changes}, each prefix once; group 0 takes one out. */
    static long[] merge(long[] held, long[] changes, int count) {
        var merged = new long[held.length + count];
        int length = 0;
        int h = 0;
        for (int c = 0; c < count; c++) {
            while (h < held.length && held[h] >>> 32 < changes[c] >>> 32) {
                merged[length++] = held[h++];
            }
            if (h < held.length && held[h] >>> 32 == changes[c] >>> 32) {
                h++;
            }
            if (value(changes[c]) != Fib.NO_ROUTE) {
                merged[length++] = changes[c];
            }
        }
        while (h < held.length) {
            merged[length++] = held[h++];
        }
        return length == 0 ? NONE : Arrays.copyOf(merged, length);
    }
}
