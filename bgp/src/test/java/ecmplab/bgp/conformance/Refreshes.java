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
        // Nothing says that nothing will come; what comes, comes within the time of a flush.
        run.scene.await(() -> run.beaconsSeen() > before, 1_500);
        if (run.beaconsSeen() == before) {
            return "ignored";
        }
        run.scene.await(() -> run.subtypes().contains("2"), run.subtypes().contains("1") ? 5_000 : 0);
        return run.subtypes().equals("12")
                ? "demarcated"
                : "resent" + (run.subtypes().isEmpty() ? "" : " " + run.subtypes());
    }
}
