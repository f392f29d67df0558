package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.interop.Daemon;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bare session with FRRouting's bgpd. */
@Needs(Need.FRR)
class FrrInteropTest {
    private static final InetAddress OURS = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress THEIRS = InetAddress.ofLiteral("127.0.0.4");
    private static final Asn OUR_AS = Asn.of(4_200_000_001L);
    private static final Asn THEIR_AS = Asn.of(65_002);

    private final SessionServer server = SessionServer.open();
    private final RecordingListener listener = new RecordingListener();
    private int ourPort;
    private int theirPort;

    @TempDir
    Path folder;

    @BeforeEach
    void listen() throws Exception {
        ourPort = server.listen(new InetSocketAddress(OURS, 0)).getPort();
        theirPort = Daemon.freePort(THEIRS);
    }

    @AfterEach
    void end() {
        server.close();
    }

    private Daemon frr(String remoteAs, String neighborLines, String routerLines, String rest) throws Exception {
        var neighbor = new StringBuilder();
        for (var line : neighborLines.lines().toList()) {
            neighbor.append(" neighbor 127.0.0.1 ").append(line).append('\n');
        }
        return Daemon.frr(folder, THEIRS, theirPort, """
                router bgp 65002
                 bgp router-id 10.0.0.4
                 bgp log-neighbor-changes
                 no bgp ebgp-requires-policy
                 no bgp network import-check
                 neighbor 127.0.0.1 remote-as %s
                 neighbor 127.0.0.1 port %d
                 neighbor 127.0.0.1 update-source 127.0.0.4
                 neighbor 127.0.0.1 disable-connected-check
                 neighbor 127.0.0.1 timers connect 1
                %s%s!
                %s
                """.formatted(remoteAs, ourPort, neighbor, routerLines, rest));
    }

    private SessionConfig config() {
        return SessionConfig.of(THEIRS, THEIR_AS, OUR_AS, RouterId.parse("10.0.0.1"))
                .withLocalAddress(OURS)
                .withPort(theirPort)
                .withConnectRetry(Duration.ofMillis(200));
    }

    private Neighbor start(SessionConfig config) {
        var neighbor = server.add(config, listener);
        neighbor.start();
        return neighbor;
    }

    private void awaitEstablished(Daemon frr) {
        Await.until(
                "FRR and we are established",
                () -> listener.isUp()
                        && frr.ask("show bgp neighbors 127.0.0.1 json").contains("\"bgpState\":\"Established\""));
    }

