package ecmplab.bgp.attribute;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;

/** A list of prefixes (RFC 4271 section 4.3), each behind a path identifier where add-path was agreed on (RFC 7911 section 3). */
final class NlriField {
    private static final int INVALID_NETWORK = 10;

    /**
     * Checks the syntax (RFC 7606 section 5.3): wrong, nobody knows which routes are meant.
     *
     * @param idSize octets of a path identifier: 4, or 0 without add-path
     * @param type of the attribute that has the list, 0 for the fields of the message itself
     */
    static void check(byte[] octets, int from, int to, AddressFamily family, int idSize, int type, FaultLog faults) {
        int bits = family.bits();
        int at = from;
        while (at < to) {
            int lengthAt = at + idSize;
            int length = lengthAt < to ? octets[lengthAt] & 0xFF : 0;
            int next = lengthAt + 1 + ((length + 7) >>> 3);
            if (length > bits || next > to) {
                var reason = length > bits
                        ? "prefix length " + length + ": must be at most " + bits
                        : "prefix of length " + length + " runs " + (next - to) + " octets past its field";
                faults.add(
                        Cost.SESSION_RESET,
                        type,
                        type == 0 ? INVALID_NETWORK : AttributeRules.OPTIONAL_ERROR,
                        at,
                        Octets.NONE,
                        reason,
                        "RFC 7606 section 5.3");
                return;
            }
            at = next;
        }
    }

    static void reach(byte[] octets, int from, int to, AddressFamily family, int idSize, UpdateDecoder.Sink sink) {
        for (int at = from; at < to; ) {
            int id = idSize == 0 ? 0 : BigEndian.int32(octets, at);
            at += idSize;
            int length = octets[at] & 0xFF;
            long high = high(octets, at + 1, length);
            long low = length > 64 ? low(octets, at + 9, length) : 0;
            sink.reach(family, high, low, length, id);
            at += 1 + ((length + 7) >>> 3);
        }
    }

    static void unreach(byte[] octets, int from, int to, AddressFamily family, int idSize, UpdateDecoder.Sink sink) {
        for (int at = from; at < to; ) {
            int id = idSize == 0 ? 0 : BigEndian.int32(octets, at);
            at += idSize;
            int length = octets[at] & 0xFF;
            long high = high(octets, at + 1, length);
            long low = length > 64 ? low(octets, at + 9, length) : 0;
            sink.unreach(family, high, low, length, id);
            at += 1 + ((length + 7) >>> 3);
        }
    }

    /** The first 64 bits of a prefix, host bits cleared. */
    private static long high(byte[] octets, int at, int length) {
        if (length == 0) {
            return 0;
        }
        long mask = length >= 64 ? -1L : -1L << (64 - length);
        return bits(octets, at) & mask;
    }

    private static long low(byte[] octets, int at, int length) {
        return bits(octets, at) & (length >= 128 ? -1L : -1L << (128 - length));
    }

    /** Eight octets; where the array ends before, zeros. */
    private static long bits(byte[] octets, int at) {
        if (at + 8 <= octets.length) {
            return BigEndian.int64(octets, at);
        }
        long bits = 0;
        for (int i = 0; i < 8; i++) {
            bits = bits << 8 | (at + i < octets.length ? octets[at + i] & 0xFF : 0);
        }
        return bits;
    }

    private NlriField() {}
}
