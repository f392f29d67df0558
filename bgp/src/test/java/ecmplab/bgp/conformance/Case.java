package ecmplab.bgp.conformance;

import java.util.List;

/**
 * One thing that a peer may do, and what an RFC says must follow.
 *
 * @param rfc number and section
 * @param expected outcomes that the RFC allows, see {@link CaseTable}; one of them, or several parted by {@code or}
 */
record Case(Profile profile, String rfc, String what, Script script, String expected) {
    /** Does it, and says what came of it. */
    @FunctionalInterface
    interface Script {
        String run(CaseRun run) throws Exception;
    }

    String title() {
        return "RFC " + rfc + ", " + profile + ": " + what;
    }

    boolean allows(String outcome) {
        return List.of(expected.split(" or ")).stream().anyMatch(one -> one.equals(outcome) || covers(one, outcome));
    }

    /** A route that is taken may come with or without the attribute at hand, unless the case says more. */
    private static boolean covers(String expectation, String outcome) {
        return switch (expectation) {
            case "accept" -> List.of("carry", "carry partial", "discard").contains(outcome);
            case "carry" -> outcome.equals("carry partial");
            default -> false;
        };
    }

    /** What of a NOTIFICATION's data, in hex, belongs to the outcome: something only where data matters. */
    String data(String hex) {
        int at = expected.indexOf("data ");
        if (at < 0) {
            return "";
        }
        // Other data may be other each time: BIRD 2.0.12 answers a wrong version with octets of its memory.
        return expected.substring(at + 5).equals(hex) ? " data " + hex : " other data";
    }
}
