package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.VIP6;
import static ecmplab.mux.forward.MuxRig.WEB;
import static ecmplab.mux.forward.MuxRig.WEB6;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.endpoint;
import static ecmplab.mux.forward.MuxRig.version;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.vm6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.IpProtocol;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import ecmplab.testkit.fixture.Dissector;
import ecmplab.testkit.fixture.Fixture;
import ecmplab.testkit.fixture.FixtureFile;
import ecmplab.testkit.fixture.Replay;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packets in and out of a MUX as {@code src/test/resources/fixtures} has them, octet by octet. */
final class MuxFixtureTest {
    static List<Fixture> fixtures() {
        return FixtureFile.readAll(Path.of("src/test/resources/fixtures"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void goesOutAsWritten(Fixture fixture) {
        Replay.of(fixture, new Node());
    }

    @Test
    @Needs(Need.TSHARK)
    void tsharkReadsThemAsNamed(@TempDir Path folder) throws Exception {
        Dissector.check(fixtures(), folder);
    }

    private static final class Node implements Replay.Node {
        private final MuxRig rig = new MuxRig();
        private long cfg;

        @Override
        public void given(String words) {
            var first = active(7, vm(1, 21));
            var web = switch (words) {
                case "generation 7" -> new TableVersion[] {first};
                case "generation 8" ->
                    new TableVersion[] {version(7, TableVersion.State.RETIRED, vm(1, 21)), active(8, vm(2, 22))};
                default -> throw new IllegalArgumentException(words);
            };
            var overIpv6 = active(7, vm6(1, 21));
            rig.apply(
                    ++cfg,
                    endpoint(WEB, Affinity.FIVE_TUPLE, web),
                    served("203.0.113.10", IpProtocol.UDP, 53, first),
                    served("203.0.113.11", IpProtocol.TCP, 0, first),
                    endpoint(WEB6, Affinity.FIVE_TUPLE, first),
                    served(VIP6.getHostAddress(), IpProtocol.UDP, 53, overIpv6),
                    served("2001:db8:ff::11", IpProtocol.TCP, 0, overIpv6));
            if (cfg == 1) {
                rig.resolve();
            }
        }

        private static EndpointPolicy served(String vip, int protocol, int port, TableVersion version) {
            return endpoint(new EndpointId(InetAddress.ofLiteral(vip), protocol, port), Affinity.FIVE_TUPLE, version);
        }

        @Override
        public List<Replay.Sent> frame(String port, byte[] octets) {
            assertEquals("eth0", port);
            return rig.send(octets).stream()
                    .map(frame -> new Replay.Sent("eth0", frame))
                    .toList();
        }

        @Override
        public Map<String, Long> drops() {
            return rig.mux.counters().drops();
        }

        @Override
        public void requireConserved() {
            assertTrue(rig.mux.ledger().balances(), () -> rig.mux.ledger().toString());
        }
    }
}
