package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.cli.LabProgram;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The reference lab with our router's routes in the kernel. */
@Needs({Need.ROOT, Need.IPROUTE})
class KernelForwardingLabTest {
    @Test
    void theDeathOfAMuxBreaksNoFlowAndARouteTakenOutIsToldAndPutBack() throws Exception {
        try (var tool = LabProgram.asSelf()) {
            var text = reference()
                    .replace("name: reference", "name: kernel")
                    .replace("kind: router", "kind: router, forwarding: kernel");
            tool.fine("deploy", tool.file("kernel.lab.yml", text).toString());
            var ledger = tool.fine("drill", "run", "mux-death", "--flows", "100", "--json")
                    .json();
            assertEquals(100, ledger.get("totals").get("kept").asInt(), ledger.toString());
            var shown = tool.fine("exec", "edge", "--", "ip", "route", "show", "proto", "236")
                    .out();
            assertTrue(shown.contains("nhid"), shown);
            var route = tool.fine("show", "ip", "route", "203.0.113.10/32").out();
            assertTrue(route.contains("Forwarding: kernel"), route);
            tool.fine("exec", "edge", "--", "ip", "route", "del", "203.0.113.10/32");
            Await.until("told", () -> {
                var events = tool.fine("exec", "edge", "--", "ip", "route", "show", "proto", "236")
                        .out();
                return events.contains("203.0.113.10");
            });
            assertTrue(tool.fine("show", "divergence", "-n", "edge").out().isEmpty()
                    || !tool.fine("show", "divergence", "-n", "edge").out().contains("203.0.113.10"));
        }
    }

    private static String reference() throws Exception {
        try (var sample = KernelForwardingLabTest.class.getResourceAsStream("/labs/reference.lab.yml")) {
            return new String(sample.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
