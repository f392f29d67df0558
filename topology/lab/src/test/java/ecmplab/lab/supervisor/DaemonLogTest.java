package ecmplab.lab.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lines as FRRouting 8.4.4 and BIRD 2.0.12 wrote them. */
class DaemonLogTest {
    @Test
    void bfddTellsAPathThatFailed() {
        assertTold(
                "2026/11/23 06:16:16.250 BFD: [SEY1D-NT8EQ] state-change: [mhop:no peer:10.0.1.3 local:10.0.1.2 vrf:default ifname:eth2]"
                        + " up -> down reason:control-expired",
                "bfd-failed",
                Map.of("peer", "10.0.1.3", "what", "down reason:control-expired"));
        assertNothing("2026/11/23 06:16:19.250 BFD: [J1C6V-VMRW5] state-change: [mhop:no peer:10.0.1.3 local:10.0.1.2"
                + " vrf:default ifname:eth2] init -> up");
    }

    @Test
    void bgpdTellsSessionsThatCameAndWent() {
        assertTold(
                "2026/11/23 06:16:16.250 BGP: [M7Q4P-46WDR] %ADJCHANGE: neighbor 10.0.1.3(mux2) in vrf default Down BFD down received",
                "session-down", Map.of("peer", "10.0.1.3", "why", "BFD down received"));
        assertTold(
                "2026/11/23 06:16:19.250 BGP: [M59KS-A3ZXZ] %ADJCHANGE: neighbor 2001:db8::3(mux2) in vrf default Up",
                "session-up", Map.of("peer", "2001:db8::3"));
    }

    @Test
    void birdTellsPathsAndSessions() {
        assertTold(
                "2026-11-23 06:17:01.278 <TRACE> bfd1: Session to 10.0.1.5 changed state from Up to Down",
                "bfd-failed",
                Map.of("peer", "10.0.1.5", "what", "Down"));
        assertNothing("2026-11-23 06:17:01.278 <TRACE> bfd1: Session to 10.0.1.5 changed state from Init to Up");
        assertTold(
                "2026-11-23 06:17:00.541 <TRACE> mux3: BGP session established", "session-up", Map.of("peer", "mux3"));
        assertTold(
                "2026-11-23 06:16:57.409 <TRACE> mux3: BGP session closed",
                "session-down",
                Map.of("peer", "mux3", "why", "closed"));
    }

    @Test
    void timesAreThoseOfTheDaemon() {
        var line = "2026-11-23 06:17:00.541 <TRACE> mux3: BGP session established";
        var told = DaemonLog.read(line, ZoneId.of("Europe/Berlin")).orElseThrow();
        assertEquals(Instant.parse("2026-11-23T05:17:00.541Z"), told.time());
    }

    private static void assertTold(String line, String event, Map<String, String> details) {
        var told = DaemonLog.read(line, ZoneOffset.UTC).orElseThrow();
        assertEquals(event, told.event());
        assertEquals(details, told.details());
    }

    private static void assertNothing(String line) {
        assertEquals(Optional.empty(), DaemonLog.read(line, ZoneOffset.UTC));
    }
}
