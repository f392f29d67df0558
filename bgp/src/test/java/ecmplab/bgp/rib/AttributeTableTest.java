package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttributeTableTest {
    private final AttributeTable table =
            new AttributeTable(RibConfig.of(Asn.of(65000), RouterId.parse("10.0.0.254"), 42)
                    .withUsableNextHop(address -> !address.isLoopbackAddress()));

    @Test
    void equalBlocksHaveOneIdAndTheLastReleaseFreesIt() {
        var block = block(AsPath.sequence(65001), Origin.IGP, new NextHop(InetAddress.ofLiteral("192.0.2.1")));
        int id = intern(block);
        assertEquals(id, intern(block.clone()));
        assertEquals(1, table.size());
        table.release(id);
        assertEquals(1, table.size());
        table.release(id);
        assertEquals(0, table.size());
        assertEquals(0, table.octets());
        assertEquals(0, table.nextHops().size());
    }

    @Test
    void whatAnEditMadeOfASetIsFoundByThatSetAndHoldsIt() {
        int base = intern(block(AsPath.sequence(65001)));
        int other = intern(block(AsPath.sequence(65002)));
        int edit = table.newEdit();
        assertEquals(AttributeTable.NONE, table.derived(base, edit));
        int made = derive(base, edit, block(new MultiExitDisc(7)));
        assertEquals(made, table.derived(base, edit));
        assertEquals(AttributeTable.NONE, table.derived(other, edit));
        assertEquals(7, table.med(made));

        table.release(base);
        assertEquals(3, table.size(), "what was made of it holds it");
        table.release(made);
        table.release(other);
        assertEquals(0, table.size());
        assertEquals(0, table.octets());
        int again = intern(block(AsPath.sequence(65003)));
        assertEquals(AttributeTable.NONE, table.derived(again, edit));
    }

    @Test
    void editsOfASetThatComeToTheSameHaveOneId() {
        int base = intern(block(AsPath.sequence(65001)));
        int one = derive(base, table.newEdit(), block(new MultiExitDisc(7)));
        int same = table.newEdit();
        assertEquals(one, derive(base, same, block(new MultiExitDisc(7))));
        assertEquals(one, table.derived(base, same));
        assertEquals(base, derive(base, table.newEdit(), block(AsPath.sequence(65001))), "nothing was changed");

        int other = intern(block(AsPath.sequence(65002)));
        int equal = derive(other, table.newEdit(), block(new MultiExitDisc(7)));
        assertTrue(equal != one && table.same(one, equal));
        assertTrue(table.same(one, intern(block(new MultiExitDisc(7)))));
        assertFalse(table.same(one, other));
    }

    @Test
    void aSetThatMuchIsMadeOfIsLetGoPieceByPiece() {
        int base = intern(block(AsPath.sequence(65001)));
        var made = new ArrayList<Integer>();
        for (int i = 0; i < 100; i++) {
            made.add(derive(base, table.newEdit(), block(new MultiExitDisc(i))));
        }
        assertEquals(101, table.size());
        assertEquals(made.get(70), derive(base, table.newEdit(), block(new MultiExitDisc(70))), "found by its octets");
        table.release(made.get(70));
        Collections.shuffle(made, new Random(3));
        int left = made.size();
        for (int id : made) {
            table.release(id);
            assertEquals(1 + --left, table.size());
        }
        table.release(base);
        assertEquals(0, table.octets());
    }

    @Test
    void rankOrdersByLocalPreferenceThenPathLengthThenOrigin() {
        var nextHop = new NextHop(InetAddress.ofLiteral("192.0.2.1"));
        long preferred = rank(AsPath.sequence(1, 2, 3), Origin.INCOMPLETE, nextHop, new LocalPref(101));
        long shortest = rank(AsPath.sequence(1), Origin.INCOMPLETE, nextHop);
        long igp = rank(AsPath.sequence(1, 2), Origin.IGP, nextHop);
        long egp = rank(AsPath.sequence(1, 2), Origin.EGP, nextHop);
        long disliked = rank(AsPath.sequence(1), Origin.IGP, nextHop, new LocalPref(0));
        assertTrue(preferred < shortest);
        assertTrue(shortest < igp);
        assertTrue(igp < egp);
        assertTrue(egp < disliked);
        assertEquals(101, BlockFacts.localPref(preferred));
        assertEquals(3, BlockFacts.pathLength(preferred));
    }

    @Test
    void aLocalPreferenceAbove31BitsIsUnsigned() {
        var nextHop = new NextHop(InetAddress.ofLiteral("192.0.2.1"));
        assertTrue(rank(Origin.IGP, nextHop, new LocalPref(-1)) < rank(Origin.IGP, nextHop, new LocalPref(1)));
    }

    @Test
    void factsAreReadFromTheBlock() {
        int id = intern(block(
                AsPath.sequence(65001, 65002),
                Origin.IGP,
                new MultiExitDisc(77),
                new NextHop(InetAddress.ofLiteral("2001:db8::1"), InetAddress.ofLiteral("fe80::1")),
                Communities.of(0xFFFF_FF01, 0xFFFF_FF02)));
        assertEquals(77, table.med(id));
        assertEquals(65001, table.firstAs(id));
        assertEquals(InetAddress.ofLiteral("2001:db8::1"), table.nextHops().address(table.nextHop(id)));
        assertTrue(table.any(id, BlockFacts.NO_EXPORT));
        assertTrue(table.any(id, BlockFacts.NO_ADVERTISE));
    }

    @Test
    void ourOwnAsIsCountedAndAnUnusableNextHopMakesIneligible() {
        var nextHop = new NextHop(InetAddress.ofLiteral("192.0.2.1"));
        assertEquals(1, table.ownAs(intern(block(AsPath.sequence(65001, 65000), Origin.IGP, nextHop))));
        var unusable = new NextHop(InetAddress.ofLiteral("127.0.0.1"));
        assertEquals(AttributeTable.INELIGIBLE, rank(AsPath.sequence(65001), Origin.IGP, unusable));
    }

    @Test
    void gracefulShutdownIsTheLastChoiceUnlessTheBlockHasALocalPreference() {
        var nextHop = new NextHop(InetAddress.ofLiteral("192.0.2.1"));
        var leaving = Communities.of(0xFFFF_0000);
        assertEquals(0, BlockFacts.localPref(rank(AsPath.sequence(1), Origin.IGP, nextHop, leaving)));
        assertEquals(7, BlockFacts.localPref(rank(AsPath.sequence(1), Origin.IGP, nextHop, leaving, new LocalPref(7))));
    }

    @Test
    void randomHoldsAndReleasesKeepEveryBlockIntactAndLeaveNothing() {
        var random = new SplittableRandom(5);
        Map<Integer, byte[]> blocks = new HashMap<>();
        Map<Integer, Integer> holds = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            if (random.nextInt(100) < 52 || holds.isEmpty()) {
                var asns = random.longs(random.nextInt(1, 9), 1, 40).toArray();
                var block = block(
                        AsPath.sequence(asns), Origin.IGP, new NextHop(InetAddress.ofLiteral("192.0.2." + asns[0])));
                int id = intern(block);
                var known = blocks.put(id, block);
                assertTrue(known == null || Arrays.equals(known, block), "an id has one block");
                holds.merge(id, 1, Integer::sum);
            } else {
                int id = holds.keySet().iterator().next();
                table.release(id);
                if (holds.merge(id, -1, Integer::sum) == 0) {
                    holds.remove(id);
                    blocks.remove(id);
                }
            }
        }
        assertEquals(blocks.size(), table.size());
        blocks.forEach((id, block) -> assertArrayEquals(
                block, Arrays.copyOfRange(table.octets(id), table.offset(id), table.offset(id) + table.length(id))));
        holds.forEach((id, count) -> {
            for (int i = 0; i < count; i++) {
                table.release(id);
            }
        });
        assertEquals(0, table.size());
        assertEquals(0, table.octets());
    }

    private long rank(PathAttribute... attributes) {
        return table.rank(intern(block(attributes)));
    }

    private static byte[] block(PathAttribute... attributes) {
        return PathAttributes.of(attributes).encode();
    }

    private int derive(int base, int edit, byte[] block) {
        return table.derive(base, edit, block, 0, block.length);
    }

    private int intern(byte[] block) {
        var surrounded = new byte[block.length + 7];
        System.arraycopy(block, 0, surrounded, 3, block.length);
        return table.intern(surrounded, 3, block.length);
    }
}
