package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What peers are told, and in how many messages. */
class UpdateGroupTest {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final Prefix VIP = Prefix.parse("203.0.113.10/32");

    private final List<List<NextHopChange>> passes = new ArrayList<>();
    private final Rib rib = new Rib(
            RibConfig.of(Asn.of(65000), RouterId.parse("10.0.0.254"), 1)
                    .withMultipath(new Multipath(8, 1, true))
                    .withMaximumPrefixes(100_000)
                    .withAllocator(UnpooledByteBufAllocator.DEFAULT),
            passes::add);
    private final Receiver firstOut = new Receiver();
    private final Receiver secondOut = new Receiver();
    private final Receiver sourceOut = new Receiver();

    @Test
    void aNewPeerIsToldTheWholeTableAndThenEndOfRib() {
        var source = up(1, sourceOut);
        announce(source, attributes(65001), prefixes(5000));
        pass();
        up(2, firstOut);
        assertEquals(Map.of(), firstOut.table, "nothing before the pass");
        pass();
        assertEquals(5000, firstOut.table.size());
        assertEquals(Set.of(V4), firstOut.ended);
        assertEquals(Set.of(V4), sourceOut.ended, "an empty table ends too");
        assertEquals(Map.of(), sourceOut.table, "no echo");
    }

    @Test
    void endOfRibWaitsForAPeerThatIsNotWritable() {
        announce(up(1, sourceOut), attributes(65001), prefixes(5000));
        firstOut.credit = 1;
        var peer = up(2, firstOut);
        pass();
        assertTrue(firstOut.ended.isEmpty());
        assertEquals(2048, firstOut.table.size(), "one page was taken");
        assertEquals(5000 - 2048, rib.view().counts(peer).getFirst().behind());
        firstOut.writable = true;
        pass();
        assertEquals(5000, firstOut.table.size());
        assertEquals(Set.of(V4), firstOut.ended);
    }

    @Test
    void equalTermsShareAGroupAndOtherTermsDoNot() {
        up(1, sourceOut);
        up(2, firstOut);
        assertEquals(1, rib.view().counts().updateGroups());
        var identity = identity(3);
        var terms = PeerTerms.of(Set.of(V4), Policy.ACCEPT_ALL, Policy.DENY_ALL, Map.of());
        var other = rib.up(identity, terms, secondOut);
        assertEquals(2, rib.view().counts().updateGroups());
        rib.down(other);
        assertEquals(1, rib.view().counts().updateGroups());
    }

    @Test
    void routesOfEqualAttributesGoIntoOneMessage() {
        up(2, firstOut);
        var source = up(1, sourceOut);
        pass();
        int before = firstOut.messages;
        announce(source, attributes(65001), prefixes(500));
        pass();
        assertEquals(1, firstOut.messages - before);
    }

    @Test
    void scatteredAttributesAreSortedIntoFewMessages() {
        up(2, firstOut);
        var source = up(1, sourceOut);
        pass();
        int before = firstOut.messages;
        for (int i = 0; i < 400; i++) {
            announce(source, attributes(65001, 1 + i % 4), List.of(prefixes(400).get(i)));
        }
        pass();
        assertEquals(400, firstOut.table.size());
        assertEquals(4, firstOut.messages - before);
    }

    @Test
    void aMemberThatCannotTakeMoreIsToldOnlyTheLastStateLater() {
        up(2, firstOut);
        var slow = up(3, secondOut);
        var source = up(1, sourceOut);
        pass();
        secondOut.writable = false;
        for (int i = 1; i <= 100; i++) {
            announce(source, attributes(65001, i), List.of(VIP));
            pass();
        }
        int fast = firstOut.messages;
        int before = secondOut.messages;
        assertEquals(1, rib.view().counts(slow).getFirst().behind());
        assertFalse(rib.isUpToDate(slow));
        secondOut.writable = true;
        pass();
        assertEquals(1, secondOut.messages - before);
        assertEquals(fast, firstOut.messages, "the other is not told again");
        assertEquals(firstOut.table, secondOut.table);
        assertTrue(rib.isUpToDate(slow));
    }

    @Test
    void whatCameAndWentWhileAMemberWasAwayIsNotMentioned() {
        up(3, secondOut);
        var source = up(1, sourceOut);
        pass();
        secondOut.writable = false;
        announce(source, attributes(65001), prefixes(10));
        pass();
        rib.down(source);
        pass();
        int before = secondOut.messages;
        secondOut.writable = true;
        pass();
        assertEquals(0, secondOut.messages - before);
        while (rib.tidy()) {}
        assertEquals(0, rib.view().counts().prefixes(), "and no prefix is kept for it");
    }

