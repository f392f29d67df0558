package ecmplab.bgp.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.List;
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
        var policy = new Policy(
                "mixed",
                List.of(
                        new Policy.Term(
                                "no-sixes",
                                List.of(new Match.OfFamily(AddressFamily.IPV6_UNICAST)),
                                List.of(new Action.Reject())),
                        new Policy.Term("note", List.of(), List.of()),
                        new Policy.Term(
                                "vips",
                                List.of(
                                        new Match.OfFamily(AddressFamily.IPV4_UNICAST),
                                        new Match.InPrefixList(
                                                new PrefixList("v", List.of(PrefixList.Entry.orLonger(NET))))),
                                List.of(new Action.Accept()))),
                new Action.Reject());
        assertEquals(0, policy.deciding(Prefix.parse("2001:db8::/32")));
        assertEquals(2, policy.deciding(NET));
        assertEquals(Policy.OTHERWISE, policy.deciding(Prefix.parse("10.0.0.0/8")));
        assertTrue(policy.accepts(NET));
        assertFalse(policy.accepts(Prefix.parse("10.0.0.0/8")));
    }

    @Test
    void boundsThatFitNothingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PrefixList.Entry(true, NET, 23, 32));
        assertThrows(IllegalArgumentException.class, () -> new PrefixList.Entry(true, NET, 30, 28));
        assertThrows(IllegalArgumentException.class, () -> new PrefixList.Entry(true, NET, 24, 33));
    }
}
