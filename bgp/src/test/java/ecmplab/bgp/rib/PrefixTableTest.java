package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrefixTableTest {
    @ParameterizedTest
    @EnumSource(AddressFamily.class)
    void aTableAgreesWithAMapThroughRandomAdditionsAndRemovals(AddressFamily family) {
        for (long seed = 1; seed <= 3; seed++) {
            var random = new SplittableRandom(seed);
            var table = new PrefixTable(family, 1 << 20, random.nextLong());
            Map<Prefix, Integer> model = new HashMap<>();
            var known = new ArrayList<Prefix>();
            for (int i = 0; i < 60_000; i++) {
                if (known.isEmpty() || random.nextInt(10) < 7) {
                    var prefix = randomPrefix(random, family);
                    int id = table.add(prefix.high(), prefix.low(), prefix.length());
                    var before = model.put(prefix, id);
                    assertEquals(before == null ? id : before, id, "an id stays with its prefix");
                    if (before == null) {
                        known.add(prefix);
                    }
                } else {
                    int at = random.nextInt(known.size());
                    var prefix = known.get(at);
                    known.set(at, known.getLast());
                    known.removeLast();
                    table.remove(Objects.requireNonNull(model.remove(prefix)));
                }
            }
            assertEquals(model.size(), table.size());
            assertEquals(model.size(), new HashSet<>(model.values()).size(), "ids are distinct");
            model.forEach((prefix, id) -> {
                assertEquals(id, table.find(prefix.high(), prefix.low(), prefix.length()));
                assertEquals(prefix, table.prefix(id));
            });
            for (int i = 0; i < 1000; i++) {
                var prefix = randomPrefix(random, family);
                int expected = model.getOrDefault(prefix, PrefixTable.NONE);
                assertEquals(expected, table.find(prefix.high(), prefix.low(), prefix.length()));
            }
        }
    }

    @Test
    void idsAreDenseAndUsedAgain() {
        var table = new PrefixTable(AddressFamily.IPV4_UNICAST, 10, 1);
        assertEquals(0, add(table, "0.0.0.0/0"));
        assertEquals(1, add(table, "10.0.0.0/8"));
        assertEquals(2, add(table, "10.0.0.0/9"));
        table.remove(1);
        assertEquals(1, add(table, "192.0.2.0/24"));
        assertEquals(3, table.limit());
    }

    @Test
    void aFullTableRefuses() {
        var table = new PrefixTable(AddressFamily.IPV4_UNICAST, 2, 1);
        add(table, "10.0.0.0/8");
        add(table, "11.0.0.0/8");
        assertEquals(PrefixTable.NONE, add(table, "12.0.0.0/8"));
        assertNotEquals(PrefixTable.NONE, add(table, "11.0.0.0/8"));
        table.remove(0);
        assertNotEquals(PrefixTable.NONE, add(table, "12.0.0.0/8"));
    }

    @Test
    void aLowerLimitRefusesFurtherPrefixesAndKeepsThoseThatAreThere() {
        var table = new PrefixTable(AddressFamily.IPV4_UNICAST, 3, 1);
        add(table, "10.0.0.0/8");
        add(table, "11.0.0.0/8");
        table.limit(1);
        assertEquals(PrefixTable.NONE, add(table, "12.0.0.0/8"));
        assertEquals(1, add(table, "11.0.0.0/8"));
        table.remove(0);
        assertEquals(PrefixTable.NONE, add(table, "12.0.0.0/8"), "there is one still");
        table.limit(2);
        assertNotEquals(PrefixTable.NONE, add(table, "12.0.0.0/8"));
    }

    @Test
    void theLongestWantedPrefixMatches() {
        var table = new PrefixTable(AddressFamily.IPV6_UNICAST, 100, 7);
        int all = add(table, "::/0");
        int wide = add(table, "2001:db8::/32");
        int host = add(table, "2001:db8::1/128");
        var address = Prefix.parse("2001:db8::1");
        assertEquals(host, table.longestMatch(address.high(), address.low(), id -> true));
        assertEquals(wide, table.longestMatch(address.high(), address.low(), id -> id != host));
        var other = Prefix.parse("2001:db9::1");
        assertEquals(all, table.longestMatch(other.high(), other.low(), id -> true));
        assertEquals(PrefixTable.NONE, table.longestMatch(other.high(), other.low(), id -> id != all));
    }

    private static int add(PrefixTable table, String text) {
        var prefix = Prefix.parse(text);
        return table.add(prefix.high(), prefix.low(), prefix.length());
    }

    private static Prefix randomPrefix(RandomGenerator random, AddressFamily family) {
        int length = random.nextInt(family.bits() + 1);
        return family == AddressFamily.IPV4_UNICAST
                ? Prefix.v4(random.nextInt(), length)
                : Prefix.v6(random.nextLong(), random.nextLong(), length);
    }
}
