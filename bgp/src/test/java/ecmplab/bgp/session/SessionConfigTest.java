package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a neighbour's configuration may say, and what our OPEN says of it. */
class SessionConfigTest {
    private static final Asn OURS = Asn.of(65_001);
    private static final Asn THEIRS = Asn.of(65_002);

    private static SessionConfig config() {
        return SessionConfig.of(InetAddress.ofLiteral("192.0.2.2"), THEIRS, OURS, RouterId.parse("10.0.0.1"));
    }

    private static void refused(String reason, Executable what) {
        var message = assertThrows(IllegalArgumentException.class, what).getMessage();
        assertTrue(message != null && message.contains(reason), message);
    }

    @Test
    void whatCannotBeIsRefusedWithTheReason() {
        var timers = SessionTimers.standard();
        var offer = config().offer();
        var v4 = Set.of(AddressFamily.IPV4_UNICAST);
        var v6 = Set.of(AddressFamily.IPV6_UNICAST);
        refused("0 or 3 to 65535", () -> timers.withHoldTime(Duration.ofSeconds(2)));
        refused("whole seconds", () -> timers.withHoldTime(Duration.ofMillis(3500)));
        refused("less than the minimum", () -> timers.withMinimumHoldTime(Duration.ofSeconds(10)));
        refused("RFC 9687", () -> timers.withSendHoldTime(Duration.ofSeconds(9)));
        refused("more than 0", () -> timers.withConnectRetry(Duration.ZERO));
        refused("1 to 255", () -> config().withHops(256));
        refused("1 to 65535", () -> config().withPort(0));
        refused("80 octets", () -> config().withMd5Password("x".repeat(81)));
        refused("at least one", () -> offer.withFamilies(Set.of()));
        refused("offered families", () -> offer.withAddPath(v6, Set.of()));
        refused("IPv4 unicast", () -> offer.withFamilies(v6).withExtendedNextHop(v6));
        refused("have a role", () -> offer.withRole(null, true));
        refused("64 octets", () -> offer.withNames("ü".repeat(33), null));
        refused("same version", () -> config().withLocalAddress(InetAddress.ofLiteral("::1")));
        refused("RFC 7607", () -> SessionConfig.of(config().remoteAddress(), THEIRS, Asn.of(0), config().routerId()));
        refused(
                "another AS",
                () -> SessionConfig.of(config().remoteAddress(), OURS, OURS, config().routerId())
                        .withOffer(offer.withRole(Role.PEER, false)));
        assertEquals(v4, offer.families());
    }

    @Test
    void theOpenHasWhatIsOffered() {
        var both = EnumSet.allOf(AddressFamily.class);
        var v4 = Set.of(AddressFamily.IPV4_UNICAST);
        var offer = Offer.of(both)
                .withAddPath(both, v4)
                .withExtendedNextHop(v4)
                .withRole(Role.CUSTOMER, true)
                .withNames("mux1", "ECMP Lab 0.1");
        assertEquals(
                List.of(
                        new Capability.Multiprotocol(1, 1),
                        new Capability.Multiprotocol(2, 1),
                        new Capability.RouteRefresh(),
                        new Capability.ExtendedNextHop(List.of(new Capability.ExtendedNextHop.Translation(1, 1, 2))),
                        new Capability.ExtendedMessage(),
                        new Capability.Role(3),
                        new Capability.GracefulRestart(false, true, 0, List.of()),
                        new Capability.FourOctetAs(OURS),
                        new Capability.AddPath(List.of(
                                new Capability.AddPath.Direction(1, 1, true, true),
                                new Capability.AddPath.Direction(2, 1, true, false))),
                        new Capability.EnhancedRouteRefresh(),
                        new Capability.HostName("mux1", ""),
                        new Capability.SoftwareVersion("ECMP Lab 0.1")),
                config().withOffer(offer).open().capabilities());
    }

    @Test
    void withFewerFamiliesWhatWasOfferedForTheOthersIsNot() {
        var both = EnumSet.allOf(AddressFamily.class);
        var less = Offer.of(both).withAddPath(both, both).withFamilies(Set.of(AddressFamily.IPV6_UNICAST));
        assertEquals(Set.of(AddressFamily.IPV6_UNICAST), less.addPathReceive());
        assertEquals(Set.of(AddressFamily.IPV6_UNICAST), less.addPathSend());
    }

    @Test
    void theSendHoldTimeIsTheLongerOfEightMinutesAndTwiceTheHoldTime() {
        var timers = SessionTimers.standard();
        assertEquals(Duration.ofMinutes(8), timers.sendHoldTime());
        assertEquals(
                Duration.ofMinutes(20),
                timers.withHoldTime(Duration.ofMinutes(10)).sendHoldTime());
        assertEquals(
                Duration.ofSeconds(30),
                timers.withSendHoldTime(Duration.ofSeconds(30)).sendHoldTime());
    }

    @Test
    void aPasswordIsNeverShown() {
        assertFalse(config().withMd5Password("correct horse").toString().contains("horse"));
    }
}
