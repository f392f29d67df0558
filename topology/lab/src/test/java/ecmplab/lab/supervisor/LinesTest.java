package ecmplab.lab.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabFile;
import ecmplab.lab.file.Line;
import ecmplab.lab.file.LineImpairment;
import ecmplab.port.Impairment;
import ecmplab.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which end of a line is told what. The nodes' control sockets are real, the nodes are not; nothing here needs nft. */
class LinesTest {
    private Path folder;
    private Lines lines;
    private StateDirectory directory;
    private final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void lab() throws Exception {
        folder = Files.createTempDirectory(Path.of("/tmp"), "lines");
        directory = new StateDirectory(folder);
        var file = Files.writeString(folder.resolve("l.lab.yml"), """
                name: l
                nodes: { c: { kind: client }, d: { kind: client }, e: { kind: router }, m: { kind: mux }, o: { kind: controller } }
                addressing: { client-links: 198.51.0.0/16 }
                links: ['c:a -- e:a', 'd:a -- e:b', 'e:m -- m:a', 'c:b -- d:b']
                """);
        Lab lab = ((LabFile.Good) LabFile.load(file.toString())).lab();
        lines = new Lines(lab, directory);
    }

    @AfterEach
    void clear() throws Exception {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private ControlServer node(String name) throws Exception {
        return ControlServer.start(
                directory.socket(name),
                new CommandTree().on("impair PORT in|out|both WORDS [--seed N]", values -> tell(name, values)));
    }

    private Answer tell(String node, Map<String, String> values) {
        told.add(node + ":" + values.get("PORT") + " " + values.get("in|out|both") + " " + values.get("WORDS") + " "
                + values.get("--seed"));
        return Answer.line("done");
    }

    private String impair(String line, String words) throws Exception {
        return lines.impair(lines.named(line), LineImpairment.parse(words), 7);
    }

    @Test
    void betweenTwoNodesWithPortsEachSendsAsToldAndReceivesAsEver() throws Exception {
        try (var e = node("e");
                var m = node("m")) {
            assertFalse(impair("m--e", "out delay 5ms").isEmpty(), "what the kernels send is not delayed");
            assertEquals(List.of("m:a in off 7", "m:a out delay 5ms 7", "e:m in off 0", "e:m out off 0"), told);
            assertTrue(lines.isIll(lines.named("e--m")));
            impair("e--m", "off");
            assertFalse(lines.isIll(lines.named("e--m")));
        }
    }

    @Test
    void besideAKernelThePortDoesBothDirections() throws Exception {
        try (var e = node("e")) {
            impair("c--e", "delay 5ms");
            assertEquals(List.of("e:a in delay 5ms 7", "e:a out delay 5ms 7"), told);
        }
    }

    @Test
    void kernelsOnBothEndsCannotDelay() {
        var refused = assertThrows(IllegalArgumentException.class, () -> impair("c--d", "delay 5ms"));
        assertTrue(refused.toString().contains("both ends are kernels'"), refused.toString());
        assertFalse(lines.isIll(lines.named("c--d")));
    }

    @Test
    void aNodeThatDoesNotAnswerIsToldWhenItDoes() throws Exception {
        impair("d:a", "in delay 5ms");
        assertEquals(List.of(), told);
        try (var e = node("e")) {
            Await.until("told", () -> told.contains("e:b out delay 5ms 7"));
        }
    }

    @Test
    void aKernelLosesAllOrPartOfWhatComesInByAnOwnTable() {
        var port = new Line.Port("c", "eth0");
        assertEquals("""
                add table netdev line-eth0
                delete table netdev line-eth0
                table netdev line-eth0 {
                  chain in {
                    type filter hook ingress device "eth0" priority -500; policy accept;
                    counter drop
                  }
                }
                """, KernelLoss.ruleset(port, Impairment.PARTITION));
        assertTrue(KernelLoss.ruleset(port, Impairment.parse("loss 0.5%"))
                .contains("    numgen random mod 1000000 < 5000 counter drop\n"));
        assertEquals(
                "add table netdev line-eth0\ndelete table netdev line-eth0\n",
                KernelLoss.ruleset(port, Impairment.parse("delay 5ms")));
    }
}
