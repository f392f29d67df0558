package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/**
 * The Internet checksum: ones' complement sum of 16-bit words (RFC 1071), and its incremental update (RFC 1624, equation
 * 3). Sums are running values of up to 48 bits that {@link #fold} brings to 16; checksums are 16 bits as they stand in a
 * header.
 */
public final class Checksum {
    private Checksum() {}

    /** Sum of {@code length} octets; an odd last octet counts as the high half of a word. Add sums, then {@link #finish}. */
    public static long sum(MemorySegment memory, long offset, long length) {
        long sum = 0;
        long at = offset;
        long end = offset + (length & ~3L);
        for (; at < end; at += 4) {
            sum += memory.get(HeaderView.U32, at) & 0xFFFF_FFFFL;
        }
        if ((length & 2) != 0) {
            sum += HeaderView.u16(memory, at);
            at += 2;
        }
        if ((length & 1) != 0) {
            sum += (long) HeaderView.u8(memory, at) << 8;
        }
        // 32-bit words were added: folding twice to 32 bits and then to 16 leaves the sum of 16-bit words.
        return fold(sum);
    }

    /** Sum of the IPv4 pseudo header of TCP and UDP (RFC 9293 section 3.1). */
    public static long pseudoHeader(int source, int destination, int protocol, int transportLength) {
        return (source & 0xFFFF_FFFFL) + (destination & 0xFFFF_FFFFL) + protocol + transportLength;
    }

    /** Brings a sum to 16 bits, end-around carries included; 0 only when every word was 0. */
    public static int fold(long sum) {
        long folded = (sum & 0xFFFF_FFFFL) + (sum >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) folded;
    }

    /** The checksum that belongs to a sum taken with the checksum field as 0. */
    public static int finish(long sum) {
        return ~fold(sum) & 0xFFFF;
    }

    /** The checksum of {@code length} octets whose checksum field holds 0. */
    public static int of(MemorySegment memory, long offset, long length) {
        return finish(sum(memory, offset, length));
    }

    /** The checksum after one aligned 16-bit word went from {@code before} to {@code after}. */
    public static int update16(int checksum, int before, int after) {
        return finish((long) (~checksum & 0xFFFF) + (~before & 0xFFFF) + (after & 0xFFFF));
    }

    /** The checksum after two aligned 16-bit words, such as an IPv4 address, went from {@code before} to {@code after}. */
    public static int update32(int checksum, int before, int after) {
        return finish((~checksum & 0xFFFFL) + (~before & 0xFFFF_FFFFL) + (after & 0xFFFF_FFFFL));
    }

    /** The checksum after eight aligned 16-bit words, such as an IPv6 address, changed; high halves first. */
    public static int update128(int checksum, long beforeHigh, long beforeLow, long afterHigh, long afterLow) {
        return finish(
                (~checksum & 0xFFFFL) + words(~beforeHigh) + words(~beforeLow) + words(afterHigh) + words(afterLow));
    }

    /** Sum of the four words of a long. */
    static long words(long value) {
        return (value >>> 32) + (value & 0xFFFF_FFFFL);
    }

    /** As {@link #update16}, for a 16-bit value at an odd offset: its halves lie in two words. */
    public static int updateOdd16(int checksum, int before, int after) {
        return update16(checksum, swapped(before), swapped(after));
    }

    private static int swapped(int word) {
        return (word & 0xFF) << 8 | (word >>> 8 & 0xFF);
    }
}
