package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.ClusterList;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttribute.OriginatorId;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** RFC 4271 sections 5.1.2 to 5.1.5, per kind of peer. */
class ExportFormTest {
    private static final Asn LOCAL_AS = Asn.of(65000);
    private static final InetAddress SELF = InetAddress.ofLiteral("192.0.2.254");
    private static final PathAttribute.NextHop LEARNT = new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1"));
    private static final PathAttributes RICH = PathAttributes.of(
            Origin.EGP,
            AsPath.sequence(65001, 65002),
            LEARNT,
            new MultiExitDisc(5),
            new LocalPref(200),
            Communities.of(1, 2),
            new OriginatorId(RouterId.parse("10.0.0.1")),
            new ClusterList(List.of(RouterId.parse("10.0.0.2"))));

    @Test
    void toAnotherAsGoesOurAsAndAddressWithoutWhatIsOursAlone() {
        assertEquals(
                PathAttributes.of(
                        Origin.EGP,
                        AsPath.sequence(65000, 65001, 65002),
                        new PathAttribute.NextHop(SELF),
                        Communities.of(1, 2)),
                rewritten(PeerKind.EBGP, RICH, false, 200));
    }

    @Test
    void withinOurAsTheNextHopStaysAndTheLocalPreferenceIsSaid() {
        assertEquals(RICH, rewritten(PeerKind.IBGP, RICH, false, 200));
        var learnt = PathAttributes.of(Origin.IGP, AsPath.sequence(65001), LEARNT, Communities.of(3));
        assertEquals(learnt.with(new LocalPref(100)), rewritten(PeerKind.IBGP, learnt, false, 100));
        var bare = PathAttributes.of(Origin.IGP, AsPath.sequence(65001), LEARNT);
        assertEquals(bare.with(new LocalPref(0)), rewritten(PeerKind.IBGP, bare, false, 0));
    }

    @Test
    void aRouteOfOurOwnGetsOurAddressAndKeepsItsMed() {
        var own = PathAttributes.of(Origin.IGP, AsPath.EMPTY, new MultiExitDisc(7), Communities.of(9));
        var self = new PathAttribute.NextHop(SELF);
        assertEquals(own.with(AsPath.sequence(65000)).with(self), rewritten(PeerKind.EBGP, own, true, 100));
        assertEquals(own.with(self).with(new LocalPref(100)), rewritten(PeerKind.IBGP, own, true, 100));
        var least = PathAttributes.of(Origin.IGP, AsPath.EMPTY);
        assertEquals(least.with(self).with(AsPath.sequence(65000)), rewritten(PeerKind.EBGP, least, true, 100));
    }

    @Test
    void aFullSegmentGetsANewOneBeforeIt() {
        for (int length : List.of(62, 63, 253, 254, 255)) {
            var path = AsPath.sequence(LongStream.rangeClosed(1, length).toArray());
            var attributes = PathAttributes.of(Origin.IGP, path, LEARNT);
            var expected = attributes.with(path.prepend(LOCAL_AS, 1)).with(new PathAttribute.NextHop(SELF));
            assertEquals(expected, rewritten(PeerKind.EBGP, attributes, false, 100), "path of " + length);
        }
    }

    @Test
    void beforeASetGoesASequence() {
        var set = new AsPath(List.of(new AsPath.Segment(AsPath.SegmentType.AS_SET, List.of(Asn.of(1), Asn.of(2)))));
        var attributes = PathAttributes.of(Origin.IGP, set, LEARNT);
        assertEquals(
                attributes.with(set.prepend(LOCAL_AS, 1)).with(new PathAttribute.NextHop(SELF)),
                rewritten(PeerKind.EBGP, attributes, false, 100));
    }

    private static PathAttributes rewritten(PeerKind kind, PathAttributes attributes, boolean isLocal, int localPref) {
        var form = new ExportForm(kind, LOCAL_AS, RouterId.parse("10.0.0.254"), SELF.getAddress(), null);
        var source = new PeerIdentity(
                InetAddress.ofLiteral("192.0.2.1"),
                Asn.of(65001),
                RouterId.parse("10.0.0.1"),
                isLocal ? PeerKind.LOCAL : PeerKind.EBGP);
        int origin = (kind == PeerKind.EBGP || isLocal ? AdjRibOut.SELF : 0) | (isLocal ? AdjRibOut.KEEPS_MED : 0);
        var block = attributes.encode();
        var surrounded = new byte[block.length + 10];
        System.arraycopy(block, 0, surrounded, 5, block.length);
        form.rewrite(surrounded, 5, block.length, origin, source, localPref);
        var rewritten = PathAttributes.parse(form.octets(), 0, form.length());
        assertEquals(form.length(), rewritten.encode().length, "in canonical form");
        return rewritten;
    }
}
