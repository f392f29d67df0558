package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LowestPrefixesTest {
    @ParameterizedTest(name = "seed={0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyPrefixesInAnyOrderComeOutInOrderPieceByPiece(long seed) {
        var random = new Random(seed);
        var family = random.nextBoolean() ? AddressFamily.IPV4_UNICAST : AddressFamily.IPV6_UNICAST;
        var all = new TreeSet<Prefix>();
        for (int i = 0; i < 3_000; i++) {
            // Few bits, so that many differ in length or in their lower half only.
            all.add(new Prefix(
                    family,
                    random.nextLong() & 0x8300_0000_0000_0000L,
                    random.nextLong() & 0x8000_0000_0000_0003L,
                    random.nextInt(family.bits() + 1)));
        }
        int most = 1 + random.nextInt(200);
        var found = new ArrayList<Prefix>();
        var shuffled = new ArrayList<>(all);
        while (true) {
            Collections.shuffle(shuffled, random);
            var lowest = new LowestPrefixes(family, most, found.isEmpty() ? null : found.getLast());
            shuffled.forEach(prefix -> lowest.offer(prefix.high(), prefix.low(), prefix.length()));
            lowest.order();
            IntStream.range(0, lowest.size()).mapToObj(lowest::get).forEach(found::add);
            if (!lowest.isCut()) {
                break;
            }
            assertEquals(most, lowest.size());
        }
        assertEquals(new ArrayList<>(all), found);
    }

    @ParameterizedTest
    @EnumSource(AddressFamily.class)
    void thoseThatAreNotAboveAreNotTaken(AddressFamily family) {
        var above = new Prefix(family, 0x8000_0000_0000_0000L, 0, 8);
        var lowest = new LowestPrefixes(family, 10, above);
        assertFalse(lowest.offer(above.high(), 0, 8));
        assertFalse(lowest.offer(above.high(), 0, 7));
        assertFalse(lowest.offer(0x7F00_0000_0000_0000L, 0, 16));
        assertTrue(lowest.offer(above.high(), 0, 9));
        assertEquals(1, lowest.size());
        assertFalse(lowest.isCut());
    }

    @Test
    void theHighestGiveWayWhenThereIsNoRoom() {
        var lowest = new LowestPrefixes(AddressFamily.IPV4_UNICAST, 2, null);
        for (int i = 9; i >= 0; i--) {
            assertTrue(lowest.offer((long) i << 56, 0, 8));
        }
        assertFalse(lowest.offer(5L << 56, 0, 8));
        assertTrue(lowest.isCut());
        lowest.order();
        assertEquals(
                List.of("0.0.0.0/8", "1.0.0.0/8"),
                List.of(lowest.get(0).toString(), lowest.get(1).toString()));
    }
}
