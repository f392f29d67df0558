package ecmplab.bench.breakage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.router.ecmp.EcmpMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A part of the table that {@code scripts/bench breakage} prints. */
final class BreakageTest {
    private static final int FLOWS = 1000;
    /** Standard deviations of a count of that many independent flows. */
    private static final double SIGMAS = 5;

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void secondChanceBreaksNoFlowWhateverTheRouterDoes(Scenario scenario) {
        for (var mode : EcmpMode.values()) {
            assertEquals(0, Breakage.measured(mode, Balancer.SECOND_CHANCE, scenario, FLOWS, 7), mode.label());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MODULO, MODULO, MUX_DIES_AND_BACKEND_DRAINS",
        "MODULO, STATELESS, MUX_DIES_AND_BACKEND_DRAINS",
        "MODULO, FLOW_TABLE, MUX_DIES_AND_BACKEND_DRAINS",
        "HASH_THRESHOLD, FLOW_TABLE, MUX_RETURNS",
        "RESILIENT, FLOW_TABLE, TWO_TABLE_CHANGES",
        "RESILIENT, FLOW_TABLE, MUX_RETURNS",
        "RESILIENT, STATELESS, HALF_ROLLED_OUT",
        "HASH_THRESHOLD, MODULO, HALF_ROLLED_OUT"
    })
    void packetsBreakAsManyFlowsAsTheModelSays(EcmpMode mode, Balancer balancer, Scenario scenario) {
        double predicted = Breakage.predicted(mode, balancer, scenario, FLOWS, 7);
        int broken = Breakage.measured(mode, balancer, scenario, FLOWS, 7);
        double margin = SIGMAS * Math.sqrt(FLOWS * predicted * (1 - predicted));
        assertEquals(FLOWS * predicted, broken, margin, "flows broken of " + FLOWS);
    }

    @Test
    void theModelAgreesWithClosedForms() {
        // A tenth of the flows keeps its backend modulo 9; Maglev moves the drained backend's tenth and little more;
        // of four MUXes' flows a death moves 3/4, 1/3 (the second's region) and 1/4 by mode.
        assertDeathAndDrain(0.9, EcmpMode.RESILIENT, Balancer.MODULO);
        assertDeathAndDrain(0.1, EcmpMode.RESILIENT, Balancer.STATELESS);
        assertDeathAndDrain(0.75 * 0.1, EcmpMode.MODULO, Balancer.FLOW_TABLE);
        assertDeathAndDrain(0.1 / 3, EcmpMode.HASH_THRESHOLD, Balancer.FLOW_TABLE);
        assertDeathAndDrain(0.25 * 0.1, EcmpMode.RESILIENT, Balancer.FLOW_TABLE);
    }

    private static void assertDeathAndDrain(double expected, EcmpMode mode, Balancer balancer) {
        double predicted = Breakage.predicted(mode, balancer, Scenario.MUX_DIES_AND_BACKEND_DRAINS, 10_000, 1);
        assertTrue(
                Math.abs(predicted - expected) < 0.1 * expected,
                mode + " " + balancer + ": " + predicted + ", expected " + expected);
    }
}
