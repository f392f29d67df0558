package ecmplab.lab.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ecmplab.lab.control.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
    private record SessionDown(InetAddress peer, String why) {}

    @TempDir
    Path folder;

    @Test
    void anEventIsALineOfJsonWithTheRecordsComponents() throws IOException {
        var file = folder.resolve("edge.events.jsonl");
        try (var log = EventLog.open(file, "edge")) {
            log.add(new SessionDown(InetAddress.ofLiteral("10.0.1.1"), "connection closed"));
            log.add(Instant.EPOCH, "fault", Map.of("target", "mux1"));
        }
        var lines = Files.readAllLines(file);
        assertEquals(2, lines.size());
        var first = Json.MAPPER.readTree(lines.getFirst());
        assertEquals("session-down", first.get("event").asString());
        assertEquals("10.0.1.1", first.get("peer").asString());
        assertNotNull(Instant.parse(first.get("time").asString()));
        assertEquals(
                "{\"time\":\"1970-01-01T00:00:00Z\",\"node\":\"edge\",\"event\":\"fault\",\"target\":\"mux1\"}",
                lines.get(1));
    }
}
