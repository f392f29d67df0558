package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Action;
import ecmplab.bgp.policy.CommunityPattern;
import ecmplab.bgp.policy.Match;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.Policy.Term;
import ecmplab.bgp.policy.Verdict;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What export policy sets, as peers are told it. */
class ExportPolicyTest {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final Prefix VIP = Prefix.parse("203.0.113.10/32");
    private static final Term MED = new Term("med", List.of(), List.of(new Action.SetMed(10)), Verdict.ACCEPT);

    private final Rib rib = new Rib(
            RibConfig.of(Asn.of(65000), RouterId.parse("10.0.0.254"), 1)
                    .withAllocator(UnpooledByteBufAllocator.DEFAULT),
            changes -> {});
    private final Receiver receiver = new Receiver();
    private final Peer source = up(1, Policy.DENY_ALL, new Receiver());

    private Peer up(int number, Policy export, Receiver out) {
        var identity = new PeerIdentity(
                InetAddress.ofLiteral("192.0.2." + number),
                Asn.of(65000 + number),
                RouterId.parse("10.0.0." + number),
                PeerKind.EBGP);
        return rib.up(identity, terms(export), out);
    }

    private static PeerTerms terms(Policy export) {
        return PeerTerms.of(Set.of(V4), Policy.ACCEPT_ALL, export, Map.of(V4, InetAddress.ofLiteral("192.0.2.254")));
    }

    private static PathAttributes route(PathAttribute... more) {
        var all = new ArrayList<>(List.of(
                Origin.IGP, AsPath.sequence(65001), new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1"))));
        all.addAll(List.of(more));
        return PathAttributes.of(all);
    }

    private void announce(Prefix prefix, PathAttributes attributes) {
        var batch = new RouteBatch();
        var block = attributes.encode();
        batch.attributes(block, 0, block.length);
        batch.reach(V4, prefix.high(), prefix.low(), prefix.length(), 0);
        rib.apply(source, batch);
        pass();
    }

    private void pass() {
        while (rib.pass()) {}
    }

    private PathAttributes told(Prefix prefix) {
        return Objects.requireNonNull(receiver.table.get(prefix));
    }

    private static Term marked(int low) {
        return new Term(
                "mark " + low,
                List.of(new Match.HasCommunity(List.of(CommunityPattern.parse("1:" + low)))),
                List.of(new Action.ChangeCommunities(false, List.of(), List.of(2 << 16 | low))),
                Verdict.NEXT);
    }

    @Test
    void aChangeThatPolicyHidesIsNotToldAgain() {
        up(2, new Policy("out", List.of(MED), Verdict.REJECT), receiver);
        announce(VIP, route(new MultiExitDisc(1)));
        assertEquals(new MultiExitDisc(10), told(VIP).find(MultiExitDisc.class).orElseThrow());
        int messages = receiver.messages;

        announce(VIP, route(new MultiExitDisc(2)));
        announce(VIP, route());
        assertEquals(messages, receiver.messages);

        announce(VIP, route(Communities.of(7)));
        assertEquals(messages + 1, receiver.messages);
        assertEquals(Communities.of(7), told(VIP).find(Communities.class).orElseThrow());
    }

    @Test
    void aPolicyThatComesToTheSameTellsNothingAgain() {
        var peer = up(2, new Policy("out", List.of(MED), Verdict.REJECT), receiver);
        announce(VIP, route(new MultiExitDisc(1)));
        int messages = receiver.messages;

        rib.terms(peer, terms(new Policy("other", List.of(marked(1), MED), Verdict.REJECT)));
        pass();
        assertEquals(messages, receiver.messages);

        var eleven = new Term("med", List.of(), List.of(new Action.SetMed(11)), Verdict.ACCEPT);
        rib.terms(peer, terms(new Policy("eleven", List.of(marked(1), eleven), Verdict.REJECT)));
        pass();
        assertEquals(messages + 1, receiver.messages);
        assertEquals(new MultiExitDisc(11), told(VIP).find(MultiExitDisc.class).orElseThrow());

        rib.terms(peer, terms(Policy.ACCEPT_ALL));
        pass();
        assertFalse(told(VIP).find(MultiExitDisc.class).isPresent(), "another AS's MED");
    }

    @Test
    void moreCombinationsOfTermsThanHaveNumbersAreToldAllTheSame() {
        int bits = 9;
        var terms = IntStream.range(0, bits).mapToObj(ExportPolicyTest::marked).toList();
        up(2, new Policy("out", terms, Verdict.ACCEPT), receiver);
        for (int i = 0; i < 1 << bits; i++) {
            int set = i;
            var marks = IntStream.range(0, bits)
                    .filter(bit -> (set >>> bit & 1) != 0)
                    .map(bit -> 1 << 16 | bit)
                    .toArray();
            announce(Prefix.v4(0xC612_0000 + i, 32), marks.length == 0 ? route() : route(Communities.of(marks)));
        }
        for (int i = 0; i < 1 << bits; i++) {
            var communities = told(Prefix.v4(0xC612_0000 + i, 32)).find(Communities.class);
            int count = communities.map(Communities::values).orElse(List.of()).size();
            assertEquals(2 * Integer.bitCount(i), count);
        }
    }

    @Test
    void whatPolicyMakesTooLargeIsWithdrawnAndWhatJustFitsIsTold() {
        up(2, new Policy("out", List.of(marked(1), MED), Verdict.ACCEPT), receiver);
        announce(VIP, route(Communities.of(1 << 16 | 1)));
        for (int count = 990; count < 1010; count++) {
            var many = IntStream.range(0, count).map(i -> 1 << 16 | 1 + i).toArray();
            announce(VIP, route(Communities.of(many)));
            // Header 19, lengths 4, ORIGIN 4, AS_PATH 13, NEXT_HOP 7, MED 7, a community more of 4 with a header of 4,
            // the prefix 5.
            boolean fits = 19 + 4 + 4 + 13 + 7 + 7 + 4 + 4 * (count + 1) + 5 <= 4096;
            assertEquals(fits, receiver.table.containsKey(VIP), count + " communities");
        }
    }
}
