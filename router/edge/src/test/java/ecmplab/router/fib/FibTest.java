package ecmplab.router.fib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FibTest {
    private final FibWriter writer = new FibWriter();

    @Test
    void anEmptyTableHasNoRouteAnywhere() {
        assertEquals(Fib.NO_ROUTE, Fib.EMPTY.lookup(0));
        assertEquals(Fib.NO_ROUTE, Fib.EMPTY.lookup(-1));
        assertSame(Fib.EMPTY, writer.apply(List.of()));
    }

    @Test
    void theLongestMatchWinsAtEveryLength() {
        var nested = new ArrayList<FibEntry>();
        for (int length = 0; length <= 32; length++) {
            nested.add(new FibEntry(Prefix.v4(address("203.0.113.170"), length), length + 1));
        }
        Collections.shuffle(nested, new Random(1));
        var fib = writer.apply(nested);
        assertEquals(33, writer.size());
        for (int length = 0; length < 32; length++) {
            int leavesAfterLength = address("203.0.113.170") ^ 1 << (31 - length);
            assertEquals(length + 1, fib.lookup(leavesAfterLength), "first bit that differs: " + length);
        }
        assertEquals(33, fib.lookup(address("203.0.113.170")));
    }

    @Test
    void takingAPrefixOutUncoversTheNextLongest() {
        writer.apply(List.of(
                entry("0.0.0.0/0", 1), entry("10.0.0.0/8", 2), entry("10.1.0.0/24", 3), entry("10.1.0.7/32", 4)));
        assertEquals(3, writer.apply(List.of(entry("10.1.0.7/32", 0))).lookup(address("10.1.0.7")));
        assertEquals(2, writer.apply(List.of(entry("10.1.0.0/24", 0))).lookup(address("10.1.0.7")));
        assertEquals(1, writer.apply(List.of(entry("10.0.0.0/8", 0))).lookup(address("10.1.0.7")));
        var none = writer.apply(List.of(entry("0.0.0.0/0", 0), entry("192.0.2.0/24", 0)));
        assertEquals(Fib.NO_ROUTE, none.lookup(address("10.1.0.7")));
        assertEquals(0, writer.size());
    }

    @Test
    void theLastOfSeveralChangesOfAPrefixInABatchCounts() {
        var fib = writer.apply(List.of(
                entry("10.1.0.7/32", 4),
                entry("10.0.0.0/8", 5),
                entry("10.1.0.7/32", 6),
                entry("10.0.0.0/8", 0),
                entry("10.1.0.7/32", 7)));
        assertEquals(7, fib.lookup(address("10.1.0.7")));
        assertEquals(Fib.NO_ROUTE, fib.lookup(address("10.1.0.8")));
        assertEquals(1, writer.size());
    }

    @Test
    void anEarlierGenerationAnswersAsItDid() {
        var before = writer.apply(List.of(entry("10.0.0.0/8", 1), entry("10.1.2.3/32", 2)));
        var after = writer.apply(List.of(entry("10.0.0.0/8", 3), entry("10.1.2.3/32", 0)));
        assertEquals(2, before.lookup(address("10.1.2.3")));
        assertEquals(1, before.lookup(address("10.9.9.9")));
        assertEquals(3, after.lookup(address("10.1.2.3")));
    }

    @Test
    void onlyTheTouchedBlockIsRebuilt() {
        var before = writer.apply(List.of(entry("10.1.0.1/32", 1), entry("10.2.0.1/32", 1), entry("11.1.0.1/32", 1)));
        var after = writer.apply(List.of(entry("10.2.0.1/32", 2)));
        assertSame(before.top[11], after.top[11]);
        assertSame(before.top[10][1], after.top[10][1]);
    }

    @Test
    void aPrefixOfAnotherFamilyIsRefusedAndChangesNothing() {
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.apply(List.of(entry("10.0.0.0/8", 1), entry("2001:db8::/32", 1))));
        assertEquals(0, writer.size());
    }

    @Test
    void seededRandomChangesAgreeWithANaiveModel() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var writer = new FibWriter();
            var model = new HashMap<Prefix, Integer>();
            for (int batch = 0; batch < 60; batch++) {
                var changes = new ArrayList<FibEntry>();
                for (int i = random.nextInt(12); i >= 0; i--) {
                    var prefix = Prefix.v4(clustered(random), random.nextInt(33));
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
                for (int i = 0; i < 200; i++) {
                    int address = clustered(random);
                    assertEquals(match(model, address), fib.lookup(address), "seed " + seed + " address " + address);
                }
            }
            model.keySet().forEach(prefix -> writer.apply(List.of(new FibEntry(prefix, 0))));
            assertEquals(0, writer.size());
        }
    }

    /** The writer moves a whole set of prefixes from one group to the next in a batch; a reader must never see two at once. */
    @Test
    void aReaderBesideTheWriterSeesWholeBatchesOnly() throws InterruptedException {
        var addresses =
                new int[] {address("10.1.0.1"), address("10.1.7.1"), address("10.200.0.9"), address("172.16.0.1")};
        var published = new AtomicReference<>(generation(addresses, 1));
        var torn = new AtomicReference<String>();
        var reader = Thread.ofPlatform().start(() -> {
            int group = 0;
            while (group < 2000 && torn.get() == null) {
                var fib = published.getAcquire();
                group = fib.lookup(addresses[0]);
                for (int address : addresses) {
                    if (fib.lookup(address) != group) {
                        torn.set(group + " and " + fib.lookup(address));
                    }
                }
            }
        });
        for (int group = 2; group <= 2000; group++) {
            published.setRelease(generation(addresses, group));
        }
        reader.join();
        assertNull(torn.get());
    }

    @Test
    void aTableOfFewPrefixesIsSmall() {
        var fib = writer.apply(List.of(
                entry("0.0.0.0/0", 1),
                entry("10.0.0.0/24", 2),
                entry("10.0.1.0/24", 3),
                entry("203.0.113.10/32", 4),
                entry("203.0.113.11/32", 5)));
        assertTrue(octets(fib) < 8192, octets(fib) + " octets");
    }

    @Test
    void aMillionPrefixesTakeLessThanAHundredMegabytes() {
        var random = new Random(3);
        var internet = new ArrayList<FibEntry>(1_000_000);
        for (int i = 0; i < 1_000_000; i++) {
            int first = 1 + random.nextInt(223);
            int length = random.nextInt(100) < 60 ? 24 : 16 + random.nextInt(8);
            internet.add(
                    new FibEntry(Prefix.v4(first << 24 | random.nextInt(1 << 24), length), 1 + random.nextInt(64)));
        }
        long held = octets(writer.apply(internet)) + 8L * writer.size();
        assertTrue(held < 80_000_000, "as in the Internet: " + held + " octets");

        var scattered = new ArrayList<FibEntry>(1_000_000);
        for (int i = 0; i < 1_000_000; i++) {
            scattered.add(new FibEntry(Prefix.v4(random.nextInt(), 32), 1 + random.nextInt(64)));
        }
        var hosts = new FibWriter();
        held = octets(hosts.apply(scattered)) + 8L * hosts.size();
        assertTrue(held < 100_000_000, "scattered host routes: " + held + " octets");
    }

    private Fib generation(int[] addresses, int group) {
        var changes = new ArrayList<FibEntry>();
        for (int i = 0; i < addresses.length; i++) {
            changes.add(new FibEntry(Prefix.v4(addresses[i], 8 + 8 * i), group));
        }
        return writer.apply(changes);
    }

    private static int match(Map<Prefix, Integer> model, int address) {
        for (int length = 32; length >= 0; length--) {
            var group = model.get(Prefix.v4(address, length));
            if (group != null) {
                return group;
            }
        }
        return Fib.NO_ROUTE;
    }

    /** Few distinct octets, so that prefixes nest and collide. */
    private static int clustered(Random random) {
        int address = 0;
        for (int i = 0; i < 4; i++) {
            address = address << 8 | random.nextInt(3) * 127 + random.nextInt(2);
        }
        return address;
    }

    private static long octets(Fib fib) {
        Set<Object> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        long octets = 0;
        for (var chunk : fib.top) {
            octets += 4;
            if (!arrays.add(chunk)) {
                continue;
            }
            octets += 16 + 4 * 256;
            for (var block : chunk) {
                octets += arrays.add(block) ? 16 + 4L * block.length : 0;
            }
        }
        return octets;
    }

    private static FibEntry entry(String prefix, int group) {
        return new FibEntry(Prefix.parse(prefix), group);
    }

    private static int address(String text) {
        return (int) (Prefix.parse(text).high() >>> 32);
    }
}
