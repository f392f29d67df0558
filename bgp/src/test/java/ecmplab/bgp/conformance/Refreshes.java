package ecmplab.bgp.conformance;

/** What a ROUTE-REFRESH leads to (RFC 2918, RFC 7313). */
final class Refreshes {
    private Refreshes() {}

    static String judge(CaseRun run, String messages) throws InterruptedException {
        long before = run.beaconsSeen();
        run.send(messages);
        if (!run.settle()) {
            return run.ending();
        }
        // Two, because the first may share a flush with the answer and be ahead of it.
        run.sentinel();
        run.sentinel();
        if (run.beaconsSeen() == before) {
            return "ignored";
        }
        if (run.subtypes().contains("1")) {
            run.scene.await(() -> run.subtypes().contains("2"));
        }
        return run.subtypes().equals("12")
                ? "demarcated"
                : "resent" + (run.subtypes().isEmpty() ? "" : " " + run.subtypes());
    }
}
