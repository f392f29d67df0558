package ecmplab.lab.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.mrt.MrtReader;
import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.MrtWriter;
import ecmplab.bgp.mrt.TablePaths;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.control.Answer;
import ecmplab.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A table goes from a file through a session into a speaker, and from the speaker into a file again. */
class MrtReplayTest {
    private static final InetAddress OURS = InetAddress.ofLiteral("127.0.0.8");
    private static final InetAddress SPEAKERS = InetAddress.ofLiteral("127.0.0.9");
    private static final int ROUTES = 20_000;

    private static PathAttributes attributes(int i, boolean v6) {
        return PathAttributes.of(
                PathAttribute.Origin.IGP,
                AsPath.sequence(65_100 + i / 5 % 50, 4_200_000_000L + i / 5),
                new PathAttribute.NextHop(InetAddress.ofLiteral(v6 ? "2001:db8::1" : "192.0.2.1")),
                PathAttribute.Communities.of(i / 5));
    }

    private static Prefix prefix(int i, boolean v6) {
        return v6 ? Prefix.v6(0x2001_0db8_0000_0000L + ((long) i << 8), 0, 56) : Prefix.v4((20 << 24) + (i << 8), 24);
    }

    private static byte[] table() throws IOException {
        var file = new ByteArrayOutputStream();
        var writer = new MrtWriter(file);
        for (int i = 0; i < ROUTES; i++) {
            boolean v6 = i % 4 == 0;
            var family = v6 ? AddressFamily.IPV6_UNICAST : AddressFamily.IPV4_UNICAST;
            var octets = TablePaths.ofBlock(family, Octets.of(attributes(i, v6).encode()));
            var path = new MrtRecord.Path(0, Instant.EPOCH, 0, octets);
            writer.write(new MrtRecord.TableEntry(Instant.EPOCH, i, prefix(i, v6), false, List.of(path)));
        }
        return file.toByteArray();
    }

    @Test
    void aTableSurvivesTheWayThroughASpeaker() throws Exception {
        var neighbor = NeighborConfig.of(
                        SessionConfig.of(OURS, Asn.of(65_008), Asn.of(65_009), RouterId.parse("10.0.0.9"))
                                .withFamilies(EnumSet.allOf(AddressFamily.class))
                                .withPassive(true))
                .withPolicies(Policy.ACCEPT_ALL, Policy.DENY_ALL);
        var config = SpeakerConfig.of(Asn.of(65_009), RouterId.parse("10.0.0.9"))
                .withListen(new InetSocketAddress(SPEAKERS, 0))
                .withNeighbors(List.of(neighbor));
        try (var speaker = Speaker.start(config, changes -> {}, event -> {});
                var server = SessionServer.open()) {
            var replay = new MrtReplay(
                    new MrtReplay.Rewrite(InetAddress.ofLiteral("198.51.100.1"), null, false),
                    new PathChoice(new PathChoice.Anybody(), false));
            var session = SessionConfig.of(SPEAKERS, Asn.of(65_009), Asn.of(65_008), RouterId.parse("10.0.0.8"))
                    .withFamilies(EnumSet.allOf(AddressFamily.class))
                    .withLocalAddress(OURS)
                    .withPort(speaker.listening().getFirst().getPort());
            server.add(session, replay).start();
            var sent = replay.send(new ByteArrayInputStream(table()), Duration.ofSeconds(20));
            assertEquals(new MrtReplay.Sent(ROUTES, 0, 0), sent);
            Await.until(
                    "the speaker has all routes",
                    () -> speaker.summary().table().routes() == ROUTES);
            checkDump(speaker);
        }
    }

    private static void checkDump(Speaker speaker) throws IOException {
        var hex = new StringWriter();
        ((Answer.Known) TableDump.answer(speaker)).text().write(hex);
        var file = HexFormat.of().parseHex(hex.toString().replace("\n", ""));
        var found = new TreeMap<Prefix, PathAttributes>();
        var tables = new TablePaths();
        var lines = 0;
        var text = new MrtText();
        var reader = new MrtReader(new ByteArrayInputStream(file));
        for (var record = reader.read(); record != null; record = reader.read()) {
            lines += text.lines(record).size();
            if (record instanceof MrtRecord.TableEntry entry) {
                assertEquals(1, entry.paths().getFirst().peer());
                var update =
                        Objects.requireNonNull(tables.read(entry, entry.paths().getFirst()));
                assertNull(update.fault());
                found.put(entry.prefix(), update.announced().getFirst().attributes());
            }
        }
        assertEquals(ROUTES, found.size());
        assertEquals(ROUTES, lines);
        for (int i = 0; i < ROUTES; i++) {
            boolean v6 = i % 4 == 0;
            var expected = attributes(i, v6);
            expected = expected.with(expected.find(AsPath.class).orElseThrow().prepend(Asn.of(65_008), 1));
            if (!v6) {
                expected = expected.with(new PathAttribute.NextHop(InetAddress.ofLiteral("198.51.100.1")));
            }
            assertEquals(expected, found.get(prefix(i, v6)));
        }
    }
}
