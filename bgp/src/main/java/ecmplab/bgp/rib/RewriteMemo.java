package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PolicyContext;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which attributes a policy made of others: by attribute id and matched terms, the id of the result. Of fixed size, a newer entry
 * takes the place of an older one. Holds references to what it remembers, until {@link #clear}.
 */
final class RewriteMemo {
    private static final int SIZE = 256;
    /** Octets of attributes that any message can carry, with room for what import and export add. */
    private static final int LONGEST = 65_500;

    private final AttributeTable attributes;
    private final int[] from = new int[SIZE];
    private final long[] matched = new long[SIZE];
    private final int[] to = new int[SIZE];

    RewriteMemo(AttributeTable attributes) {
        this.attributes = attributes;
    }

    /** The block that the policy makes of the attributes; null when they would be longer than attributes can be. */
    static byte @Nullable [] apply(
            Policy policy, long matched, AttributeTable attributes, int attribute, PolicyContext context) {
        byte[] octets = attributes.octets(attribute);
        int from = attributes.offset(attribute);
        int length = attributes.length(attribute);
        if (!policy.changes(matched)) {
            return Arrays.copyOfRange(octets, from, from + length);
        }
        try {
            var block = policy.apply(matched, octets, from, length, context);
            return block.length <= LONGEST ? block : null;
        } catch (IllegalArgumentException tooLong) {
            // What was added does not fit into an attribute; the received block was valid.
            return null;
        }
    }

    /** The result, or {@link AttributeTable#NONE} when it is not remembered. The caller holds no reference to it. */
    int get(int attribute, long terms) {
        int slot = slot(attribute, terms);
        return from[slot] == attribute && matched[slot] == terms ? to[slot] : AttributeTable.NONE;
    }

    /** Interns the block as the result, and gives its id. The caller holds no reference to it. */
    int put(int attribute, long terms, byte[] block) {
        int slot = slot(attribute, terms);
        int result = attributes.intern(block, 0, block.length);
        attributes.retain(attribute);
        forget(slot);
        from[slot] = attribute;
        matched[slot] = terms;
        to[slot] = result;
        return result;
    }

    void clear() {
        for (int slot = 0; slot < SIZE; slot++) {
            forget(slot);
        }
    }

    private void forget(int slot) {
        attributes.release(from[slot]);
        attributes.release(to[slot]);
        from[slot] = AttributeTable.NONE;
        to[slot] = AttributeTable.NONE;
    }

    private static int slot(int attribute, long terms) {
        long mixed = (attribute + terms * 31) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 56) & SIZE - 1;
    }
}
