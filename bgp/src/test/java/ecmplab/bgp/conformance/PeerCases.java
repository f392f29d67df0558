package ecmplab.bgp.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cases that look at what a peer of a certain kind is told, or whether it is heard: Only to Customer on the way out (RFC 9234), path
 * identifiers (RFC 7911), TTL security (RFC 5082), connections that end before there is a session (RFC 4271 section 8.2.2).
 */
final class PeerCases {
    private static final int ONLY_TO_CUSTOMER = 35;
    private static final String OTC = "C0 23 [ 0000FDF1 ]";
    private static final Pattern SOCKET =
            Pattern.compile("\\s*\\d+: \\w+:(\\w{4}) \\w+:\\w{4} \\w+ \\w+:\\w+ \\w+:\\w+ (\\w+) .*");
    private static final int RETRANSMITTED = 2;

    private PeerCases() {}

    static List<Case> all() {
        return List.of(
                of(Profile.CUSTOMER, "9234 5", "what a customer is told has OTC", PeerCases::otcOfBeacon, "otc FDE9"),
                of(Profile.LATERAL_PEER, "9234 5", "what a peer is told has OTC", PeerCases::otcOfBeacon, "otc FDE9"),
                of(Profile.PROVIDER, "9234 5", "what a provider is told gets no OTC", PeerCases::otcOfBeacon, "no otc"),
                of(Profile.EBGP, "9234 5", "without a role nobody gets OTC", PeerCases::otcOfBeacon, "no otc"),
                of(Profile.CUSTOMER, "9234 5", "a route with OTC is for a customer", PeerCases::withOtc, "otc FDF1"),
                of(
                        Profile.LATERAL_PEER,
                        "9234 5",
                        "a route with OTC is not for a peer",
                        PeerCases::withOtc,
                        "not told"),
                of(
                        Profile.PROVIDER,
                        "9234 5",
                        "a route with OTC is not for a provider",
                        PeerCases::withOtc,
                        "not told"),
                of(Profile.EBGP, "9234 5", "a route with OTC and no role", PeerCases::withOtc, "otc FDF1"),
                of(Profile.ADD_PATH, "7911 3", "what is told has path identifiers", PeerCases::pathIds, "with"),
                of(
                        Profile.ADD_PATH_RECEIVER,
                        "7911 3",
                        "what is told has path identifiers",
                        PeerCases::pathIds,
                        "with"),
                of(
                        Profile.ADD_PATH_SENDER,
                        "7911 4",
                        "to who did not ask, none are sent",
                        PeerCases::pathIds,
                        "without"),
                of(Profile.GTSM_NEAR, "5082 3", "a TTL that is just enough", PeerCases::heard, "established"),
                of(Profile.GTSM_FAR, "5082 3", "a TTL that is one too few", PeerCases::heard, "ignored"),
                of(
                        Profile.EBGP,
                        "4271 8.2.2",
                        "another connection after one that ended in OpenSent",
                        PeerCases::again,
                        "established"),
                of(
                        Profile.EBGP,
                        "4271 8.2.2",
                        "another connection after one that ended in OpenConfirm",
                        PeerCases::againAfterOpen,
                        "established"));
    }

    private static Case of(Profile profile, String rfc, String what, Case.Script script, String expected) {
        return new Case(profile, rfc, what, script, expected);
    }

    private static String otcOfBeacon(CaseRun run) throws Exception {
        run.establish();
        return otc(run.beacon());
    }

    private static String withOtc(CaseRun run) throws Exception {
        run.establish();
        return otc(run.announceByObserver(OTC));
    }

    private static String otc(byte @Nullable [] update) {
        if (update == null) {
            return "not told";
        }
        int from = 4 + Observer.uint16(update, 0);
        var attributes = Observer.attributes(update, from, from + Observer.uint16(update, from - 2));
        var value = attributes.get(ONLY_TO_CUSTOMER);
        return value == null ? "no otc" : "otc " + "%X".formatted(Observer.uint16(value, 3));
    }

    private static String pathIds(CaseRun run) throws Exception {
        run.establish();
        var update = run.beacon();
        int attributesAt = 4 + Observer.uint16(update, 0);
        return isPlain(update, attributesAt + Observer.uint16(update, attributesAt - 2)) ? "without" : "with";
    }

    /** Whether the rest of the message is prefixes without path identifiers, host bits zero; the beacon may not be alone. */
    private static boolean isPlain(byte[] update, int from) {
        int at = from;
        while (at < update.length) {
            int bits = update[at] & 0xFF;
            int end = at + 1 + (bits + 7) / 8;
            if (bits > 32 || end > update.length) {
                return false;
            }
            if (bits % 8 != 0 && (update[end - 1] & 0xFF >>> bits % 8) != 0) {
                return false;
            }
            at = end;
        }
        return true;
    }

    /** Our segments with too low a TTL are as good as lost: TCP sends them again and again. */
    private static String heard(CaseRun run) throws Exception {
        var peer = run.connect();
        if (!peer.await(MessageText.OPEN)) {
            return "refused";
        }
        run.send(run.profile.open() + " ; KEEPALIVE");
        while (!peer.has(MessageText.KEEPALIVE) && !peer.ended()) {
            if (retransmissions(peer.localPort()) >= RETRANSMITTED) {
                return "ignored";
            }
            run.scene.await(() -> peer.has(MessageText.KEEPALIVE) || peer.ended(), 50);
        }
        return run.mark() ? "established" : run.ending();
    }

    /** How often the kernel has sent again what is first in the queue of the socket with this port. */
    private static int retransmissions(int port) throws IOException {
        int most = 0;
        // Java's sockets are of IPv6 where there is IPv6.
        for (var table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
            for (var line : Files.exists(table) ? Files.readAllLines(table) : List.<String>of()) {
                var socket = SOCKET.matcher(line);
                if (socket.matches() && Integer.parseInt(socket.group(1), 16) == port) {
                    most = Math.max(most, Integer.parseInt(socket.group(2), 16));
                }
            }
        }
        return most;
    }

    private static String again(CaseRun run) throws Exception {
        try (var first = run.connect()) {
            first.await(MessageText.OPEN);
        }
        return establishAgain(run);
    }

    private static String againAfterOpen(CaseRun run) throws Exception {
        try (var first = run.connect()) {
            first.await(MessageText.OPEN);
            first.send(run.octets(run.profile.open()));
            first.await(MessageText.KEEPALIVE);
        }
        return establishAgain(run);
    }

    /** A subject may want some time in between; then it closes or refuses connections. */
    private static String establishAgain(CaseRun run) throws Exception {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                if (run.connect().await(MessageText.OPEN)) {
                    run.send(run.profile.open() + " ; KEEPALIVE");
                    if (run.peer().await(MessageText.KEEPALIVE)) {
                        return run.mark() ? "established" : run.ending();
                    }
                }
                run.peer().close();
            } catch (IOException refused) {
                // Again in a moment.
            }
            run.scene.await(() -> false, 100);
        }
        return "refused";
    }
}
