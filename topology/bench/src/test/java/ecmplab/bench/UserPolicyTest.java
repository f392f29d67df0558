package ecmplab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UserPolicyTest {
    private static final long FINE = 0xC100_0000_0000_0000L | 24;

    private final UserPolicy policy = new UserPolicy(true);

    private static TestPath path(int... communities) {
        return new TestPath(new int[] {65_011, 3356}, 0, communities, new byte[0]);
    }

    @Test
    void bogonsAreThoseInTheListAndAllInThem() {
        assertTrue(UserPolicy.isBogon(false, 0x0A01_0000_0000_0000L | 16));
        assertTrue(UserPolicy.isBogon(false, 0xAC1F_FF00_0000_0000L | 24));
        assertFalse(UserPolicy.isBogon(false, 0xAC00_0000_0000_0000L | 11), "a shorter prefix is not in the list");
        assertFalse(UserPolicy.isBogon(false, FINE));
        assertTrue(UserPolicy.isBogon(true, 0x2001_0DB8_1234_0000L | 48));
        assertFalse(UserPolicy.isBogon(true, 0x2001_0DB9_1234_0000L | 48));
    }

    @Test
    void theFirstMarkChoosesTheLocalPreference() {
        assertEquals(100, policy.preference(false, FINE, path()));
        assertEquals(50, policy.preference(false, FINE, path(UserPolicy.FIRST, UserPolicy.LAST)));
        assertEquals(200, policy.preference(false, FINE, path(UserPolicy.FIRST)));
        assertEquals(80, policy.preference(false, FINE, path().after(UserPolicy.FAR_AS)));
        assertEquals(UserPolicy.REFUSED, policy.preference(false, FINE, path(UserPolicy.BLACKHOLE)));
        assertEquals(UserPolicy.REFUSED, policy.preference(false, FINE, path().after(Layout.SPEAKER_AS)));
        assertEquals(100, new UserPolicy(false).preference(false, FINE, path(UserPolicy.BLACKHOLE)));
    }

    @Test
    void everyTermMeetsSomeOfAMadeUpTable() {
        var random = new SplittableRandom(5);
        var prefixes = PrefixSet.random(false, 20_000, random);
        var tables = Tables.of(prefixes, Layout.of(false, 1, 1), policy, random);
        var seen = new int[201];
        int refused = 0;
        int internal = 0;
        for (int i = 0; i < prefixes.size(); i++) {
            var path =
                    java.util.Objects.requireNonNull(tables.feeds().getFirst().path(i));
            int preference = policy.preference(false, prefixes.keys()[i], path);
            if (preference == UserPolicy.REFUSED) {
                refused++;
            } else {
                seen[preference]++;
            }
            internal += policy.isTold(path) ? 0 : 1;
        }
        assertTrue(refused > 100 && internal > 50, refused + " refused, " + internal + " internal");
        assertTrue(seen[50] > 200 && seen[80] > 50 && seen[200] > 200 && seen[100] > 15_000);
    }
}
