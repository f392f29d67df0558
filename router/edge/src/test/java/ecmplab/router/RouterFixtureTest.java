package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.testkit.Hex;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import ecmplab.testkit.fixture.Dissector;
import ecmplab.testkit.fixture.Fixture;
import ecmplab.testkit.fixture.FixtureFile;
import ecmplab.testkit.fixture.Replay;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packets in and out of the router as {@code src/test/resources/fixtures} has them, octet by octet. */
final class RouterFixtureTest {
    static List<Fixture> fixtures() {
        return FixtureFile.readAll(Path.of("src/test/resources/fixtures"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void goesOutAsWritten(Fixture fixture) {
        try (var node = new Node()) {
            Replay.of(fixture, node);
        }
    }

    @Test
    @Needs(Need.TSHARK)
    void tsharkReadsThemAsNamed(@TempDir Path folder) throws Exception {
        Dissector.check(fixtures(), folder);
    }

    private static final class Node implements Replay.Node, AutoCloseable {
        private static final int MTU = 1500;

        private final RouterRig rig = new RouterRig(
                EcmpPolicy.of(EcmpMode.RESILIENT, EcmpPolicy.DEFAULT_BUCKETS),
                ForwardingSettings.of(42),
                RouterConfig.Limits.STANDARD,
                MTU,
                List.of(
                        new StaticRoute(Prefix.parse("192.0.2.0/24"), List.of()),
                        new StaticRoute(Prefix.parse("2001:db8:dead::/48"), List.of())));

        @Override
        public void given(String words) {
            if (!words.equals("routes")) {
                throw new IllegalArgumentException(words);
            }
            rig.announce("203.0.113.10/32", 1);
            rig.announceViaIpv6("203.0.113.11/32", 1);
            rig.announceViaIpv6("2001:db8:ff::10/128", 1);
        }

        @Override
        public List<Replay.Sent> frame(String port, byte[] octets) {
            rig.inject(Integer.parseInt(port.substring("eth".length())), octets);
            return rig.run().stream()
                    .map(arrival -> new Replay.Sent("eth" + arrival.link(), Hex.bytes(arrival.hex())))
                    .toList();
        }

        @Override
        public Map<String, Long> drops() {
            return rig.router.forwarder().drops().snapshot();
        }

        @Override
        public void requireConserved() {
            rig.assertConserved();
        }

        @Override
        public void close() {
            rig.close();
        }
    }
}
