package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.BigEndian;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a policy makes of attribute blocks, into memory of its own that lasts until the next block: a full table passes through here
 * once for each of its attribute sets. Does what {@link ActionEffect} does on records, in one walk over the block and without making
 * records for the actions that policies mostly have. To be used by one thread.
 */
public final class BlockEditor {
    /** Octets of the value of an attribute at most. */
    static final int LONGEST_ATTRIBUTE = 0xFFFF;

    private static final int EXTENDED_LENGTH = 0x10;
    /** Plans that are kept; a power of two. */
    private static final int PLANS = 64;

    private final Policy policy;
    private final PolicyContext context;
    /** The plan for some matched terms; another's takes its place. */
    private final @Nullable BlockPlan[] plans = new BlockPlan[PLANS];

    private final long[] plannedFor = new long[PLANS];
    private byte[] octets = new byte[256];
    private int length;

    public BlockEditor(Policy policy, PolicyContext context) {
        this.policy = policy;
        this.context = context;
    }

    /**
     * Writes the block after all that the matched terms set, in order.
     *
     * @param matched what {@link Policy#decide} answered
     * @return false when an attribute would be longer than one can be
     */
    public boolean edit(long matched, byte[] block, int from, int size) {
        var plan = plan(matched);
        length = 0;
        int at = from;
        int end = from + size;
        for (var step : plan.steps) {
            int start = at;
            while (at < end && (block[at + 1] & 0xFF) < step.type) {
                at = end(block, at);
            }
            copy(block, start, at - start);
            int after = at < end && (block[at + 1] & 0xFF) == step.type ? end(block, at) : at;
            if (!step.write(this, block, at, after)) {
                return byRecords(plan.actions, block, from, size);
            }
            at = after;
        }
        copy(block, at, end - at);
        return plan.others.isEmpty() || byRecords(plan.others, octets, 0, length);
    }

    /** Octets that any block becomes longer by at most when the matched terms set what they do; -1 when nobody knows. */
    public int growth(long matched) {
        var plan = plan(matched);
        int growth = 0;
        for (var step : plan.steps) {
            growth += step.growth();
        }
        return plan.others.isEmpty() ? growth : -1;
    }

    /** With the block last written in its first {@link #length} octets; not to be written to. */
    public byte[] octets() {
        return octets;
    }

    public int length() {
        return length;
    }

    private BlockPlan plan(long matched) {
        int slot = (int) ((matched * 0x9E37_79B9_7F4A_7C15L) >>> 58);
        var known = plans[slot];
        if (known != null && plannedFor[slot] == matched) {
            return known;
        }
        var plan = new BlockPlan(policy.actions(matched), context);
        plans[slot] = plan;
        plannedFor[slot] = matched;
        return plan;
    }

    private boolean byRecords(List<Action> actions, byte[] block, int from, int size) {
        try {
            var attributes = PathAttributes.parse(Arrays.copyOfRange(block, from, from + size));
            for (var action : actions) {
                attributes = ActionEffect.apply(action, attributes, context);
            }
            var encoded = attributes.encode();
            length = 0;
            copy(encoded, 0, encoded.length);
            return true;
        } catch (IllegalArgumentException tooLong) {
            // What was added does not fit into an attribute; the block was valid.
            return false;
        }
    }

    void header(int flags, int type, int size) {
        reserve(4);
        boolean extended = size > 255;
        octets[length++] = (byte) (extended ? flags | EXTENDED_LENGTH : flags);
        octets[length++] = (byte) type;
        if (extended) {
            octets[length++] = (byte) (size >>> 8);
        }
        octets[length++] = (byte) size;
    }

    void octet(int value) {
        reserve(1);
        octets[length++] = (byte) value;
    }

    void word(int value) {
        reserve(4);
        BigEndian.putInt32(octets, length, value);
        length += 4;
    }

    void copy(byte[] from, int at, int count) {
        reserve(count);
        System.arraycopy(from, at, octets, length, count);
        length += count;
    }

    private void reserve(int count) {
        if (length + count > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + count));
        }
    }

    /** Where the value of the attribute begins whose header is at {@code at}. */
    static int value(byte[] block, int at) {
        return at + ((block[at] & EXTENDED_LENGTH) != 0 ? 4 : 3);
    }

    private static int end(byte[] block, int at) {
        return (block[at] & EXTENDED_LENGTH) != 0
                ? at + 4 + BigEndian.uint16(block, at + 2)
                : at + 3 + (block[at + 2] & 0xFF);
    }
}
