package ecmplab.bgp.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AsPath.Segment;
import ecmplab.bgp.attribute.AsPath.SegmentType;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy.Term;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockEditorTest {
    private static final PolicyContext CONTEXT =
            new PolicyContext(Asn.of(65000), Prefix.v4(0xC000_0201, 32).address(), Asn.of(65001));
    private static final Action MARK =
            new Action.ChangeCommunities(false, List.of(CommunityPattern.parse("7:*")), List.of(0x0001_0001));

    private static Term term(Action... actions) {
        return new Term("term", List.of(), List.of(actions), Verdict.NEXT);
    }

    private static BlockEditor editor(Action... actions) {
        return new BlockEditor(new Policy("edits", List.of(term(actions)), Verdict.ACCEPT), CONTEXT);
    }

    private static PathAttributes result(BlockEditor editor, PathAttributes before) {
        return result(editor, 1, before);
    }

    private static PathAttributes result(BlockEditor editor, long matched, PathAttributes before) {
        var block = before.encode();
        var padded = new byte[block.length + 5];
        System.arraycopy(block, 0, padded, 3, block.length);
        assertTrue(editor.edit(matched, padded, 3, block.length));
        return PathAttributes.parse(Arrays.copyOf(editor.octets(), editor.length()));
    }

    private static AsPath path(int count) {
        return new AsPath(List.of(new Segment(SegmentType.AS_SEQUENCE, Collections.nCopies(count, Asn.of(1)))));
    }

    @Test
    void communitiesGoAndComeInOrderAndEachOnce() {
        var before = PathAttributes.of(List.of(Communities.of(0x0009_0000, 0x0007_0003, 0xFFFF_FF01, 0x0009_0000)));

        assertEquals(
                PathAttributes.of(List.of(Communities.of(0x0001_0001, 0x0009_0000, 0xFFFF_FF01))),
                result(editor(MARK), before));
        var only = PathAttributes.of(List.of(Communities.of(0x0007_0001)));
        assertEquals(
                PathAttributes.of(List.of()),
                result(editor(new Action.ChangeCommunities(true, List.of(), List.of())), only));
    }

    @Test
    void manyCommunitiesAreSortedToo() {
        var before = PathAttributes.of(List.of(new Communities(IntStream.range(0, 1000)
                .mapToObj(i -> i * 0x9E37_79B1 & 0xFFF7_FFFF)
                .toList())));

        assertEquals(ActionEffect.apply(MARK, before, CONTEXT), result(editor(MARK), before));
    }

    @Test
    void whatIsSetLastCounts() {
        var both = editor(new Action.SetLocalPref(50), MARK, new Action.SetLocalPref(200));

        assertEquals(
                PathAttributes.of(List.of(new LocalPref(200), Communities.of(0x0001_0001))),
                result(both, PathAttributes.of(List.of(new LocalPref(1)))));
    }

    @Test
    void aPathThatIsFullGetsASegmentInFront() {
        var action = new Action.Prepend(3);
        for (int count : new int[] {252, 253, 255}) {
            var before = PathAttributes.of(List.of(path(count)));

            assertEquals(ActionEffect.apply(action, before, CONTEXT), result(editor(action), before));
        }
    }

    @Test
    void anAttributeThatWouldBeTooLongIsRefused() {
        var most = PathAttributes.of(List.of(new Communities(IntStream.rangeClosed(1, 16_383)
                        .mapToObj(i -> 0x0100_0000 + i)
                        .toList())))
                .encode();
        var editor = editor(MARK);

        assertFalse(editor.edit(1, most, 0, most.length));
        assertEquals(
                PathAttributes.of(List.of(Communities.of(0x0001_0001))),
                result(editor, PathAttributes.of(List.of())),
                "the next block is edited");
    }

    @Test
    void whatOneSetOfTermsDoesIsNotTakenForAnother() {
        var terms = IntStream.range(0, 12)
                .mapToObj(i -> term(new Action.Prepend(1 + i)))
                .toList();
        var editor = new BlockEditor(new Policy("edits", terms, Verdict.ACCEPT), CONTEXT);
        for (long matched = 1; matched < 1 << 12; matched++) {
            int times = 0;
            for (int i = 0; i < 12; i++) {
                times += (matched >>> i & 1) != 0 ? 1 + i : 0;
            }
            var after = result(editor, matched, PathAttributes.of(List.of(path(1))));
            assertEquals(1 + times, after.find(AsPath.class).orElseThrow().length());
        }
    }
}
