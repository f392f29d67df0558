package ecmplab.bgp.rib;

import ecmplab.bgp.policy.BlockEditor;

/**
 * Remembers which attributes a policy made of others: by attribute id and matched terms, the id of the result. Of fixed size, a newer entry
 * takes the place of an older one. Holds references to what it remembers, until {@link #clear}.
 */
final class RewriteMemo {
    private static final int SIZE = 256;
    /** What makes the attributes that are remembered. */
    final BlockEditor editor;

    private final AttributeTable attributes;
    private final int[] from = new int[SIZE];
    private final long[] matched = new long[SIZE];
    private final int[] to = new int[SIZE];

    RewriteMemo(AttributeTable attributes, BlockEditor editor) {
        this.attributes = attributes;
        this.editor = editor;
    }

    /** The result, or {@link AttributeTable#NONE} when it is not remembered. The caller holds no reference to it. */
    int get(int attribute, long terms) {
        int slot = slot(attribute, terms);
        return from[slot] == attribute && matched[slot] == terms ? to[slot] : AttributeTable.NONE;
    }

    /** Interns the {@code length} octets as the result, and gives its id. The caller holds no reference to it. */
    int put(int attribute, long terms, byte[] block, int at, int length) {
        int slot = slot(attribute, terms);
        int result = attributes.intern(block, at, length);
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
