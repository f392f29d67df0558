package ecmplab.bgp.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicyTest {
    private static final Prefix NET = Prefix.parse("203.0.113.0/24");

    @Test
    void acceptAllAndDenyAllDoThat() {
        assertTrue(Policy.ACCEPT_ALL.accepts(NET));
        assertTrue(Policy.ACCEPT_ALL.isTransparent());
        assertFalse(Policy.DENY_ALL.accepts(NET));
        assertFalse(Policy.DENY_ALL.isTransparent());
    }

    @Test
    void geAndLeBoundTheLength() {
        var policy = Policy.only(new PrefixList("list", List.of(new PrefixList.Entry(true, NET, 28, 30))));
        assertFalse(policy.accepts(NET));
        assertFalse(policy.accepts(Prefix.parse("203.0.113.0/27")));
        assertTrue(policy.accepts(Prefix.parse("203.0.113.16/28")));
        assertTrue(policy.accepts(Prefix.parse("203.0.113.4/30")));
        assertFalse(policy.accepts(Prefix.parse("203.0.113.4/31")));
        assertFalse(policy.accepts(Prefix.parse("203.0.114.16/28")), "outside of the prefix");
    }

    @Test
    void theFirstEntryThatFitsDecidesAndNoneMeansDenied() {
        var list = new PrefixList(
                "list",
                List.of(
                        new PrefixList.Entry(false, Prefix.parse("203.0.113.10/32"), 32, 32),
                        PrefixList.Entry.orLonger(NET)));
        var policy = Policy.only(list);
        assertFalse(policy.accepts(Prefix.parse("203.0.113.10/32")));
        assertTrue(policy.accepts(Prefix.parse("203.0.113.11/32")));
        assertFalse(policy.accepts(Prefix.parse("198.51.100.0/24")));
    }

    @Test
    void familiesAreNotMixedUp() {
        var all6 = Policy.only(new PrefixList("six", List.of(PrefixList.Entry.orLonger(Prefix.parse("::/0")))));
        assertTrue(all6.accepts(Prefix.parse("2001:db8::/32")));
        assertFalse(all6.accepts(Prefix.parse("0.0.0.0/0")));
        var deep = Policy.only(PrefixList.of("host", Prefix.parse("2001:db8::1/128")));
        assertTrue(deep.accepts(Prefix.parse("2001:db8::1/128")));
        assertFalse(deep.accepts(Prefix.parse("2001:db8::2/128")));
    }

    @Test
    void termsAreTriedInOrderAndTheDecidingOneIsKnown() {
        var vips = new PrefixList("v", List.of(PrefixList.Entry.orLonger(NET)));
        var policy = new Policy(
                "mixed",
                List.of(
                        Policy.Term.reject("no-sixes", new Match.OfFamily(AddressFamily.IPV6_UNICAST)),
                        new Policy.Term("note", List.of(), List.of(), Verdict.NEXT),
                        Policy.Term.accept(
                                "vips", new Match.OfFamily(AddressFamily.IPV4_UNICAST), new Match.InPrefixList(vips))),
                Verdict.REJECT);
        assertEquals("no-sixes", deciding(policy, Prefix.parse("2001:db8::/32")));
        assertEquals("vips", deciding(policy, NET));
        assertEquals("otherwise", deciding(policy, Prefix.parse("10.0.0.0/8")));
        assertTrue(policy.accepts(NET));
        assertFalse(policy.accepts(Prefix.parse("10.0.0.0/8")));
    }

    @Test
    void boundsThatFitNothingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PrefixList.Entry(true, NET, 23, 32));
        assertThrows(IllegalArgumentException.class, () -> new PrefixList.Entry(true, NET, 30, 28));
        assertThrows(IllegalArgumentException.class, () -> new PrefixList.Entry(true, NET, 24, 33));
    }

    @Test
    void policiesInAChainAreAskedUntilOneDecides() {
        var no10 = new PrefixList("ten", List.of(PrefixList.Entry.orLonger(Prefix.parse("10.0.0.0/8"))));
        var first =
                new Policy("first", List.of(Policy.Term.reject("private", new Match.InPrefixList(no10))), Verdict.NEXT);
        var second = Policy.only(PrefixList.of("second", NET));
        var chain = Policy.chain(List.of(first, second));
        assertTrue(chain.accepts(NET));
        assertEquals("first/private", deciding(chain, Prefix.parse("10.1.0.0/16")));
        assertEquals("second/second", deciding(chain, NET));
        assertFalse(chain.accepts(Prefix.parse("192.0.2.0/24")));
        assertFalse(Policy.chain(List.of(first)).accepts(NET), "nobody accepted it");
        assertEquals(Policy.NONE, Policy.chain(List.of()));
    }

    @Test
    void sixtyFiveTermsAreRefused() {
        var term = new Policy.Term("x", List.of(), List.of(), Verdict.NEXT);
        assertThrows(
                IllegalArgumentException.class,
                () -> new Policy("long", Collections.nCopies(65, term), Verdict.REJECT));
        assertTrue(new Policy("full", Collections.nCopies(64, term), Verdict.ACCEPT).accepts(NET));
    }

    private static String deciding(Policy policy, Prefix prefix) {
        var context = new PolicyContext(Asn.of(65000), Prefix.parse("192.0.2.1").address(), Asn.of(65001));
        return policy.explain(prefix, PathAttributes.of(Origin.IGP, AsPath.EMPTY), context)
                .deciding();
    }

    @Test
    void aLongListAnswersAsItsEntriesReadOneByOne() {
        var random = new Random(11);
        int permitted = 0;
        for (int i = 0; i < 300; i++) {
            var list = PolicyEvaluationTest.prefixList(random);
            for (int j = 0; j < 300; j++) {
                var prefix = PolicyEvaluationTest.prefix(random);
                boolean expected = NaiveMatch.permits(list, prefix);
                assertEquals(
                        expected,
                        list.permits(prefix.family(), prefix.high(), prefix.low(), prefix.length()),
                        prefix + " on " + list);
                permitted += expected ? 1 : 0;
            }
        }
        assertTrue(permitted > 9_000 && permitted < 81_000, "both answers occur: " + permitted);
    }
}
