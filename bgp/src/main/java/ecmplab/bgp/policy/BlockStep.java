package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.wire.BigEndian;
import java.util.Arrays;
import java.util.List;

/**
 * What is to become of the attribute of one type, all that a policy's actions do to it together. Immutable, but for scratch memory: to be
 * used by one thread.
 */
abstract sealed class BlockStep {
    private static final int AS_SEQUENCE = 2;
    private static final int LONGEST_SEGMENT = 255;
    private static final int OPTIONAL = 0x80;
    private static final int TRANSITIVE = 0x40;

    final int type;

    private BlockStep(int type) {
        this.type = type;
    }

    /**
     * Writes the attribute that takes the place of the one in {@code block} from {@code at} to {@code end}, which is empty when there is
     * none.
     *
     * @return false when that needs the attribute read as a record; what was written then does not count
     */
    abstract boolean write(BlockEditor out, byte[] block, int at, int end);

    /** Octets that a block becomes longer by at most. */
    abstract int growth();

    /** These octets, whatever was there; none of them for no such attribute. */
    static final class Put extends BlockStep {
        private final byte[] attribute;

        Put(int type, byte[] attribute) {
            super(type);
            this.attribute = attribute;
        }

        static Put octet(int type, int value) {
            return new Put(type, new byte[] {TRANSITIVE, (byte) type, 1, (byte) value});
        }

        static Put word(int type, int value) {
            int flags = type == AttributeType.MULTI_EXIT_DISC ? OPTIONAL : TRANSITIVE;
            var attribute = new byte[] {(byte) flags, (byte) type, 4, 0, 0, 0, 0};
            BigEndian.putInt32(attribute, 3, value);
            return new Put(type, attribute);
        }

        @Override
        int growth() {
            return attribute.length;
        }

        @Override
        boolean write(BlockEditor out, byte[] block, int at, int end) {
            out.copy(attribute, 0, attribute.length);
            return true;
        }
    }

    /** An AS some times in front of the path, within its first segment. */
    static final class Prepend extends BlockStep {
        private final int asn;
        private final int times;

        Prepend(int asn, int times) {
            super(AttributeType.AS_PATH);
            this.asn = asn;
            this.times = times;
        }

        @Override
        int growth() {
            // Perhaps with headers of the attribute and of segments.
            return 8 + 5 * times;
        }

        @Override
        boolean write(BlockEditor out, byte[] block, int at, int end) {
            if (at == end) {
                return false;
            }
            int value = BlockEditor.value(block, at);
            boolean isEmpty = value == end;
            int count = isEmpty ? 0 : block[value + 1] & 0xFF;
            if ((!isEmpty && block[value] != AS_SEQUENCE) || count + times > LONGEST_SEGMENT) {
                return false;
            }
            int rest = isEmpty ? value : value + 2;
            int size = 2 + 4 * times + end - rest;
            if (size > BlockEditor.LONGEST_ATTRIBUTE) {
                return false;
            }
            out.header(TRANSITIVE, type, size);
            out.octet(AS_SEQUENCE);
            out.octet(count + times);
            for (int i = 0; i < times; i++) {
                out.word(asn);
            }
            out.copy(block, rest, end - rest);
            return true;
        }
    }

    /** Other communities: each once, ascending, as routers send them. */
    static final class Communities extends BlockStep {
        /** So many and more are sorted by the library. */
        private static final int MANY = 32;

        private final Change[] changes;
        /** As the action, in arrays; what is added has its upper bit turned over. */
        private static final class Change {
            final boolean removeAll;
            final CommunityPattern[] remove;
            final int[] add;

            Change(Action.ChangeCommunities action) {
                removeAll = action.removeAll();
                remove = action.remove().toArray(CommunityPattern[]::new);
                add = action.add().stream()
                        .mapToInt(value -> value ^ Integer.MIN_VALUE)
                        .toArray();
            }
        }

        /** Each with its upper bit turned over, so that they ascend as signed numbers. */
        private int[] values = new int[64];

        private int count;

        Communities(List<Action.ChangeCommunities> changes) {
            super(AttributeType.COMMUNITIES);
            this.changes = changes.stream().map(Change::new).toArray(Change[]::new);
        }

        @Override
        int growth() {
            int growth = 4;
            for (var change : changes) {
                growth += 4 * change.add.length;
            }
            return growth;
        }

        @Override
        boolean write(BlockEditor out, byte[] block, int at, int end) {
            int value = at == end ? end : BlockEditor.value(block, at);
            reserve((end - value) / 4);
            count = 0;
            for (int i = value; i < end; i += 4) {
                values[count++] = BigEndian.int32(block, i) ^ Integer.MIN_VALUE;
            }
            for (var change : changes) {
                apply(change);
            }
            sort();
            if (4 * count > BlockEditor.LONGEST_ATTRIBUTE) {
                return false;
            }
            if (count > 0) {
                out.header(OPTIONAL | TRANSITIVE, type, 4 * count);
                for (int i = 0; i < count; i++) {
                    out.word(values[i] ^ Integer.MIN_VALUE);
                }
            }
            return true;
        }

        private void apply(Change change) {
            if (change.removeAll) {
                count = 0;
            } else if (change.remove.length > 0) {
                int kept = 0;
                for (int i = 0; i < count; i++) {
                    if (!fitsAny(change.remove, values[i] ^ Integer.MIN_VALUE)) {
                        values[kept++] = values[i];
                    }
                }
                count = kept;
            }
            reserve(change.add.length);
            for (int community : change.add) {
                values[count++] = community;
            }
        }

        private static boolean fitsAny(CommunityPattern[] patterns, int community) {
            for (var pattern : patterns) {
                if (pattern.fits(community)) {
                    return true;
                }
            }
            return false;
        }

        /** Sorts the values, and keeps one of equal ones. */
        private void sort() {
            if (count > MANY) {
                Arrays.sort(values, 0, count);
            } else {
                for (int i = 1; i < count; i++) {
                    int value = values[i];
                    int to = i;
                    for (; to > 0 && values[to - 1] > value; to--) {
                        values[to] = values[to - 1];
                    }
                    values[to] = value;
                }
            }
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (kept == 0 || values[kept - 1] != values[i]) {
                    values[kept++] = values[i];
                }
            }
            count = kept;
        }

        private void reserve(int more) {
            if (count + more > values.length) {
                values = Arrays.copyOf(values, Math.max(2 * values.length, count + more));
            }
        }
    }
}
