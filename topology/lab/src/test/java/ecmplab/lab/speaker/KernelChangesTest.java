package ecmplab.lab.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.port.Namespaces;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes of a namespace of the test's own, changed by {@code ip}. */
@Needs({Need.ROOT, Need.IPROUTE})
class KernelChangesTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration NOW = Duration.ZERO;

    private final String namespace = "ecmplab-kc-" + ProcessHandle.current().pid();
    private final Path file = Path.of("/run/netns", namespace);

    @BeforeEach
    void make() throws Exception {
        ip("netns", "add", namespace);
        in("link", "set", "lo", "up");
        in("link", "add", "d0", "type", "veth", "peer", "name", "d1");
        in("link", "set", "d1", "up");
        in("link", "set", "d0", "up");
    }

    @AfterEach
    void remove() throws Exception {
        ip("netns", "del", namespace);
    }

    @Test
    void linksAddressesAndRoutesOfBothFamiliesAreNoticed() throws Exception {
        try (var changes = Namespaces.within(file, KernelChanges::open)) {
            while (changes.await(NOW)) {} // what making the namespace left
            String[][] doings = {
                {"addr", "add", "192.0.2.1/24", "dev", "d0"},
                {"route", "add", "198.51.100.0/24", "via", "192.0.2.2"},
                {"route", "del", "198.51.100.0/24"},
                {"-6", "route", "add", "2001:db8::/32", "dev", "d0"},
                {"link", "set", "d0", "down"},
            };
            for (var doing : doings) {
                in(doing);
                assertTrue(changes.await(LONG), () -> String.join(" ", doing));
                while (changes.await(NOW)) {}
            }
            changes.wake();
            assertFalse(changes.await(LONG), "woken, nothing changed");
        }
    }

    @Test
    void moreChangesThanThereIsRoomForAreAChangeToo() throws Exception {
        in("addr", "add", "192.0.2.1/24", "dev", "d0");
        try (var changes = Namespaces.within(file, KernelChanges::open)) {
            // The kernel counts some 800 octets a notification, and has room for 212992.
            in("-batch", batch(2000).toString());
            assertTrue(changes.await(LONG));
            while (changes.await(NOW)) {}
            in("route", "del", "10.0.0.0/32");
            assertTrue(changes.await(LONG), "it goes on");
        }
    }

    private Path batch(int routes) throws Exception {
        var lines = new StringBuilder();
        for (int i = 0; i < routes; i++) {
            lines.append("route add 10.0.%d.%d/32 via 192.0.2.2\n".formatted(i >> 8, i & 0xFF));
        }
        var batch = Files.createTempFile("routes", ".batch");
        batch.toFile().deleteOnExit();
        return Files.writeString(batch, lines);
    }

    @Test
    void aSpeakerFollowsTheKernelAndSaysSo() throws Exception {
        var config = SpeakerConfig.of(Asn.of(65000), RouterId.parse("10.0.0.1"));
        var progress = System.err;
        try (var speaker = Speaker.start(config, changes -> {}, event -> {});
                var follower = Namespaces.within(file, () -> KernelFollower.start(speaker, progress))) {
            follower.follow(true, true);
            in("addr", "add", "192.0.2.1/24", "dev", "d0");
            var subnet = Prefix.parse("192.0.2.0/24");
            Await.until("the subnet is announced", () -> speaker.route(subnet).isPresent());
            in("addr", "del", "192.0.2.1/24", "dev", "d0");
            Await.until("and withdrawn", () -> speaker.route(subnet).isEmpty());
            in("addr", "add", "192.0.2.1/24", "dev", "d0");
            Await.until("and announced again", () -> speaker.route(subnet).isPresent());
            in("addr", "add", "2001:db8::1/64", "dev", "d0", "nodad");
            Await.until(
                    "as that of IPv6",
                    () -> speaker.route(Prefix.parse("2001:db8::/64")).isPresent());
            follower.follow(false, true);
            Await.until("nobody wants it", () -> speaker.route(subnet).isEmpty());
        }
        var routes = Namespaces.within(file, KernelRoutes::read);
        assertTrue(routes.reach(InetAddress.ofLiteral("192.0.2.9")));
    }

    private void in(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("-n", namespace));
        command.addAll(List.of(arguments));
        ip(command.toArray(String[]::new));
    }

    private static void ip(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + said);
    }
}
