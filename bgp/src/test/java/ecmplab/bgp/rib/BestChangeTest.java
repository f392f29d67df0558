package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.rib.BestChange.Fate;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What whoever follows is told of the path that was best and of the one that is. */
class BestChangeTest {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final Prefix ROUTE = Prefix.parse("198.51.100.0/24");
    private static final PeerTerms TERMS = PeerTerms.of(
            Set.of(V4), Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of(V4, InetAddress.ofLiteral("192.0.2.254")));

    private final List<BestChange> told = new ArrayList<>();
    private long lost;
    private boolean isFollowing = true;
    private final Rib rib = new Rib(
            RibConfig.of(Asn.of(65000), RouterId.parse("10.0.0.254"), 1)
                    .withMultipath(new Multipath(8, 8, true))
                    .withAllocator(UnpooledByteBufAllocator.DEFAULT),
            new Rib.Listener() {
                @Override
                public void changed(List<NextHopChange> all) {}

                @Override
                public boolean isFollowing() {
                    return isFollowing;
                }

                @Override
                public void bestChanged(List<BestChange> changes, long tooMany) {
                    told.addAll(changes);
                    lost += tooMany;
                }
            });

    BestChangeTest() {
        rib.follow();
    }

    @Test
    void aBetterPathIsToldBesideTheOneThatLostAndWhy() {
        announce(up(1), ROUTE, path(1, 65001, 65009));
        var first = only();
        assertEquals(Fate.NONE, first.fate());
        assertNull(first.before());
        assertNull(first.runnerUp());
        assertEquals(address(1), peer(first.now()));

        announce(up(2), ROUTE, path(2, 65002));
        var second = only();
        assertEquals(Fate.LOST, second.fate());
        assertEquals(Reason.AS_PATH_LENGTH, second.lost());
        assertEquals(address(1), peer(second.before()));
        assertEquals(path(1, 65001, 65009), attributes(second.before()));
        assertEquals(address(2), peer(second.now()));
        assertEquals(new BestChange.RunnerUp(identity(1), Reason.AS_PATH_LENGTH), second.runnerUp());
        assertEquals(1, second.nextHops().size());
    }

    @Test
    void aPathThatItsPeerReplacesIsToldWithTheAttributesItHad() {
        var peer = up(1);
        announce(peer, ROUTE, path(1, 65001));
        only();
        announce(peer, ROUTE, path(1, 65001, 65009));
        var change = only();
        assertEquals(Fate.REPLACED, change.fate());
        assertNull(change.lost());
        assertEquals(path(1, 65001), attributes(change.before()));
        assertEquals(path(1, 65001, 65009), attributes(change.now()));
    }

    @Test
    void aReplacementThatLosesSaysWhatItLostBy() {
        var peer = up(1);
        announce(up(2), ROUTE, path(2, 65002, 65009));
        announce(peer, ROUTE, path(1, 65001));
        only();
        announce(peer, ROUTE, path(1, 65001, 65008, 65009));
        var change = only();
        assertEquals(Fate.REPLACED, change.fate());
        assertEquals(Reason.AS_PATH_LENGTH, change.lost());
        assertEquals(address(2), peer(change.now()));
    }

    @Test
    void aWithdrawnPathAndOneWhoseSessionWentDownAreToldApart() {
        var peer = up(1);
        announce(peer, ROUTE, path(1, 65001));
        only();
        withdraw(peer, ROUTE);
        var withdrawn = only();
        assertEquals(Fate.WITHDRAWN, withdrawn.fate());
        assertNull(withdrawn.now());
        assertEquals(path(1, 65001), attributes(withdrawn.before()));

        announce(peer, ROUTE, path(1, 65001));
        only();
        rib.down(peer);
        assertEquals(Fate.PEER_DOWN, only().fate());
    }

    @Test
    void aNextHopMoreIsToldThoughTheBestPathStays() {
        announce(up(1), ROUTE, path(1, 65001));
        only();
        announce(up(2), ROUTE, path(2, 65002));
        var change = only();
        assertEquals(Fate.BEST, change.fate());
        assertEquals(2, change.nextHops().size());
        assertEquals(new BestChange.RunnerUp(identity(2), Reason.MULTIPATH), change.runnerUp());
    }

    @Test
    void whatIsAtTheEndOfAPassAsItWasBeforeIsNoChange() {
        var peer = up(1);
        announce(peer, ROUTE, path(1, 65001));
        only();
        withdraw(peer, ROUTE);
        announce(peer, ROUTE, path(1, 65001));
        rib.pass();
        assertEquals(List.of(), told);
    }

    @Test
    void whatIsTooMuchForAPassIsCounted() {
        var peer = up(1);
        for (int i = 0; i < BestChanges.MOST + 10; i++) {
            announce(peer, Prefix.v4(i << 8, 24), path(1, 65001));
        }
        rib.pass();
        assertEquals(BestChanges.MOST, told.size());
        assertEquals(10, lost);
    }

    @Test
    void nothingIsHeldOnceNobodyFollows() {
        var peer = up(1);
        announce(peer, ROUTE, path(1, 65001));
        withdraw(peer, ROUTE);
        isFollowing = false;
        while (rib.pass()) {}
        assertEquals(List.of(), told);
        while (rib.tidy()) {}
        assertEquals(0, rib.view().counts().prefixes());
        assertEquals(0, rib.view().counts().attributeSets());
    }

    private BestChange only() {
        while (rib.pass()) {}
        assertEquals(1, told.size(), told::toString);
        return told.removeFirst();
    }

    private static InetAddress peer(BestChange.@Nullable Path path) {
        return Objects.requireNonNull(path).peer().address();
    }

    private static PathAttributes attributes(BestChange.@Nullable Path path) {
        return Objects.requireNonNull(path).attributes();
    }

    private static InetAddress address(int number) {
        return InetAddress.ofLiteral("192.0.2." + number);
    }

    private static PeerIdentity identity(int number) {
        return new PeerIdentity(
                address(number), Asn.of(65000 + number), RouterId.parse("10.0.0." + number), PeerKind.EBGP);
    }

    private Peer up(int number) {
        return rib.up(identity(number), TERMS, new Receiver());
    }

    private static PathAttributes path(int nextHop, long... asns) {
        return PathAttributes.of(Origin.IGP, AsPath.sequence(asns), new PathAttribute.NextHop(address(nextHop)));
    }

    private void announce(Peer peer, Prefix prefix, PathAttributes attributes) {
        var batch = new RouteBatch();
        var block = attributes.encode();
        batch.attributes(block, 0, block.length);
        batch.reach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0);
        rib.apply(peer, batch);
    }

    private void withdraw(Peer peer, Prefix prefix) {
        var batch = new RouteBatch();
        batch.unreach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0);
        rib.apply(peer, batch);
    }
}
