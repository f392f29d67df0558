package ecmplab.lab.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.packet.MacAddress;
import ecmplab.port.FramePool;
import ecmplab.port.ImpairedPort;
import ecmplab.port.MemoryLink;
import ecmplab.port.TappedPort;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PortOrdersTest {
    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("eth0", MacAddress.parse("02:00:00:00:00:01"), pool),
            new MemoryLink.End("eth1", MacAddress.parse("02:00:00:00:00:02"), pool),
            1500,
            64);
    private final ImpairedPort eth0 = new ImpairedPort(new TappedPort(link.left()), () -> 0);
    private final ImpairedPort eth1 = new ImpairedPort(new TappedPort(link.right()), () -> 0);
    private final CommandTree commands = new CommandTree();

    @TempDir
    private Path folder;

    private Answer ask(String... words) throws Exception {
        if (commands.patterns().isEmpty()) {
            new PortOrders(List.of(eth0, eth1), EventLog.open(folder.resolve("events"), "node")).add(commands);
        }
        var answer = commands.answer(List.of(words));
        return answer instanceof Answer.Awaited awaited ? awaited.answer().call() : answer;
    }

    @Test
    void aDirectionIsImpairedWhileTheOtherKeepsWhatItHas() throws Exception {
        ask("impair", "eth0", "both", "loss 5%", "--seed", "7");
        var said = ask("impair", "eth0", "out", "delay 20ms", "--seed", "7");
        assertEquals("eth0: in loss 5%, out delay 20ms, seed 7; 0 dropped, 0 waiting, 0 duplicated\n", said.asText());
        assertEquals(said.asText(), ask("show", "impairments").asText());
        assertTrue(eth1.plan().isNone());
        ask("impair", "eth0", "both", "off");
        assertEquals("no port is impaired\n", ask("show", "impairments").asText());
    }

    @Test
    void whatIsWrongIsSaidAndChangesNothing() throws Exception {
        assertEquals(Answer.USAGE, ask("impair", "eth0", "both", "loss 500%").code());
        assertEquals(
                "no port 'eth7'; there are eth0, eth1\n",
                ask("impair", "eth7", "both", "off").asText());
        assertEquals(Answer.NO_SUCH, ask("capture", "eth0,eth7", "x").code());
        assertEquals(Answer.USAGE, ask("capture", "all", "x", "--snap", "9999").code());
        assertTrue(eth0.plan().isNone());
    }

    @Test
    void aCaptureEndsAfterItsTimeAndNeverOverwritesAFile() throws Exception {
        var file = folder.resolve("all.pcapng");
        var said = ask("capture", "all", file.toString(), "--millis", "1");
        assertEquals("0 frames in " + file + ", 0 missed\n", said.asText());
        assertTrue(Files.size(file) > 0);
        assertEquals(
                Answer.FALSE,
                ask("capture", "eth1", file.toString(), "--millis", "1").code());
    }
}
