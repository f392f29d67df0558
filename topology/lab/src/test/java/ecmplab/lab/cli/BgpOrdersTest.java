package ecmplab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A speaker process with a neighbour of the test's own, and everything an operator may tell it. */
class BgpOrdersTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.3.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("127.0.3.11");
    private static final Prefix VIP = Prefix.parse("203.0.113.10/32");
    private static final Prefix NET = Prefix.parse("198.51.100.0/24");

    private final List<SpeakerEvent> events = new CopyOnWriteArrayList<>();

    private static String config(int port, String export, String announce) {
        return """
                as: 65010
                router-id: 10.0.3.1
                listen: 127.0.3.1
                port: %d
                policies:
                  marked:
                    - { name: mark, set: { add-community: 65010:99 }, then: accept }
                  marked-in:
                    - { name: mark, set: { add-community: 65010:1 }, then: accept }
                neighbors:
                  127.0.3.11: { as: 65011, passive: true, next-hop: 192.0.2.1, import: marked-in%s }
                announce: [%s]
                """.formatted(port, export, announce);
    }

    @Test
    void whatAnOperatorOrdersHappens() throws Exception {
        int port = freePort();
        try (var lab = LabProgram.asSelf()) {
            var file = lab.file("speaker.yml", config(port, "", "203.0.113.10/32"));
            var control = lab.folder().resolve("speaker.sock");
            var process = lab.start("bgp", "speaker", "--config", file.toString(), "--control", control.toString());
            try (var neighbor = neighbor(port)) {
                Await.until("it answers", () -> Files.exists(control));
                Await.until("session up", () -> state(neighbor) == State.ESTABLISHED);
                missingPolicies(lab, control, neighbor);
                reloads(lab, control, file, port, process, neighbor);
                routes(lab, control, neighbor);
                policyOfARealRoute(lab, control, neighbor);
                sessions(lab, control, neighbor);
            } finally {
                process.destroy();
                process.waitFor();
            }
        }
    }

    private static void missingPolicies(LabProgram lab, Path control, Speaker neighbor) throws Exception {
        assertTrue(neighbor.route(VIP).isEmpty(), "RFC 8212: another AS is told nothing without an export policy");
        var said = lab.fine(
                "bgp",
                "policy",
                "test",
                "--control",
                control.toString(),
                "--neighbor",
                "127.0.3.11",
                "--direction",
                "out",
                VIP.toString());
        assertTrue(said.out().contains("(RFC 8212)"), said.out());
    }

    private void reloads(LabProgram lab, Path control, Path file, int port, Process process, Speaker neighbor)
            throws Exception {
        Files.writeString(file, config(port, ", export: markde", "203.0.113.10/32"));
        var refused = lab.run("bgp", "reload", "--control", control.toString());
        assertEquals(Exit.FALSE, refused.code());
        assertTrue(refused.out().contains("no policy 'markde': did you mean 'marked'?"), refused.out());
        assertTrue(refused.out().contains("nothing was changed"), refused.out());

        Files.writeString(file, config(port, ", export: marked", "203.0.113.10/32"));
        var plan = lab.fine("bgp", "reload", "--dry-run", "--control", control.toString());
        assertEquals("""
                127.0.3.11: session stays up; export to change at once
                0 sessions to be reset, 1 adapted without
                """, plan.out());
        assertTrue(neighbor.route(VIP).isEmpty());
        lab.fine("bgp", "reload", "--control", control.toString());
        Await.until(
                "the policy lets the route out, marked",
                () -> communities(neighbor, VIP).equals(List.of(65010 << 16 | 99)));

        recording(lab, control, file);
        Files.writeString(file, config(port, ", export: accept-all", "203.0.113.10/32, 198.51.100.0/24"));
        new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
        Await.until("SIGHUP does the same", () -> neighbor.route(NET).isPresent());
        assertEquals(1, established(), "no session was reset");
        speakerSettings(lab, control, file);
    }

    /** What is of the speaker as a whole: nothing of a file that cannot be had, and of another no more resets than it takes. */
    private void speakerSettings(LabProgram lab, Path control, Path file) throws Exception {
        var before = Files.readString(file);
        try (var taken = new ServerSocket(0, 1, HERE)) {
            for (var impossible : List.of(
                    before.replace(
                            "announce: [",
                            "metrics: 127.0.3.1:" + taken.getLocalPort() + "\nannounce: [192.0.2.0/24, "),
                    before.replaceFirst("port: \\d+", "port: " + taken.getLocalPort()))) {
                Files.writeString(file, impossible);
                var refused = lab.run("bgp", "reload", "--control", control.toString());
                assertEquals(Exit.FALSE, refused.code(), refused.out());
                assertTrue(refused.out().contains("already in use"), refused.out());
                assertTrue(refused.out().endsWith("nothing was changed\n"), refused.out());
            }
        }
        Files.writeString(file, before);
        assertEquals(
                "nothing differs\n",
                lab.fine("bgp", "reload", "--control", control.toString()).out());

        Files.writeString(file, before.replace("listen: 127.0.3.1", "multipath: 2\nlisten: [127.0.3.1, 127.0.3.2]"));
        assertEquals(
                """
                speaker: listen, multipath changed at once
                0 sessions reset, 0 adapted without
                """, lab.fine("bgp", "reload", "--control", control.toString()).out());
        assertEquals(1, established());
        Files.writeString(file, before.replace("router-id: 10.0.3.1", "router-id: 10.0.3.9\ncluster-id: 10.0.3.1"));
        assertEquals(
                """
                speaker: router-id to change, which resets all sessions; listen, multipath to change at once
                127.0.3.11: session to be reset because of router-id
                1 session to be reset, 0 adapted without
                """,
                lab.fine("bgp", "reload", "--dry-run", "--control", control.toString())
                        .out());
        assertEquals(
                """
                speaker: router-id changed, which reset all sessions; listen, multipath changed at once
                127.0.3.11: session was reset because of router-id
                1 session reset, 0 adapted without
                """, lab.fine("bgp", "reload", "--control", control.toString()).out());
        Await.until("reset, and up again", () -> established() == 2);
    }

    /** What is around the speaker changes without a session noticing, and is said too. */
    private static void recording(LabProgram lab, Path control, Path file) throws Exception {
        var before = Files.readString(file);
        Files.writeString(
                file,
                before + "mrt: " + lab.folder().resolve("recorded") + "\nmetrics: 127.0.3.1:" + freePort() + "\n");
        var plan = lab.fine("bgp", "reload", "--dry-run", "--control", control.toString());
        assertEquals("""
                speaker: mrt, metrics to change at once
                0 sessions to be reset, 0 adapted without
                """, plan.out());
        var done = lab.fine("bgp", "reload", "--json", "--control", control.toString());
        assertEquals("mrt", done.json().at("/speaker/atOnce/0").asString());
        Await.until(
                "a recording has begun",
                () -> lab.fine("show", "mrt", "--control", control.toString())
                        .out()
                        .contains("recorded"));
        assertEquals(
                "nothing differs\n",
                lab.fine("bgp", "reload", "--control", control.toString()).out());
        Files.writeString(file, before);
        lab.fine("bgp", "reload", "--control", control.toString());
        var ended = lab.fine("show", "mrt", "--control", control.toString());
        assertEquals("no MRT recording\n", ended.out());
    }

    private static void routes(LabProgram lab, Path control, Speaker neighbor) throws Exception {
        lab.fine(
                "bgp",
                "announce",
                "192.0.2.0/24",
                "--med",
                "5",
                "--community",
                "65010:7",
                "--community",
                "65010:8",
                "--control",
                control.toString());
        var prefix = Prefix.parse("192.0.2.0/24");
        Await.until("announced", () -> communities(neighbor, prefix).equals(List.of(65010 << 16 | 7, 65010 << 16 | 8)));
        assertEquals(
                5,
                attributes(neighbor, prefix)
                        .orElseThrow()
                        .find(MultiExitDisc.class)
                        .orElseThrow()
                        .value());
        lab.fine("bgp", "withdraw", "192.0.2.0/24", "--control", control.toString());
        Await.until("withdrawn", () -> neighbor.route(prefix).isEmpty());
        assertEquals(
                Exit.NO_SUCH,
                lab.run("bgp", "withdraw", "192.0.2.0/24", "--control", control.toString())
                        .code());
        var wrong = lab.run("bgp", "announce", "192.0.2.0/33", "--control", control.toString());
        assertEquals(Exit.USAGE, wrong.code());
        lab.fine("bgp", "drain", "--control", control.toString());
        Await.until("drained", () -> communities(neighbor, VIP).contains(0xFFFF_0000));
        lab.fine("bgp", "drain", "--restore", "--control", control.toString());
        Await.until("back", () -> communities(neighbor, VIP).isEmpty());
    }

    /** The route is that of the table, as the neighbour announced it, when only its prefix is given. */
    private static void policyOfARealRoute(LabProgram lab, Path control, Speaker neighbor) throws Exception {
        neighbor.announce(Prefix.parse("192.0.2.0/24"), 65011 << 16 | 5);
        lab.fine("wait", "route", "192.0.2.0/24", "--control", control.toString());
        var said = lab.fine(
                "bgp",
                "policy",
                "test",
                "--json",
                "--control",
                control.toString(),
                "--neighbor",
                "127.0.3.11",
                "--direction",
                "in",
                "192.0.2.0/24");
        assertEquals("marked-in", said.json().get("policy").asString());
        assertEquals("65011:5", said.json().at("/changes/COMMUNITIES/before").asString());
        assertEquals(
                "65010:1 65011:5", said.json().at("/changes/COMMUNITIES/after").asString());
    }

    private void sessions(LabProgram lab, Path control, Speaker neighbor) throws Exception {
        var soft = lab.fine("clear", "bgp", "*", "soft", "--control", control.toString());
        assertEquals("127.0.3.11 is asked for its routes, is told all routes again\n", soft.out());
        lab.fine("bgp", "neighbor", "127.0.3.11", "shutdown", "back", "at", "noon", "--control", control.toString());
        Await.until(
                "down, with the text",
                () -> state(neighbor) != State.ESTABLISHED
                        && String.valueOf(neighbor.summary().peers().getFirst().lastReset())
                                .contains("back at noon"));
        lab.fine("bgp", "neighbor", "all", "no-shutdown", "--control", control.toString());
        Await.until("up again", () -> state(neighbor) == State.ESTABLISHED);
        lab.fine("clear", "bgp", "127.0.3.11", "--control", control.toString());
        Await.until("reset, and up again", () -> established() == 4 && state(neighbor) == State.ESTABLISHED);
        assertEquals(
                Exit.NO_SUCH,
                lab.run("clear", "bgp", "10.9.9.9", "--control", control.toString())
                        .code());
    }

    private long established() {
        return events.stream()
                .filter(SpeakerEvent.Established.class::isInstance)
                .count();
    }

    private Speaker neighbor(int port) {
        var id = RouterId.parse("10.0.3.11");
        var session = SessionConfig.of(HERE, Asn.of(65010), Asn.of(65011), id)
                .withPort(port)
                .withLocalAddress(THERE)
                .withConnectRetry(Duration.ofMillis(200));
        return Speaker.start(
                SpeakerConfig.of(Asn.of(65011), id)
                        .withNeighbors(
                                List.of(NeighborConfig.of(session).withNextHop(InetAddress.ofLiteral("192.0.2.11")))),
                changes -> {},
                events::add);
    }

    private static State state(Speaker speaker) {
        return speaker.summary().peers().getFirst().state();
    }

    private static Optional<PathAttributes> attributes(Speaker speaker, Prefix prefix) {
        return speaker.route(prefix).map(route -> route.paths().getFirst().attributes());
    }

    private static List<Integer> communities(Speaker speaker, Prefix prefix) {
        return attributes(speaker, prefix)
                .flatMap(route -> route.find(Communities.class))
                .map(Communities::values)
                .orElse(List.of());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, HERE)) {
            return socket.getLocalPort();
        }
    }
}
