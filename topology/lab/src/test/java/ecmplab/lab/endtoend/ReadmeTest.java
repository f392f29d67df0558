package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.cli.LabProgram;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every command of the README works, in the order in which it stands there. */
class ReadmeTest {
    private static final Path README = Path.of("../../README.md");

    @Test
    @Needs({Need.ROOT, Need.IPROUTE, Need.NFT, Need.CURL, Need.OVSDB_CLIENT})
    void itsCommandsWorkOneAfterAnother() throws Exception {
        try (var lab = LabProgram.asSelf()) {
            Files.copy(
                    Path.of("src/main/resources/labs/hello.lab.yml"),
                    lab.folder().resolve("my.lab.yml"));
            var commands = commands();
            assertTrue(commands.size() > 25, commands.toString());
            for (var command : commands) {
                run(lab, command);
            }
            assertEquals(List.of(), lab.processes());
        }
    }

    private static void run(LabProgram lab, String command) throws Exception {
        var words = command.split(" +");
        switch (words[0]) {
            case "demo",
                    "bgp",
                    "clear" -> {} // the drill below is what the demo runs; the speaker has a test of its own
            case "show" -> {
                if (!command.contains("--control")) {
                    lab.fine(words);
                }
            }
            case "watch" -> lab.fine((command + " --watch 10ms --times 2").split(" +"));
            case "logs" -> follow(lab, words);
            default -> lab.fine(words);
        }
        if (command.startsWith("ask mux1 resume")) {
            var socket = "unix:" + lab.state().resolve("reference/controller.ovsdb");
            assertEquals(
                    0,
                    new ProcessBuilder("ovsdb-client", "dump", socket, "slb")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor());
            lab.fine("down");
        }
    }

    /** A command that goes on until Ctrl-C: it says something, and ends when told. */
    private static void follow(LabProgram lab, String[] words) throws IOException, InterruptedException {
        var process = lab.start(words);
        process.destroy();
        process.waitFor();
        assertEquals(0, lab.run("logs", words[1]).code());
    }

    @Test
    void itsSpeakerRunsAndAnswers() throws Exception {
        var yaml = Pattern.compile("```yaml\n(# speaker.yml\n.*?)```", Pattern.DOTALL)
                .matcher(readme());
        assertTrue(yaml.find());
        try (var lab = LabProgram.asSelf()) {
            var config = lab.file("speaker.yml", yaml.group(1));
            var control = lab.folder().resolve("speaker.sock");
            var speaker = lab.start("bgp", "speaker", "--config", config.toString(), "--control", control.toString());
            try {
                Await.until("it answers", () -> Files.exists(control));
                var summary = lab.fine("show", "bgp", "summary", "--control", control.toString());
                assertTrue(summary.out().contains("local AS number 65010"), summary.out());
                var routes = lab.fine("show", "bgp", "ipv4", "--control", control.toString());
                assertTrue(routes.out().contains("203.0.113.10/32"), routes.out());
                for (var command : commands()) {
                    if (command.contains("speaker.") && !command.matches("(show|bgp (speaker|monitor)) .*")) {
                        lab.fine(command.replace("/tmp/speaker.sock", control.toString())
                                .replace("speaker.yml", config.toString())
                                .split(" +"));
                    }
                }
                examples(lab, control.toString());
            } finally {
                speaker.destroy();
            }
            assertEquals(143, speaker.waitFor());
            assertFalse(Files.exists(control));
        }
    }

    /** Commands after a {@code $}, with what they print: the same but for times. */
    private static void examples(LabProgram lab, String control) throws Exception {
        var examples = Pattern.compile("(?m)^\\$ scripts/lab (.*)\\n((?:(?!\\$|```).*\\n)*)")
                .matcher(readme());
        int count = 0;
        try (var peer = peer()) {
            int port = peer.listening().getFirst().getPort();
            while (examples.find()) {
                var command = examples.group(1)
                        .replace("/tmp/speaker.sock", control)
                        .replace("--to 10.0.0.2", "--to 127.0.5.2:" + port + " --source 127.0.5.1");
                var said = lab.run(words(command));
                assertEquals(
                        timeless(examples.group(2)), timeless(said.out().replace("127.0.5.2", "10.0.0.2")), said.err());
                count++;
            }
            assertEquals(5, count);
        }
    }

    /** As a shell divides them, which may have single quotes. */
    private static String[] words(String command) {
        return Pattern.compile("'([^']*)'|(\\S+)")
                .matcher(command)
                .results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toArray(String[]::new);
    }

    private static String timeless(String text) {
        return text.replaceAll("\\|\\d{10}\\|", "|T|").replaceAll("in [\\d.]+ s", "in T s");
    }

    /** Whom the README's table is replayed to. */
    private static Speaker peer() {
        var id = RouterId.parse("10.0.0.2");
        var session = SessionConfig.of(InetAddress.ofLiteral("127.0.5.1"), Asn.of(65000), Asn.of(65010), id)
                .withPassive(true);
        return Speaker.start(
                SpeakerConfig.of(Asn.of(65010), id)
                        .withListen(new InetSocketAddress(InetAddress.ofLiteral("127.0.5.2"), 0))
                        .withNeighbors(
                                List.of(NeighborConfig.of(session).withPolicies(Policy.ACCEPT_ALL, Policy.DENY_ALL))),
                changes -> {},
                event -> {});
    }

    /** What follows {@code scripts/lab} in the README's blocks, without comments. */
    private static List<String> commands() throws IOException {
        return readme().lines()
                .filter(line -> line.startsWith("scripts/lab "))
                .map(line -> line.substring("scripts/lab ".length())
                        .replaceAll(" +#.*", "")
                        .strip())
                .toList();
    }

    private static String readme() throws IOException {
        return Files.readString(README);
    }
}
