package ecmplab.hostagent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ProbeStatusTest {
    private static final ProbeSpec SPEC = spec("/health", 3);

    private Instant now = Instant.EPOCH;
    private ProbeStatus status = ProbeStatus.start(SPEC, now);

    private static ProbeSpec spec(String path, int threshold) {
        return new ProbeSpec(
                "p1",
                "vm1",
                InetAddress.getLoopbackAddress(),
                ProbeSpec.Protocol.HTTP,
                80,
                path,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                threshold);
    }

    private void attempt(boolean up) {
        now = now.plusSeconds(5);
        status = status.after(new ProbeResult(now, up, up ? "200 OK" : "503", Duration.ofMillis(1)));
    }

    @Test
    void theFirstResultCountsAtOnce() {
        assertEquals(Health.UNKNOWN, status.health());
        attempt(false);
        assertEquals(Health.DOWN, status.health());
        assertEquals(now, status.since());
    }

    @Test
    void aKnownStateChangesAfterAsManyContraryResultsAsTheThreshold() {
        attempt(true);
        var upSince = now;
        attempt(false);
        attempt(false);
        assertEquals(Health.UP, status.health());
        assertEquals(2, status.contrary());
        assertEquals(upSince, status.since());
        attempt(false);
        assertEquals(Health.DOWN, status.health());
        assertEquals(now, status.since());
        assertEquals(0, status.contrary());
    }

    @Test
    void oneResultThatAgreesStartsTheCountAnew() {
        attempt(true);
        attempt(false);
        attempt(false);
        attempt(true);
        attempt(false);
        attempt(false);
        assertEquals(Health.UP, status.health());
        assertEquals(6, status.attempts());
        assertEquals(4, status.failures());
    }

    @Test
    void aDefinitionOutOfRangeIsRefusedByName() {
        assertThrows(IllegalArgumentException.class, () -> spec("no-slash", 1));
        assertThrows(IllegalArgumentException.class, () -> spec("/a b", 1));
        assertThrows(IllegalArgumentException.class, () -> spec("/a\r\nX: y", 1));
        assertThrows(IllegalArgumentException.class, () -> spec("/", 0));
    }
}
