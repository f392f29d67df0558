package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.policy.BlockEditor;
import java.util.Arrays;

/**
 * What an export policy makes of attributes, as small numbers: an edit is what some of its terms set together. A route is told with the
 * attributes that it has in the Loc-RIB and the number of an edit (see {@link AdjRibOut#edit}), so that a table of its own is not kept for
 * every group of peers; the edit is done when an UPDATE is written.
 */
final class ExportEdits {
    /** The attributes are told as they are. */
    static final int NONE = 0;

    private static final int MOST = AdjRibOut.MOST_EDITS;

    private final UpdateGroup.Key key;
    private final AttributeTable attributes;
    private final BlockEditor editor;
    /** By number less one: the terms, and how many octets attributes may become longer by. */
    private long[] terms = new long[4];

    private int[] growths = new int[4];
    private int count;

    ExportEdits(UpdateGroup.Key key, AttributeTable attributes, BlockEditor editor) {
        this.key = key;
        this.attributes = attributes;
        this.editor = editor;
    }

    BlockEditor editor() {
        return editor;
    }

    /**
     * The number of what the terms set of attributes of so many octets; {@link #NONE} when that must be done at once, because others look
     * at what they set, it may not fit into a message, or there are too many edits.
     */
    int number(long matched, int length) {
        int number = find(matched);
        if (number == NONE && count < MOST && canWait(matched)) {
            number = add(matched);
        }
        return number != NONE && fits(length, number) ? number : NONE;
    }

    /** Whether attributes of so many octets surely fit into a message after the edit. */
    boolean fits(int length, int number) {
        int grown = length + (number == NONE ? 0 : growths[number - 1]);
        return UpdateWriter.surelyFits(grown, key.maxMessageSize());
    }

    /** The editor with the attributes after the edit. */
    BlockEditor edit(int number, int attribute) {
        boolean isDone = editor.edit(
                terms[number - 1],
                attributes.octets(attribute),
                attributes.offset(attribute),
                attributes.length(attribute));
        if (!isDone) {
            throw new IllegalStateException("attributes that would fit do not: " + attribute);
        }
        return editor;
    }

    private int find(long matched) {
        for (int i = 0; i < count; i++) {
            if (terms[i] == matched) {
                return i + 1;
            }
        }
        return NONE;
    }

    /** Next hops are looked at when members come and go; LOCAL_PREF, which communities may decide (RFC 8326), is told within the AS. */
    private boolean canWait(long matched) {
        var policy = key.policy();
        boolean preferred =
                policy.changes(matched, AttributeType.LOCAL_PREF) || policy.changes(matched, AttributeType.COMMUNITIES);
        return !policy.changes(matched, AttributeType.NEXT_HOP)
                && (key.kind() == PeerKind.EBGP || !preferred)
                && editor.growth(matched) >= 0;
    }

    private int add(long matched) {
        if (count == terms.length) {
            terms = Arrays.copyOf(terms, 2 * count);
            growths = Arrays.copyOf(growths, 2 * count);
        }
        terms[count] = matched;
        growths[count] = editor.growth(matched);
        return ++count;
    }
}
