package ecmplab.bgp.rib;

import java.util.Arrays;

/** Changes single attributes of a canonical attribute block (see {@link RouteBatch}). */
final class BlockEdit {
    private BlockEdit() {}

    /** The block with an attribute of four octets, in its place; it must not have one of the type. */
    static byte[] with(byte[] block, int flags, int type, int value) {
        int at = 0;
        while (at < block.length && (block[at + 1] & 0xFF) < type) {
            at = BlockFacts.value(block, at) + BlockFacts.valueLength(block, at);
        }
        var changed = new byte[block.length + 7];
        System.arraycopy(block, 0, changed, 0, at);
        changed[at] = (byte) flags;
        changed[at + 1] = (byte) type;
        changed[at + 2] = 4;
        for (int i = 0; i < 4; i++) {
            changed[at + 3 + i] = (byte) (value >>> (24 - 8 * i));
        }
        System.arraycopy(block, at, changed, at + 7, block.length - at);
        return changed;
    }

    /** The block without the attribute of that type, if it has one. */
    static byte[] without(byte[] block, int type) {
        int at = BlockFacts.find(block, 0, block.length, type);
        if (at < 0) {
            return block;
        }
        int end = BlockFacts.value(block, at) + BlockFacts.valueLength(block, at);
        var changed = Arrays.copyOf(block, block.length - (end - at));
        System.arraycopy(block, end, changed, at, block.length - end);
        return changed;
    }
}
