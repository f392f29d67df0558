package ecmplab.router.fib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Ipv6FibTest {
    private static final long HIGH = 0x2001_0DB8_5555_AAAAL;
    private static final long LOW = 0xAAAA_5555_0F0F_F0F0L;

    private final Ipv6FibWriter writer = new Ipv6FibWriter();

    private static FibEntry entry(String prefix, int group) {
        return new FibEntry(Prefix.parse(prefix), group);
    }

    private static int lookup(Ipv6Fib fib, String address) {
        var host = Prefix.parse(address);
        return fib.lookup(host.high(), host.low());
    }

    @Test
    void anEmptyTableHasNoRouteAnywhere() {
        assertEquals(Ipv6Fib.NO_ROUTE, Ipv6Fib.EMPTY.lookup(0, 0));
        assertEquals(Ipv6Fib.NO_ROUTE, Ipv6Fib.EMPTY.lookup(-1, -1));
        assertSame(Ipv6Fib.EMPTY, writer.apply(List.of()));
    }

    @Test
    void theLongestMatchWinsAtEveryLength() {
        var nested = new ArrayList<FibEntry>();
        for (int length = 0; length <= 128; length++) {
            nested.add(new FibEntry(Prefix.v6(HIGH, LOW, length), length + 1));
        }
        Collections.shuffle(nested, new Random(1));
        var fib = writer.apply(nested);
        assertEquals(129, writer.size());
        for (int length = 0; length < 128; length++) {
            long high = length < 64 ? HIGH ^ 1L << (63 - length) : HIGH;
            long low = length < 64 ? LOW : LOW ^ 1L << (127 - length);
            assertEquals(length + 1, fib.lookup(high, low), "first bit that differs: " + length);
        }
        assertEquals(129, fib.lookup(HIGH, LOW));
    }

    @Test
    void takingAPrefixOutUncoversTheNextLongest() {
        writer.apply(List.of(
                entry("::/0", 1),
                entry("2001:db8::/32", 2),
                entry("2001:db8:1::/48", 3),
                entry("2001:db8:1::7/128", 4)));
        assertEquals(3, lookup(writer.apply(List.of(entry("2001:db8:1::7/128", 0))), "2001:db8:1::7"));
        assertEquals(2, lookup(writer.apply(List.of(entry("2001:db8:1::/48", 0))), "2001:db8:1::7"));
        assertEquals(1, lookup(writer.apply(List.of(entry("2001:db8::/32", 0))), "2001:db8:1::7"));
        var none = writer.apply(List.of(entry("::/0", 0), entry("2001:db8:2::/48", 0)));
        assertEquals(Ipv6Fib.NO_ROUTE, lookup(none, "2001:db8:1::7"));
        assertEquals(0, writer.size());
    }

    @Test
    void theLastOfSeveralChangesOfAPrefixInABatchCounts() {
        var fib = writer.apply(List.of(
                entry("2001:db8::7/128", 4),
                entry("2000::/4", 5),
                entry("2001:db8::7/128", 6),
                entry("2000::/4", 0),
                entry("2001:db8::7/128", 7)));
        assertEquals(7, lookup(fib, "2001:db8::7"));
        assertEquals(Ipv6Fib.NO_ROUTE, lookup(fib, "2001:db8::8"));
        assertEquals(1, writer.size());
    }

    @Test
    void anEarlierGenerationAnswersAsItDidAndSharesWhatDidNotChange() {
        var before = writer.apply(List.of(
                entry("2001:db8::/32", 1),
                entry("2001:db8:1::/48", 2),
                entry("2001:db9:1::/48", 2),
                entry("2a00::/12", 5)));
        var after = writer.apply(List.of(entry("2001:db8:1::/48", 3)));
        assertEquals(2, lookup(before, "2001:db8:1::1"));
        assertEquals(3, lookup(after, "2001:db8:1::1"));
        assertSame(before.top[0x2A], after.top[0x2A]);
        var old = before.top[0x20][1];
        var now = after.top[0x20][1];
        assertSame(old.nodes(), now.nodes());
        assertSame(old.blocks()[1], now.blocks()[1]);
    }

    @Test
    void aCoveringPrefixThatChangesShowsInTheBlocksBelow() {
        writer.apply(List.of(entry("2001:db8:1::/48", 2), entry("2001:db8:1:1::1/128", 3)));
        assertEquals(4, lookup(writer.apply(List.of(entry("2001:db8::/32", 4))), "2001:db8:2::"));
        assertEquals(5, lookup(writer.apply(List.of(entry("2001:db8::/32", 0), entry("2000::/3", 5))), "2001:db8:2::"));
        assertEquals(2, lookup(writer.apply(List.of(entry("2001::/16", 6))), "2001:db8:1:1::2"));
        assertEquals(6, lookup(writer.apply(List.of()), "2001:db8:2::"));
    }

    @Test
    void aPrefixOfAnotherFamilyIsRefusedAndChangesNothing() {
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.apply(List.of(entry("2001:db8::/32", 1), entry("10.0.0.0/8", 1))));
        assertEquals(0, writer.size());
    }

    @Test
    void seededRandomChangesAgreeWithANaiveModel() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var writer = new Ipv6FibWriter();
            var model = new HashMap<Prefix, Integer>();
            int crowd = seed % 4 == 0 ? 300 : 12;
            for (int batch = 0; batch < 50; batch++) {
                var changes = new ArrayList<FibEntry>();
                for (int i = random.nextInt(crowd); i >= 0; i--) {
                    var prefix = Prefix.v6(high(random), low(random), length(random));
                    var group = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(5);
                    changes.add(new FibEntry(prefix, group));
                    if (group == 0) {
                        model.remove(prefix);
                    } else {
                        model.put(prefix, group);
                    }
                }
                var fib = writer.apply(changes);
                assertEquals(model.size(), writer.size());
                var together = new Ipv6Lookups(200);
                var expected = new int[200];
                for (int i = 0; i < 200; i++) {
                    long high = high(random);
                    long low = low(random);
                    expected[i] = match(model, high, low);
                    assertEquals(expected[i], fib.lookup(high, low), "seed " + seed + " batch " + batch);
                    together.add(high, low);
                }
                together.run(fib);
                for (int i = 0; i < 200; i++) {
                    assertEquals(expected[i], together.group(i), "together, seed " + seed + " batch " + batch);
                }
            }
            model.keySet().forEach(prefix -> writer.apply(List.of(new FibEntry(prefix, 0))));
            assertEquals(0, writer.size());
        }
    }

    /** Addresses that are close to each other in some octets, so that prefixes of all lengths nest. */
    private static long high(Random random) {
        long value = 0x2001_0DB8L << 32;
        for (int octet = 0; octet < 8; octet++) {
            value ^= (long) random.nextInt(random.nextInt(6) == 0 ? 256 : 2) << (8 * octet);
        }
        return value;
    }

    private static long low(Random random) {
        return random.nextInt(3) == 0 ? random.nextInt(4) : (long) random.nextInt(4) << random.nextInt(64);
    }

    private static int length(Random random) {
        int[] usual = {0, 16, 17, 24, 32, 33, 40, 48, 56, 63, 64, 65, 96, 127, 128};
        return random.nextBoolean() ? usual[random.nextInt(usual.length)] : random.nextInt(129);
    }

    private static int match(Map<Prefix, Integer> model, long high, long low) {
        for (int length = 128; length >= 0; length--) {
            var group = model.get(Prefix.v6(high, low, length));
            if (group != null) {
                return group;
            }
        }
        return 0;
    }
}
