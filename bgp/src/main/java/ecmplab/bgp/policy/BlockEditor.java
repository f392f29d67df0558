package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.BigEndian;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Does on an attribute block what {@link ActionEffect} does on records, without making them for the actions that policies mostly have: a
 * full table passes through here once for each of its attribute sets.
 */
final class BlockEditor {
    private static final int OPTIONAL = 0x80;
    private static final int TRANSITIVE = 0x40;
    private static final int EXTENDED_LENGTH = 0x10;
    private static final int AS_SEQUENCE = 2;
    private static final int LONGEST_SEGMENT = 255;

    private BlockEditor() {}

    /** The block after the action; perhaps the same array. */
    static byte[] apply(Action action, byte[] block, PolicyContext context) {
        return switch (action) {
            case Action.SetLocalPref(var preference) ->
                put(block, TRANSITIVE, AttributeType.LOCAL_PREF, word((int) preference));
            case Action.SetMed(var med) -> put(block, OPTIONAL, AttributeType.MULTI_EXIT_DISC, word((int) med));
            case Action.SetOrigin(var origin) ->
                put(block, TRANSITIVE, AttributeType.ORIGIN, new byte[] {(byte) origin.ordinal()});
            case Action.SetNextHopSelf() -> put(block, 0, AttributeType.NEXT_HOP, null);
            case Action.Prepend(var times) -> prepend(action, block, times, context);
            case Action.ChangeCommunities(var all, var remove, var add) -> communities(block, all, remove, add);
            case Action.SetNextHop ignored -> byRecords(action, block, context);
            case Action.SetNextHopPeer ignored -> byRecords(action, block, context);
            case Action.PrependAs ignored -> byRecords(action, block, context);
            case Action.ChangeLargeCommunities ignored -> byRecords(action, block, context);
            case Action.ChangeExtendedCommunities ignored -> byRecords(action, block, context);
            case Action.SetLinkBandwidth ignored -> byRecords(action, block, context);
        };
    }

    private static byte[] byRecords(Action action, byte[] block, PolicyContext context) {
        return ActionEffect.apply(action, PathAttributes.parse(block), context).encode();
    }

    private static byte[] prepend(Action action, byte[] block, int times, PolicyContext context) {
        int at = find(block, AttributeType.AS_PATH);
        if (at == block.length || (block[at + 1] & 0xFF) != AttributeType.AS_PATH) {
            return byRecords(action, block, context);
        }
        int value = value(block, at);
        int end = end(block, at);
        int count = end == value ? 0 : block[value + 1] & 0xFF;
        if ((end > value && block[value] != AS_SEQUENCE) || count + times > LONGEST_SEGMENT) {
            return byRecords(action, block, context);
        }
        int rest = end == value ? value : value + 2;
        var path = new byte[2 + 4 * times + end - rest];
        path[0] = AS_SEQUENCE;
        path[1] = (byte) (count + times);
        for (int i = 0; i < times; i++) {
            BigEndian.putInt32(path, 2 + 4 * i, context.localAs().bits());
        }
        System.arraycopy(block, rest, path, 2 + 4 * times, end - rest);
        return put(block, TRANSITIVE, AttributeType.AS_PATH, path);
    }

    private static byte[] communities(byte[] block, boolean all, List<CommunityPattern> remove, List<Integer> add) {
        int at = find(block, AttributeType.COMMUNITIES);
        boolean present = at < block.length && (block[at + 1] & 0xFF) == AttributeType.COMMUNITIES;
        int from = present ? value(block, at) : 0;
        int to = present ? end(block, at) : 0;
        var values = new int[(to - from) / 4 + add.size()];
        int size = 0;
        for (int i = from; i < to && !all; i += 4) {
            int community = BigEndian.int32(block, i);
            if (!fitsAny(remove, community)) {
                values[size++] = community;
            }
        }
        for (int i = 0; i < add.size(); i++) {
            values[size++] = add.get(i);
        }
        return put(block, OPTIONAL | TRANSITIVE, AttributeType.COMMUNITIES, sortedOctets(values, size));
    }

    private static boolean fitsAny(List<CommunityPattern> patterns, int community) {
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).fits(community)) {
                return true;
            }
        }
        return false;
    }

    /** Sorted as unsigned numbers, each once; null when there are none. */
    private static byte @Nullable [] sortedOctets(int[] values, int size) {
        for (int i = 0; i < size; i++) {
            values[i] ^= Integer.MIN_VALUE;
        }
        Arrays.sort(values, 0, size);
        var octets = new byte[4 * size];
        int length = 0;
        for (int i = 0; i < size; i++) {
            if (i == 0 || values[i] != values[i - 1]) {
                BigEndian.putInt32(octets, length, values[i] ^ Integer.MIN_VALUE);
                length += 4;
            }
        }
        return length == 0 ? null : Arrays.copyOf(octets, length);
    }

    /** The block with that attribute in its place instead of one of its type; without one when {@code value} is null. */
    private static byte[] put(byte[] block, int flags, int type, byte @Nullable [] value) {
        int at = find(block, type);
        int after = at < block.length && (block[at + 1] & 0xFF) == type ? end(block, at) : at;
        int header = value == null ? 0 : value.length > 255 ? 4 : 3;
        int size = value == null ? 0 : value.length;
        if (size > 0xFFFF) {
            throw new IllegalArgumentException(
                    AttributeType.name(type) + " of " + size + " octets: must be at most 65535");
        }
        var changed = new byte[at + header + size + block.length - after];
        System.arraycopy(block, 0, changed, 0, at);
        if (value != null) {
            changed[at] = (byte) (flags | (header == 4 ? EXTENDED_LENGTH : 0));
            changed[at + 1] = (byte) type;
            if (header == 4) {
                changed[at + 2] = (byte) (size >>> 8);
            }
            changed[at + header - 1] = (byte) size;
            System.arraycopy(value, 0, changed, at + header, size);
        }
        System.arraycopy(block, after, changed, at + header + size, block.length - after);
        return changed;
    }

    /** Where the attribute of that type is, or the first of a higher type, or the end. */
    private static int find(byte[] block, int type) {
        int at = 0;
        while (at < block.length && (block[at + 1] & 0xFF) < type) {
            at = end(block, at);
        }
        return at;
    }

    private static int value(byte[] block, int at) {
        return at + ((block[at] & EXTENDED_LENGTH) != 0 ? 4 : 3);
    }

    private static int end(byte[] block, int at) {
        boolean extended = (block[at] & EXTENDED_LENGTH) != 0;
        int size = extended ? (block[at + 2] & 0xFF) << 8 | (block[at + 3] & 0xFF) : block[at + 2] & 0xFF;
        return value(block, at) + size;
    }

    private static byte[] word(int value) {
        var octets = new byte[4];
        BigEndian.putInt32(octets, 0, value);
        return octets;
    }
}
