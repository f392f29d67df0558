package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.interop.Daemon;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
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
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bare session with BIRD. */
@Needs(Need.BIRD)
class BirdInteropTest {
    private static final InetAddress OURS = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress THEIRS = InetAddress.ofLiteral("127.0.0.5");
    private static final Asn OUR_AS = Asn.of(65_001);
    private static final Asn THEIR_AS = Asn.of(65_003);

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

    private Daemon bird(String options) throws Exception {
        return bird(options, "");
    }

    private Daemon bird(String options, String channelOptions) throws Exception {
        return Daemon.bird(folder, """
                router id 10.0.0.5;
                protocol device {}
                protocol static { ipv4; route 198.51.100.0/24 unreachable; route 198.51.101.128/25 unreachable; }
                protocol static { ipv6; route 2001:db8:5::/48 unreachable; }
                protocol bgp ours {
                  local 127.0.0.5 port %d as 65003;
                  neighbor 127.0.0.1 port %d as 65001;
                  multihop;
                  strict bind yes;
                  connect retry time 1; connect delay time 1; error wait time 1, 2;
                  %s
                  ipv4 { import all; export filter { bgp_next_hop = 192.0.2.5; accept; }; %s };
                  ipv6 { import all; export filter { bgp_next_hop = 2001:db8::5; accept; }; };
                }
                """.formatted(theirPort, ourPort, options, channelOptions));
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

    private void awaitEstablished(Daemon bird) {
        Await.until(
                "BIRD and we are established",
                () -> listener.isUp() && bird.ask("show protocols ours").contains("Established"));
    }

    @Test
    void routesOfBothFamiliesCrossBothWays() throws Exception {
        try (var bird = bird("")) {
            var neighbor = start(config().withFamilies(EnumSet.allOf(AddressFamily.class)));
            awaitEstablished(bird);
            var capabilities = listener.up().negotiated().peerCapabilities();
            assertTrue(capabilities.contains(new Capability.FourOctetAs(THEIR_AS)), capabilities::toString);
            Await.until(
                    "BIRD's routes and End-of-RIB markers are here",
                    () -> listener.reached.size() >= 3
                            && listener.endsOfRib.containsAll(List.of(AddressFamily.values())));
            assertTrue(listener.reached.containsAll(List.of(
                    Prefix.parse("198.51.100.0/24"),
                    Prefix.parse("198.51.101.128/25"),
                    Prefix.parse("2001:db8:5::/48"))));
            assertEquals(0, neighbor.snapshot().treatedAsWithdraw());

            var attributes = PathAttributes.of(
                    PathAttribute.Origin.IGP,
                    AsPath.sequence(OUR_AS.value(), 4_200_000_010L),
                    new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")),
                    new PathAttribute.LargeCommunities(List.of(new PathAttribute.LargeCommunity(1, 2, 3))));
            var encoder = new UpdateEncoder(UpdateEncoder.STANDARD_MESSAGE, true);
            var out = Unpooled.buffer();
            var block = attributes.encode();
            encoder.announce(out, AddressFamily.IPV4_UNICAST, block, 0, block.length);
            encoder.prefix(Prefix.parse("203.0.113.10/32").high(), 0, 32);
            encoder.finish();
            assertTrue(listener.up().send(out));
            Await.until(
                    "BIRD has our route",
                    () -> bird.ask("show route for 203.0.113.10/32 all").contains("203.0.113.10"));
            var route = bird.ask("show route for 203.0.113.10/32 all");
            assertTrue(route.contains("BGP.as_path: 65001 4200000010"), route);
            assertTrue(route.contains("(1, 2, 3)"), route);
            assertEquals(List.of(), listener.closes);
        }
    }

    @Test
    void whatBothOffersHaveInCommonIsNegotiated() throws Exception {
        var options = "enable extended messages yes; graceful restart yes; local role customer; require roles yes;";
        try (var bird = bird(options, "add paths yes; extended next hop yes;")) {
            var v4 = Set.of(AddressFamily.IPV4_UNICAST);
            var offer = Offer.of(EnumSet.allOf(AddressFamily.class))
                    .withAddPath(v4, v4)
                    .withExtendedNextHop(v4)
                    .withRole(Role.PROVIDER, true);
            start(config().withOffer(offer));
            awaitEstablished(bird);
            var negotiated = listener.up().negotiated();
            assertEquals(v4, negotiated.addPathReceive());
            assertEquals(v4, negotiated.addPathSend());
            assertEquals(v4, negotiated.extendedNextHop());
            assertEquals(Role.CUSTOMER, negotiated.peerRole());
            assertTrue(negotiated.enhancedRouteRefresh());
            assertEquals(65535, negotiated.maxMessageSize());
            var restart = Objects.requireNonNull(negotiated.peerRestart());
            assertEquals(EnumSet.allOf(AddressFamily.class), restart.families());
            Await.until("its routes are here", () -> listener.reached.contains(Prefix.parse("198.51.100.0/24")));
        }
    }

    @Test
    void aRoleThatDoesNotFitIsRefused() throws Exception {
        try (var bird = bird("local role customer;")) {
            var neighbor = start(config().withOffer(config().offer().withRole(Role.CUSTOMER, false)));
            Await.until("one of us refuses", () -> {
                var snapshot = neighbor.snapshot();
                return snapshot.lastNotificationReceived() != null || snapshot.lastNotificationSent() != null;
            });
            var snapshot = neighbor.snapshot();
            var said = snapshot.lastNotificationSent() != null
                    ? snapshot.lastNotificationSent()
                    : snapshot.lastNotificationReceived();
            assertEquals(Notification.of(Notification.OPEN_ERROR, Notification.ROLE_MISMATCH), said);
            assertFalse(bird.ask("show protocols ours").contains("Established"));
        }
    }

    @Test
    void withTtlSecurityOnBothSidesTheSessionComesUp() throws Exception {
        try (var bird = bird("multihop 1; ttl security yes;")) {
            start(config().withTransport(config().transport().withTtlSecurity(true)));
            awaitEstablished(bird);
        }
    }

    @Test
    void overIpv6WithMd5() throws Exception {
        var loopback = InetAddress.ofLiteral("::1");
        int port = server.listen(new InetSocketAddress(loopback, 0)).getPort();
        var configuration = """
                router id 10.0.0.5;
                protocol device {}
                protocol bgp ours {
                  local ::1 port %d as 65003;
                  neighbor ::1 port %d as 65001;
                  multihop; password "correct horse";
                  connect retry time 1; connect delay time 1; error wait time 1, 2;
                  ipv6 { import all; export none; };
                }
                """.formatted(Daemon.freePort(loopback), port);
        try (var bird = Daemon.bird(folder, configuration)) {
            // BIRD listens on all addresses of the port; we let it dial.
            start(SessionConfig.of(loopback, THEIR_AS, OUR_AS, RouterId.parse("10.0.0.1"))
                    .withPassive(true)
                    .withMd5Password("correct horse")
                    .withFamilies(EnumSet.of(AddressFamily.IPV6_UNICAST)));
            awaitEstablished(bird);
            assertEquals(loopback, listener.up().negotiated().remote().getAddress());
        }
    }

    @Test
    void itsMd5KeyIsOurs() throws Exception {
        try (var bird = bird("password \"correct horse\";")) {
            start(config().withMd5Password("correct horse"));
            awaitEstablished(bird);
        }
    }

    @Test
    void aWrongAsIsToldToIt() throws Exception {
        try (var bird = bird("")) {
            var neighbor = start(SessionConfig.of(THEIRS, Asn.of(65_009), OUR_AS, RouterId.parse("10.0.0.1"))
                    .withLocalAddress(OURS)
                    .withPort(theirPort)
                    .withConnectRetry(Duration.ofMillis(200)));
            Await.until(
                    "BIRD shows the reason",
                    () -> bird.ask("show protocols all ours").contains("Bad peer AS"));
            assertEquals(
                    Notification.of(Notification.OPEN_ERROR, 2),
                    neighbor.snapshot().lastNotificationSent());
        }
    }

    @Test
    void itsShutdownIsReadAndItsReturnTaken() throws Exception {
        try (var bird = bird("")) {
            start(config());
            awaitEstablished(bird);
            bird.ask("disable ours \"moving to rack 7\"");
            Await.until("the session is over", () -> !listener.closes.isEmpty());
            var reason = listener.closes.getFirst();
            assertTrue(
                    reason.toString().contains("Cease/Administrative Shutdown) \"moving to rack 7\""),
                    reason::toString);
            bird.ask("enable ours");
            awaitEstablished(bird);
        }
    }

    @Test
    void itsSilenceIsFoundByTheHoldTimer() throws Exception {
        try (var bird = bird("")) {
            start(config().withHoldTime(Duration.ofSeconds(3)));
            awaitEstablished(bird);
            bird.freeze();
            Await.until("the session is over", () -> !listener.closes.isEmpty());
            assertEquals(new CloseReason.HoldTimerExpired(Duration.ofSeconds(3)), listener.closes.getFirst());
        }
    }
}