    @Test
    void itsOpenIsUnderstood() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "", "", "")) {
            var neighbor = start(config());
            awaitEstablished(frr);
            var negotiated = listener.up().negotiated();
            assertEquals(RouterId.parse("10.0.0.4"), negotiated.peerRouterId());
            assertTrue(negotiated.fourOctetAs());
            assertTrue(negotiated.routeRefresh());
            assertEquals(Framing.EXTENDED_MESSAGE, negotiated.maxMessageSize());
            assertEquals(Duration.ofSeconds(9), negotiated.holdTime());
            var capabilities = negotiated.peerCapabilities();
            assertTrue(capabilities.contains(new Capability.FourOctetAs(THEIR_AS)), capabilities::toString);
            assertTrue(capabilities.contains(new Capability.EnhancedRouteRefresh()), capabilities::toString);
            assertTrue(capabilities.stream().anyMatch(Capability.HostName.class::isInstance), capabilities::toString);
            assertEquals(State.ESTABLISHED, neighbor.snapshot().state());
        }
    }

    @Test
    void routesOfBothFamiliesCrossBothWays() throws Exception {
        var rest = """
                route-map v4 permit 1
                 set ip next-hop 192.0.2.4
                route-map v6 permit 1
                 set ipv6 next-hop global 2001:db8::4
                """;
        var families = """
                 address-family ipv4 unicast
                  network 198.51.100.0/24
                  network 198.51.101.128/25
                  neighbor 127.0.0.1 route-map v4 out
                 exit-address-family
                 address-family ipv6 unicast
                  network 2001:db8:4::/48
                  neighbor 127.0.0.1 activate
                  neighbor 127.0.0.1 route-map v6 out
                 exit-address-family
                """;
        try (var frr = frr(OUR_AS.toString(), "", families, rest)) {
            var neighbor = start(config().withFamilies(EnumSet.allOf(AddressFamily.class)));
            awaitEstablished(frr);
            Await.until(
                    "FRR's routes and End-of-RIB markers are here",
                    () -> listener.reached.size() >= 3
                            && listener.endsOfRib.containsAll(List.of(AddressFamily.values())));
            assertTrue(listener.reached.containsAll(List.of(
                    Prefix.parse("198.51.100.0/24"),
                    Prefix.parse("198.51.101.128/25"),
                    Prefix.parse("2001:db8:4::/48"))));
            assertEquals(0, neighbor.snapshot().treatedAsWithdraw());

            announceOurs();
            Await.until(
                    "FRR has our routes",
                    () -> frr.ask("show bgp ipv4 unicast json").contains("203.0.113.10/32")
                            && frr.ask("show bgp ipv6 unicast json").contains("2001:db8:1::/64"));
            var route = frr.ask("show bgp ipv4 unicast 203.0.113.10/32");
            assertTrue(route.contains("4200000001 65010"), route);
            assertTrue(route.contains("65001:100"), route);
            withdrawOurs();
            Await.until(
                    "FRR has them no more",
                    () -> !frr.ask("show bgp ipv4 unicast json").contains("203.0.113.10/32")
                            && !frr.ask("show bgp ipv6 unicast json").contains("2001:db8:1::/64"));

            frr.ask("clear bgp ipv4 unicast 127.0.0.1 soft in");
            Await.until("FRR's route refresh is here", () -> listener.refreshes.contains(AddressFamily.IPV4_UNICAST));
            assertEquals(List.of(), listener.closes);
        }
    }

    private void announceOurs() {
        var encoder = new UpdateEncoder(
                listener.up().negotiated().maxMessageSize(),
                listener.up().negotiated().fourOctetAs());
        var out = Unpooled.buffer();
        var shared = PathAttributes.of(
                PathAttribute.Origin.IGP,
                AsPath.sequence(OUR_AS.value(), 65_010),
                PathAttribute.Communities.of(65_001 << 16 | 100));
        var v4 = shared.with(new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")))
                .encode();
        encoder.announce(out, AddressFamily.IPV4_UNICAST, v4, 0, v4.length);
        encoder.prefix(Prefix.parse("203.0.113.10/32").high(), 0, 32);
        encoder.finish();
        if (listener.up().negotiated().families().contains(AddressFamily.IPV6_UNICAST)) {
            var v6 = shared.with(new PathAttribute.NextHop(InetAddress.ofLiteral("2001:db8::1")))
                    .encode();
            encoder.announce(out, AddressFamily.IPV6_UNICAST, v6, 0, v6.length);
            encoder.prefix(Prefix.parse("2001:db8:1::/64").high(), 0, 64);
            encoder.finish();
        }
        assertTrue(listener.up().send(out));
    }

    private void withdrawOurs() {
        var encoder = new UpdateEncoder(UpdateEncoder.STANDARD_MESSAGE, true);
        var out = Unpooled.buffer();
        encoder.withdraw(out, AddressFamily.IPV4_UNICAST);
        encoder.prefix(Prefix.parse("203.0.113.10/32").high(), 0, 32);
        encoder.finish();
        encoder.withdraw(out, AddressFamily.IPV6_UNICAST);
        encoder.prefix(Prefix.parse("2001:db8:1::/64").high(), 0, 64);
        encoder.finish();
        assertTrue(listener.up().send(out));
    }

    @Test
    void withoutCapabilitiesItHasTwoOctetAsNumbers() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "dont-capability-negotiate", "", "")) {
            start(config());
            awaitEstablished(frr);
            var negotiated = listener.up().negotiated();
            assertFalse(negotiated.fourOctetAs());
            assertEquals(List.of(), negotiated.peerCapabilities());
            assertEquals(Framing.STANDARD_MESSAGE, negotiated.maxMessageSize());
            announceOurs();
            Await.until(
                    "FRR has our route",
                    () -> frr.ask("show bgp ipv4 unicast json").contains("203.0.113.10/32"));
            var route = frr.ask("show bgp ipv4 unicast 203.0.113.10/32");
            // Only AS_TRANS: bgpd has read our capability all the same, so to it an AS4_PATH of ours is to be ignored.
            assertTrue(route.contains("23456 65010"), route);
        }
    }

    /** It takes only packets of TTL 255 (RFC 5082), which shows that our TTL is what was asked for. */
    @Test
    void withTtlSecurityItTakesOurSessionOfTtl255() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "ttl-security hops 1", "", "")) {
            start(config().withHops(255));
            awaitEstablished(frr);
        }
    }

    @Test
    void withTtlSecurityOnBothSidesTheSessionComesUp() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "ttl-security hops 1", "", "")) {
            start(config().withTransport(config().transport().withTtlSecurity(true)));
            awaitEstablished(frr);
        }
    }

    @Test
    void itComesAsAGuestOfARangeWithAKey() throws Exception {
        var gone = new CopyOnWriteArrayList<Neighbor>();
        server.acceptRange(Prefix.parse("127.0.0.0/24"), 3, "correct-horse", new Guests() {
            @Override
            public Neighbor admit(InetAddress peer) {
                return start(SessionConfig.of(peer, SessionConfig.ANY_OTHER_AS, OUR_AS, RouterId.parse("10.0.0.1"))
                        .withPassive(true));
            }

            @Override
            public void left(Neighbor guest) {
                gone.add(guest);
            }
        });
        try (var frr = frr(OUR_AS.toString(), "password correct-horse", "", "")) {
            awaitEstablished(frr);
            assertEquals(THEIR_AS, listener.up().negotiated().peerAsn());
            assertEquals(List.of(), gone);
        }
        Await.until("it is gone and forgotten", () -> gone.size() == 1);
    }

    @Test
    void overIpv6WithMd5() throws Exception {
        var loopback = InetAddress.ofLiteral("::1");
        int port = server.listen(new InetSocketAddress(loopback, 0)).getPort();
        var configuration = """
                router bgp 65002
                 bgp router-id 10.0.0.4
                 no bgp ebgp-requires-policy
                 neighbor ::1 remote-as %s
                 neighbor ::1 port %d
                 neighbor ::1 disable-connected-check
                 neighbor ::1 password correct-horse
                 neighbor ::1 timers connect 1
                """.formatted(OUR_AS, port);
        try (var frr = Daemon.frr(folder, loopback, Daemon.freePort(loopback), configuration)) {
            start(SessionConfig.of(loopback, THEIR_AS, OUR_AS, RouterId.parse("10.0.0.1"))
                    .withPassive(true)
                    .withMd5Password("correct-horse"));
            Await.until(
                    "FRR and we are established",
                    () -> listener.isUp()
                            && frr.ask("show bgp neighbors ::1 json").contains("\"bgpState\":\"Established\""));
        }
    }

    @Test
    void theSameMd5KeyOnBothSidesWorks() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "password correct-horse", "", "")) {
            start(config().withMd5Password("correct-horse"));
            awaitEstablished(frr);
        }
    }

    @Test
    void itsConnectionIsTakenWithMd5() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "password correct-horse", "", "")) {
            var neighbor = start(config().withMd5Password("correct-horse").withPassive(true));
            awaitEstablished(frr);
            assertEquals(0, neighbor.snapshot().connectAttempts());
        }
    }

    @Test
    void aWrongMd5KeyLooksLikeATimeOut() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "password correct-horse", "", "")) {
            var neighbor = start(config().withMd5Password("battery staple"));
            Await.until(
                    "FRR's vty is there", () -> frr.ask("show bgp summary json").contains("127.0.0.1"));
            Await.until(
                    "an attempt has timed out",
                    () -> listener.failures.stream()
                            .anyMatch(failure -> failure.toString().contains("timed out")));
            assertEquals(0, neighbor.snapshot().established());
            assertEquals(0, neighbor.snapshot().received().total());
        }
    }

    @Test
    void aWrongAsIsToldBothWays() throws Exception {
        try (var frr = frr("65009", "passive", "", "")) {
            var neighbor = start(config());
            Await.until("FRR refused our AS", () -> neighbor.snapshot().lastNotificationReceived() != null);
            assertEquals(
                    "2/2 (OPEN Message Error/Bad Peer AS)",
                    "" + neighbor.snapshot().lastNotificationReceived());
            assertEquals(0, neighbor.snapshot().established());
            assertTrue(frr.log().isEmpty() || !frr.log().contains("Established"));
        }
    }

    @Test
    void itsSilenceIsFoundByTheHoldTimer() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "", "", "")) {
            start(config().withHoldTime(Duration.ofSeconds(3)));
            awaitEstablished(frr);
            assertEquals(Duration.ofSeconds(3), listener.up().negotiated().holdTime());
            frr.freeze();
            Await.until("the session is over", () -> !listener.closes.isEmpty());
            assertEquals(new CloseReason.HoldTimerExpired(Duration.ofSeconds(3)), listener.closes.getFirst());
        }
    }

    @Test
    void ourDeathRemovesOurRoutesAtOnce() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "", "", "")) {
            start(config());
            awaitEstablished(frr);
            Await.until("FRR marks the end of its table", () -> !listener.endsOfRib.isEmpty());
            announceOurs();
            Await.until(
                    "FRR has our route",
                    () -> frr.ask("show bgp ipv4 unicast json").contains("203.0.113.10/32"));
            listener.up().reset(Notification.cease(0));
            Await.until("FRR has noticed", () -> !listener.isUp());
            assertFalse(frr.ask("show bgp ipv4 unicast json").contains("\"stale\":true"));
            Await.until(
                    "it is gone", () -> !frr.ask("show bgp ipv4 unicast json").contains("203.0.113.10/32"));
        }
    }

    @Test
    void itsDeathIsSeenAtOnce() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "", "", "")) {
            start(config());
            awaitEstablished(frr);
            frr.close();
            Await.until("the session is over", () -> !listener.closes.isEmpty());
            assertEquals(
                    CloseReason.ConnectionLost.class, listener.closes.getFirst().getClass());
        }
    }

    @Test
    void aShutdownMessageReachesItsOperator() throws Exception {
        try (var frr = frr(OUR_AS.toString(), "", "", "")) {
            var neighbor = start(config());
            awaitEstablished(frr);
            neighbor.stop("moving to rack 7");
            Await.until("FRR logs the text", () -> frr.log().contains("moving to rack 7"));
        }
    }
}
