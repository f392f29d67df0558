package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.cli.LabProgram;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import org.junit.jupiter.api.Test;

/** More packets to one VIP than the lab can forward. */
@Needs({Need.ROOT, Need.IPROUTE, Need.AF_XDP})
class FloodLabTest {
    @Test
    void aFloodOfOneVipCostsNoSessionAndNoFlowOfAnother() throws Exception {
        try (var tool = LabProgram.asSelf()) {
            tool.fine("deploy", "flood");
            var ledger = tool.fine("drill", "run", "short-flood", "--json").json();
            var totals = ledger.get("totals");
            assertEquals(50, totals.get("kept").asInt(), totals.toString());
            assertEquals(0, totals.get("sessionsLost").asInt(), totals.toString());
            assertEquals(0, totals.get("pathsFailed").asInt(), totals.toString());
            var flood = ledger.get("floods").get(0);
            long forwarded = 0;
            for (var share : flood.get("shares")) {
                if (share.get("vip").asString().equals("203.0.113.20")) {
                    forwarded += share.get("forwarded").asLong();
                } else {
                    assertEquals(0, share.get("shed").asLong(), "of the VIP that is not flooded: " + share);
                }
            }
            assertTrue(forwarded > 0, flood.toString());
        }
    }
}
