package ecmplab.bgp.conformance;

import java.util.List;

/** Cases that take time, or more than one connection: timers (RFC 4271 sections 4.4, 6.5 and 8.2.2), pieces of messages, collisions. */
final class TimerCases {
    private static final String HOLD_3 = "OPEN 04 FDEA 0003 $ID [ 02 [ 01 04 00010001 02 00 41 04 0000FDEA ] ]";
    private static final String HOLD_9 = HOLD_3.replace("0003", "0009");
    private static final int KEEPALIVES_OF_THREE_HOLD_TIMES = 12;
    private static final int SECOND = 1_000;

    private TimerCases() {}

    static List<Case> all() {
        return List.of(
                of("4271 6.5", "silence for the hold time, in Established", TimerCases::silence, "4/0"),
                of("4271 6.5", "silence for the hold time, in OpenConfirm", TimerCases::silenceInOpenConfirm, "4/0"),
                of("4271 4.4", "the subject's KEEPALIVEs in a hold time of 3 s", TimerCases::keepalives, "in time"),
                of("4271 4.4", "no KEEPALIVE when the hold time is 0", TimerCases::noKeepalives, "none"),
                of("4271 8.2.2", "UPDATEs alone for more than the hold time", TimerCases::updatesOnly, "established"),
                of("4271 3", "an octet at a time", TimerCases::octetByOctet, "established"),
                of("4271 3", "everything at once", TimerCases::allAtOnce, "established"),
                of("4271 6.8", "a second connection while one is Established", TimerCases::second, "6/7 or closed"),
                of("4271 6.8", "the first connection after that", TimerCases::firstAfterSecond, "established"),
                of("4271 8.2.2", "the end of the connection, in Established", TimerCases::endOfStream, "withdraw"));
    }

    private static Case of(String rfc, String what, Case.Script script, String expected) {
        return new Case(Profile.EBGP, rfc, what, script, expected);
    }

    private static String silence(CaseRun run) throws Exception {
        run.connect().await(MessageText.OPEN);
        run.send(HOLD_3 + " ; KEEPALIVE");
        return expiry(run);
    }

    /** By the subject's own clock: it sends a KEEPALIVE each second, and should end the session after the third. */
    private static String expiry(CaseRun run) throws Exception {
        var peer = run.peer();
        run.scene.await(() -> peer.notification() != null
                || peer.ended()
                || peer.count(MessageText.KEEPALIVE, body -> true) > KEEPALIVES_OF_THREE_HOLD_TIMES);
        return peer.notification() == null && !peer.ended() ? "goes on" : run.ending();
    }

    private static String silenceInOpenConfirm(CaseRun run) throws Exception {
        run.connect().await(MessageText.OPEN);
        run.send(HOLD_3);
        return expiry(run);
    }

    private static String keepalives(CaseRun run) throws Exception {
        var peer = run.connect();
        peer.await(MessageText.OPEN);
        run.send(HOLD_3 + " ; KEEPALIVE");
        // The first answers our OPEN.
        boolean all =
                run.scene.await(() -> peer.count(MessageText.KEEPALIVE, body -> true) >= 4 || peer.ended(), 8 * SECOND);
        return (all && !peer.ended()) || peer.count(MessageText.KEEPALIVE, body -> true) >= 3 ? "in time" : "too few";
    }

    private static String noKeepalives(CaseRun run) throws Exception {
        run.establish();
        var peer = run.peer();
        long before = peer.count(MessageText.KEEPALIVE, body -> true);
        run.scene.await(() -> peer.count(MessageText.KEEPALIVE, body -> true) > before, 3 * SECOND);
        return peer.count(MessageText.KEEPALIVE, body -> true) > before ? "sent" : "none";
    }

    private static String updatesOnly(CaseRun run) throws Exception {
        run.connect().await(MessageText.OPEN);
        run.send(HOLD_9 + " ; KEEPALIVE");
        for (int i = 0; i < 11; i++) {
            run.send("UPDATE [[ ]] [[ $BASE ]] $P");
            run.scene.await(run.peer()::ended, SECOND);
        }
        return run.mark() ? "established" : run.ending();
    }

    private static String octetByOctet(CaseRun run) throws Exception {
        var peer = run.connect();
        peer.await(MessageText.OPEN);
        for (var octet : run.octets(run.profile.open() + " ; KEEPALIVE ; UPDATE [[ ]] [[ $BASE ]] $P")) {
            peer.send(new byte[] {octet});
        }
        return run.mark() ? "established" : run.ending();
    }

    private static String allAtOnce(CaseRun run) throws Exception {
        run.connect().send(run.octets(run.profile.open() + " ; KEEPALIVE ; UPDATE [[ ]] [[ $BASE ]] $P ; KEEPALIVE"));
        return run.mark() ? "established" : run.ending();
    }

    private static String second(CaseRun run) throws Exception {
        run.establish();
        try (var other = run.another()) {
            other.await(MessageText.OPEN);
            other.send(run.octets(run.profile.open()));
            run.scene.await(() -> other.notification() != null || other.ended());
            return run.ending(other);
        }
    }

    private static String firstAfterSecond(CaseRun run) throws Exception {
        second(run);
        return run.mark() ? "established" : run.ending();
    }

    private static String endOfStream(CaseRun run) throws Exception {
        run.establish();
        run.announceFirst(false);
        run.peer().shutdownOutput();
        return run.awaitWithdrawal() ? "withdraw" : "keep";
    }
}
