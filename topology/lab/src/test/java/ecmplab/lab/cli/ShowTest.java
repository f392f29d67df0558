package ecmplab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is asked, and how answers are put together; the nodes are control sockets of the test's own. */
class ShowTest {
    private final List<ControlServer> nodes = new ArrayList<>();
    private LabProgram program;
    private Path lab;

    @BeforeEach
    void pretendThatALabRuns() throws IOException {
        program = LabProgram.asSelf();
        lab = Files.createDirectories(program.state().resolve("pretended"));
        Files.writeString(lab.resolve("owner"), owner(ProcessHandle.current().pid()));
        Files.writeString(lab.resolve("nodes"), "client client\nedge router\nmux1 mux\nmux2 mux\nhost1 host\nvm1 vm\n");
        for (var name : List.of("edge", "mux1", "host1")) {
            nodes.add(ControlServer.start(
                    lab.resolve(name + ".sock"),
                    new CommandTree()
                            .on("show vip [VIP]", values -> answer(name, "vip"))
                            .on("show bgp summary", values -> answer(name, "bgp summary"))
                            .on("show nat", values -> answer(name, "nat"))));
        }
    }

    private static Answer answer(String node, String what) {
        return Answer.of(Map.of("said", what), () -> what + " of " + node + "\n");
    }

    /** As a state directory keeps it, so that the lab counts as running and nothing else is touched. */
    private static String owner(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return pid + " " + stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
    }

    @AfterEach
    void end() throws IOException {
        nodes.forEach(ControlServer::close);
        Files.writeString(lab.resolve("owner"), "1 0");
        program.close();
    }

    @Test
    void whatOnlyTheEdgeRouterKnowsIsAskedThereAndPrintedAsItIs() throws Exception {
        assertEquals(
                "bgp summary of edge\n", program.run("show", "bgp", "summary").out());
        assertEquals("bgp summary of edge\n", program.run("sh", "bg", "su").out());
        assertEquals(
                "{\n  \"said\" : \"bgp summary\"\n}\n",
                program.run("show", "bgp", "summary", "--json").out());
    }

    @Test
    void everyMuxIsAskedForItsVipsAndOneThatIsDownIsSaidToBe() throws Exception {
        var text = program.run("show", "vip");
        assertEquals("mux1\n  vip of mux1\n", text.out());
        assertEquals(Exit.FALSE, text.code());
        assertTrue(text.err().contains("mux2 does not answer"), text.err());
        assertEquals(
                "{\n\"mux1\": {\n  \"said\" : \"vip\"\n}\n}\n",
                program.run("show", "vip", "--json").out());
    }

    @Test
    void aNamedNodeIsAskedWhateverItsKind() throws Exception {
        assertEquals("nat of mux1\n", program.run("show", "nat", "-n", "mux1").out());
        assertEquals(Exit.NO_SUCH, program.run("show", "nat", "-n", "mux9").code());
        var unknown = program.run("show", "nothing", "-n", "host1");
        assertEquals(Exit.USAGE, unknown.code());
        assertEquals("", unknown.out());
        assertTrue(unknown.err().contains("unknown word 'nothing'"), unknown.err());
    }

    @Test
    void aWrongQuestionIsUsageAndSaysWhatCouldBeAsked() throws Exception {
        assertEquals(Exit.USAGE, program.run("show").code());
        assertEquals(Exit.USAGE, program.run("show", "--what").code());
        var vague = program.run("show", "v");
        assertEquals("'v' is ambiguous: vip, vxlan\n", vague.err());
        assertEquals(Exit.NO_SUCH, program.run("show", "slb").code());
        assertEquals(Exit.NO_SUCH, program.run("show", "vip", "-l", "other").code());
    }

    @Test
    void aControlSocketOutsideAnyLabCanBeAsked() throws Exception {
        var socket = lab.resolve("edge.sock").toString();
        assertEquals(
                "bgp summary of edge\n",
                program.run("show", "bgp", "summary", "--control", socket).out());
    }

    @Test
    void severalLabsMustBeToldApart() throws Exception {
        var other = Files.createDirectories(program.state().resolve("other"));
        Files.writeString(other.resolve("owner"), owner(ProcessHandle.current().pid()));
        var vague = program.run("show", "bgp", "summary");
        assertEquals(Exit.USAGE, vague.code());
        assertTrue(vague.err().contains("several labs run (other, pretended)"), vague.err());
        assertEquals(
                "bgp summary of edge\n",
                program.run("show", "bgp", "summary", "-l", "pretended").out());
        Files.writeString(other.resolve("owner"), "1 0");
    }

    @Test
    void theLastWordJsonIsUnderstoodAsInVtysh() throws Exception {
        assertEquals(
                "{\n  \"said\" : \"bgp summary\"\n}\n",
                program.run("show", "bgp", "summary", "json").out());
    }

    @Test
    void watchingAsksAgainAndPrintsWhatChanged() throws Exception {
        var watched = program.run("watch", "vip", "-n", "mux1", "--watch", "1ms", "--times", "3");
        assertEquals(0, watched.code(), watched.err());
        assertTrue(watched.out().matches("[0-9:]+  every 1 ms  show vip\nvip of mux1\n"), watched.out());
    }
}
