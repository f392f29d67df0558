package ecmplab.lab.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {
    @TempDir
    Path folder;

    private final CommandTree commands = new CommandTree()
            .on("show vip [VIP]", values -> Answer.of(Map.of("vip", values.getOrDefault("VIP", "all")), () -> "text\n"))
            .on("bug", values -> {
                throw new IllegalStateException("seen by a person");
            });

    @Test
    void answersInTextOrAsJson() throws IOException {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            assertEquals(
                    "text\n", ControlClient.ask(socket, List.of("show", "vip")).text());
            var json = ControlClient.ask(socket, List.of("show", "vip", "203.0.113.10", "--json"));
            assertEquals(0, json.code());
            assertEquals("{\n  \"vip\" : \"203.0.113.10\"\n}\n", json.text());
        }
        assertFalse(Files.exists(socket));
        assertThrows(IOException.class, () -> ControlClient.ask(socket, List.of("show", "vip")));
    }

    @Test
    void theExitCodeOfAWrongCommandTravels() throws IOException {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            assertEquals(Answer.USAGE, ControlClient.ask(socket, List.of("shw")).code());
            var bug = ControlClient.ask(socket, List.of("bug"));
            assertEquals(Answer.FALSE, bug.code());
            assertEquals("internal error: java.lang.IllegalStateException: seen by a person\n", bug.text());
        }
    }
}