    @Test
    void aRouteThatBecomesAMembersOwnIsWithdrawnFromItAndComesBack() {
        var first = up(1, firstOut);
        var second = up(2, secondOut);
        announce(first, attributes(65001, 9), List.of(VIP));
        pass();
        assertEquals(Set.of(VIP), secondOut.table.keySet());
        announce(second, attributes(65002), List.of(VIP));
        pass();
        assertEquals(Set.of(), secondOut.table.keySet());
        assertEquals(Set.of(VIP), firstOut.table.keySet());
        withdraw(second, VIP);
        pass();
        assertEquals(Set.of(VIP), secondOut.table.keySet());
        assertEquals(Set.of(), firstOut.table.keySet());
    }

    @Test
    void aRefreshSendsAllAgainAndNoSecondEndOfRib() {
        var peer = up(2, firstOut);
        announce(up(1, sourceOut), attributes(65001), prefixes(10));
        pass();
        firstOut.table.clear();
        rib.refresh(peer, V4, false);
        pass();
        assertEquals(10, firstOut.table.size());
    }

    @Test
    void attributesThatNoMessageCanCarryAreNotSentAndReplaceWhatWas() {
        var large = IntStream.range(0, 1012).toArray();
        up(2, firstOut);
        var wide = PeerTerms.of(
                        Set.of(V4),
                        Policy.ACCEPT_ALL,
                        Policy.ACCEPT_ALL,
                        Map.of(V4, InetAddress.ofLiteral("192.0.2.254")))
                .withMessages(true, 65535);
        rib.up(identity(3), wide, secondOut);
        var source = up(1, sourceOut);
        announce(source, attributes(65001), List.of(VIP));
        pass();
        assertEquals(Set.of(VIP), firstOut.table.keySet());
        announce(source, attributes(65001).with(Communities.of(large)), List.of(VIP));
        pass();
        assertEquals(Set.of(), firstOut.table.keySet());
        assertEquals(Set.of(VIP), secondOut.table.keySet());
        assertEquals(1, rib.view().counts().tooLarge());
    }

    @Test
    void theDeathOfAPeerIsOneCallWithAllThatChanged() {
        var first = up(1, firstOut);
        announce(first, attributes(65001), prefixes(3000));
        announce(up(2, secondOut), attributes(65002), prefixes(1000));
        pass();
        passes.clear();
        assertEquals(3000, rib.down(first));
        pass();
        assertEquals(1, passes.size());
        assertEquals(3000, passes.getFirst().size());
        assertEquals(
                2000,
                passes.getFirst().stream()
                        .filter(change -> change.nextHops().isEmpty())
                        .count());
    }

    @Test
    void withoutAnAddressOfOurOwnInTheFamilyNothingIsSentToAnotherAs() {
        var terms = PeerTerms.of(Set.of(V4), Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of());
        rib.up(identity(2), terms, firstOut);
        announce(up(1, sourceOut), attributes(65001), prefixes(3));
        pass();
        assertEquals(Map.of(), firstOut.table);
        assertEquals(Set.of(V4), firstOut.ended);
    }

    @Test
    void aFullTableRefusesFurtherPrefixesAndCountsThem() {
        var source = up(1, sourceOut);
        var many = IntStream.range(0, 100_010)
                .mapToObj(i -> Prefix.v4(0x0A00_0000 + i, 32))
                .toList();
        announce(source, attributes(65001), many);
        pass();
        assertEquals(100_000, rib.view().counts().routes());
        assertEquals(10, rib.view().refused(source));
        withdraw(source, many.getFirst());
        pass();
        announce(source, attributes(65001), List.of(many.getLast()));
        assertTrue(rib.view().route(many.getLast()).isPresent());
    }

    private Peer up(int number, Receiver receiver) {
        var nextHops = Map.of(V4, InetAddress.ofLiteral("192.0.2.254"));
        var terms = PeerTerms.of(Set.of(V4), Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, nextHops);
        return rib.up(identity(number), terms, receiver);
    }

    private static PeerIdentity identity(int number) {
        return new PeerIdentity(
                InetAddress.ofLiteral("192.0.2." + number),
                Asn.of(65000 + number),
                RouterId.parse("10.0.0." + number),
                PeerKind.EBGP);
    }

    private void pass() {
        while (rib.pass()) {}
    }

    private static PathAttributes attributes(long... path) {
        return PathAttributes.of(
                Origin.IGP,
                AsPath.sequence(path),
                new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2." + path[0] % 1000)));
    }

    private static List<Prefix> prefixes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Prefix.v4(0xC612_0000 + (i << 4), 28))
                .toList();
    }

    private void announce(Peer peer, PathAttributes attributes, List<Prefix> prefixes) {
        var batch = new RouteBatch();
        var block = attributes.encode();
        batch.attributes(block, 0, block.length);
        prefixes.forEach(prefix -> batch.reach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0));
        rib.apply(peer, batch);
    }

    private void withdraw(Peer peer, Prefix prefix) {
        var batch = new RouteBatch();
        batch.unreach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0);
        rib.apply(peer, batch);
    }
}
