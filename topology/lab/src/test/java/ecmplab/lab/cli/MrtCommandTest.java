package ecmplab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.mrt.MrtReader;
import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.MrtWriter;
import ecmplab.bgp.mrt.TablePaths;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.message.MrtText;
import ecmplab.lab.message.RecordedFile;
import ecmplab.lab.message.TableDump;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lab bgp mrt dump} and {@code load} as operators use them: a file with two peers, and a speaker that is told it. */
class MrtCommandTest {
    private static final InetAddress OURS = InetAddress.ofLiteral("127.0.4.1");
    private static final InetAddress SPEAKERS = InetAddress.ofLiteral("127.0.4.2");
    private static final Prefix BOTH = Prefix.parse("193.0.0.0/24");
    private static final Prefix FIRST_ONLY = Prefix.parse("193.0.1.0/24");
    private static final Prefix SECOND_ONLY = Prefix.parse("193.0.2.0/24");

    @TempDir
    Path folder;

    private static MrtRecord.TableEntry entry(Prefix prefix, int... peers) {
        var paths = new ArrayList<MrtRecord.Path>();
        for (int peer : peers) {
            var attributes = PathAttributes.of(
                    PathAttribute.Origin.IGP,
                    AsPath.sequence(65_100 + peer),
                    new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")));
            var octets = TablePaths.ofBlock(AddressFamily.IPV4_UNICAST, Octets.of(attributes.encode()));
            paths.add(new MrtRecord.Path(peer, Instant.EPOCH, 0, octets));
        }
        return new MrtRecord.TableEntry(Instant.EPOCH, 0, prefix, false, paths);
    }

    private Path table() throws IOException {
        var file = folder.resolve("table.mrt");
        try (var out = Files.newOutputStream(file)) {
            var writer = new MrtWriter(out);
            var peers = Stream.of("10.0.0.1", "10.0.0.2")
                    .map(text -> new MrtRecord.Peer(RouterId.parse(text), InetAddress.ofLiteral(text), Asn.of(65_100)))
                    .toList();
            writer.write(new MrtRecord.PeerIndex(Instant.EPOCH, RouterId.parse("10.0.0.9"), "", peers));
            writer.write(entry(BOTH, 0, 1));
            writer.write(entry(FIRST_ONLY, 0));
            writer.write(entry(SECOND_ONLY, 1));
        }
        return file;
    }

    /** The speaker that is told. */
    private static Speaker speaker(boolean addPath, String password) {
        var session = SessionConfig.of(OURS, Asn.of(65_008), Asn.of(65_009), RouterId.parse("10.0.0.9"))
                .withPassive(true)
                .withMd5Password(password.isEmpty() ? null : password);
        if (addPath) {
            session = session.withOffer(session.offer().withAddPath(EnumSet.of(AddressFamily.IPV4_UNICAST), Set.of()));
        }
        var neighbor = NeighborConfig.of(session).withPolicies(Policy.ACCEPT_ALL, Policy.DENY_ALL);
        return Speaker.start(
                SpeakerConfig.of(Asn.of(65_009), RouterId.parse("10.0.0.9"))
                        .withListen(new InetSocketAddress(SPEAKERS, 0))
                        .withNeighbors(List.of(neighbor)),
                changes -> {},
                event -> {});
    }

    private static List<String> load(Path file, int port, String... more) {
        var words = new ArrayList<>(List.of("bgp", "mrt", "load", file.toString()));
        words.addAll(List.of("--to", "127.0.4.2:" + port, "--source", "127.0.4.1"));
        words.addAll(List.of("--local-as", "65008", "--peer-as", "65009"));
        words.addAll(List.of(more));
        return words;
    }

    private static int run(List<String> words) {
        return Main.run(words.toArray(String[]::new));
    }

    /** What the speaker holds once it has so many routes: prefixes with their AS paths and next hops. */
    private static Set<String> told(Speaker speaker, int routes) {
        Await.until("told", () -> speaker.summary().table().routes() == routes);
        var told = new TreeSet<String>();
        for (var prefix : List.of(BOTH, FIRST_ONLY, SECOND_ONLY)) {
            speaker.route(prefix)
                    .ifPresent(route -> route.paths().forEach(path -> {
                        var attributes = path.attributes();
                        told.add(prefix + " " + attributes.find(AsPath.class).orElseThrow() + " "
                                + attributes
                                        .find(PathAttribute.NextHop.class)
                                        .orElseThrow()
                                        .address()
                                        .getHostAddress());
                    }));
        }
        return told;
    }

    /** Loads beside the test, and ends by the speaker's end. */
    private Set<String> loaded(Speaker speaker, int routes, String... more) throws Exception {
        int port = speaker.listening().getFirst().getPort();
        var file = table();
        var code = CompletableFuture.supplyAsync(() -> run(load(file, port, more)));
        var told = told(speaker, routes);
        speaker.close();
        assertEquals(Exit.FALSE, code.get(), "the session ended, and the routes went with it");
        return told;
    }

    @Test
    void ofATableTheFirstPathsAreSent() throws Exception {
        var told = loaded(speaker(false, ""), 3, "--all-paths");
        assertEquals(
                Set.of(
                        BOTH + " 65008 65100 192.0.2.1",
                        FIRST_ONLY + " 65008 65100 192.0.2.1",
                        SECOND_ONLY + " 65008 65101 192.0.2.1"),
                told,
                "also with --all-paths, to a peer that takes one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.2", "1"})
    void ofOnePeerItsPathsAreSent(String peer) throws Exception {
        var told = loaded(speaker(false, ""), 2, "--from", peer, "--next-hop", "192.0.2.77", "--keep-path");
        assertEquals(Set.of(BOTH + " 65101 192.0.2.77", SECOND_ONLY + " 65101 192.0.2.77"), told);
    }

    @Test
    void allPathsAreSentToAPeerThatTakesSeveralAndTheKeyIsRight() throws Exception {
        var key = Files.writeString(folder.resolve("key"), "secret\n").toString();
        var told = loaded(speaker(true, "secret"), 3, "--all-paths", "--password-file", key);
        assertEquals(
                Set.of(
                        BOTH + " 65008 65100 192.0.2.1",
                        BOTH + " 65008 65101 192.0.2.1",
                        FIRST_ONLY + " 65008 65100 192.0.2.1",
                        SECOND_ONLY + " 65008 65101 192.0.2.1"),
                told);
    }

    @Test
    void withExitItEndsWhenAllIsSent() throws Exception {
        try (var speaker = speaker(false, "secret")) {
            int port = speaker.listening().getFirst().getPort();
            var more = new String[] {"--exit", "--password", "secret", "--router-id", "10.8.8.8"};
            assertEquals(Exit.FINE, run(load(table(), port, more)));
            assertEquals(Exit.FALSE, run(load(table(), port, "--timeout", "1", "--password", "wrong")));
            assertEquals(Exit.FALSE, run(load(table(), port, "--password", "secret", "--from", "10.0.0.3")));
        }
    }

    @Test
    void whatIsNoCommandGivesTwoAndAMissingFileThree() throws IOException {
        var file = table();
        assertEquals(Exit.USAGE, run(List.of("bgp", "mrt")));
        assertEquals(Exit.USAGE, run(List.of("bgp", "mrt", "load", file.toString())));
        assertEquals(Exit.USAGE, run(load(file, 179, "--to", "nowhere")));
        assertEquals(Exit.USAGE, run(load(file, 179, "--from", "nobody")));
        assertEquals(Exit.USAGE, run(load(file, 179, "--next-hop", "there")));
        assertEquals(Exit.USAGE, run(load(file, 179, "--password", "a", "--password-file", file.toString())));
        assertEquals(Exit.NO_SUCH, run(load(file, 179, "--password-file", "/no/such/file")));
        assertEquals(Exit.NO_SUCH, run(load(Path.of("/no/such/file"), 179)));
        assertEquals(Exit.NO_SUCH, run(List.of("bgp", "mrt", "dump", "/no/such/file")));
        assertEquals(Exit.USAGE, run(List.of("bgp", "mrt", "dump")));
        assertEquals(Exit.USAGE, run(List.of("bgp", "mrt", "dump", file.toString(), "--out", "other")));
    }

    @Test
    void theTableOfASpeakerIsWrittenAndPrinted() throws Exception {
        var control = folder.resolve("control");
        var out = folder.resolve("out.mrt");
        var dump = List.of("bgp", "mrt", "dump", "--control", control.toString(), "--out", out.toString());
        try (var speaker = speaker(false, "")) {
            speaker.announce(Prefix.parse("203.0.113.10/32"));
            var commands = new CommandTree();
            commands.on("bgp mrt", values -> TableDump.answer(speaker));
            try (var server = ControlServer.start(control, commands)) {
                assertEquals(Exit.FINE, run(dump));
            }
        }
        var lines = new ArrayList<String>();
        try (var content = RecordedFile.open(out)) {
            var text = new MrtText();
            var records = new MrtReader(content);
            for (var record = records.read(); record != null; record = records.read()) {
                lines.addAll(text.lines(record));
            }
        }
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.getFirst().contains("|203.0.113.10/32|"), lines.getFirst());
        assertEquals(Exit.FINE, run(List.of("bgp", "mrt", "dump", out.toString())));
        assertEquals(Exit.FINE, run(List.of("bgp", "mrt", "dump", "--json", out.toString())));

        Files.delete(out);
        assertEquals(Exit.FALSE, run(dump), "nobody answers any more");
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList(), "nor is half a file left");
        }
    }

    @Test
    void ctrlCTellsThePeerThatItWasOnPurpose() throws Exception {
        try (var lab = LabProgram.asSelf();
                var speaker = speaker(false, "")) {
            int port = speaker.listening().getFirst().getPort();
            var process = lab.start(load(table(), port).toArray(String[]::new));
            told(speaker, 3);
            new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor();
            assertEquals(130, process.waitFor());
            Await.until("the routes are gone", () -> speaker.summary().table().routes() == 0);
            var reset = String.valueOf(speaker.summary().peers().getFirst().lastReset());
            assertTrue(reset.contains("Administrative Shutdown"), reset);
        }
    }

    @Test
    void aDamagedFileIsPrintedAsFarAsItGoesAndGivesOne() throws IOException {
        var octets = Files.readAllBytes(table());
        var cut = Files.write(folder.resolve("cut.mrt"), Arrays.copyOf(octets, octets.length - 3));
        assertEquals(Exit.FALSE, run(List.of("bgp", "mrt", "dump", cut.toString())));
        assertEquals(Exit.FALSE, run(List.of("bgp", "mrt", "dump", "--json", cut.toString())));
    }
}
