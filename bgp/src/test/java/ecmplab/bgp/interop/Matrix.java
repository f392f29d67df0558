package ecmplab.bgp.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Goes through all features with one daemon, in a few episodes, each with the daemon set up anew. */
final class Matrix {
    private static final int ROUTES = 10_000;
    private static final int RESTART_ROUTES = 500;
    private static final int LONG_RESTART_SECONDS = 120;
    private static final int SHORT_RESTART_SECONDS = 2;
    private static final int PATIENCE_SECONDS = 90;
    private static final String KEY = "correct-horse";

    private final Contender contender;
    private final Path folder;
    private final Map<Feature, String> cells = new EnumMap<>(Feature.class);
    private int episodes;

    Matrix(Contender contender, Path folder) {
        this.contender = contender;
        this.folder = folder;
    }

    /** {@code yes}, {@code n/a: reason} or {@code no: what was seen}, for every feature. */
    Map<Feature, String> run() throws Exception {
        try (var link = new Link()) {
            tables(link);
            dialledByThem(link);
            wrongKey(link);
            overSix(link);
            if (contender.cannot(Feature.RESTART_KEPT).isEmpty()) {
                gracefulRestart(link);
            }
        }
        for (var feature : Feature.values()) {
            var reason = contender.cannot(feature);
            if (!reason.isEmpty()) {
                cells.put(feature, "n/a: " + reason);
            }
        }
        return cells;
    }

    private Path episode() throws Exception {
        return Files.createDirectory(folder.resolve("episode" + ++episodes));
    }

    /** We dial; whole tables, refresh, shutdown, deaths. */
    private void tables(Link link) throws Exception {
        var terms = new Terms(false, false, "", false, ROUTES);
        var place = episode();
        var daemon = contender.start(place, link, terms);
        var us = new OurSide(link, terms);
        try {
            check(Feature.WE_DIAL, us::isUp);
            if (!us.isUp()) {
                return;
            }
            equal(Feature.OURS_FOUR, () -> normal(contender.table(daemon, link, false)), us.announced(link, false));
            equal(Feature.OURS_SIX, () -> normal(contender.table(daemon, link, true)), us.announced(link, true));
            equal(Feature.THEIRS_FOUR, () -> us.received(false), us.expected(link, false));
            equal(Feature.THEIRS_SIX, () -> us.received(true), us.expected(link, true));
            var negotiated = us.negotiated();
            cells.put(
                    Feature.EXTENDED,
                    negotiated != null && negotiated.maxMessageSize() > 4096 ? "yes" : "no: not negotiated");
            if (contender.cannot(Feature.THEIR_REFRESH).isEmpty()) {
                contender.askForRefresh(daemon, link);
                check(
                        Feature.THEIR_REFRESH,
                        () -> us.session().received().routeRefreshes() >= 1
                                && normal(contender.table(daemon, link, false)).equals(us.announced(link, false)));
            }
            if (contender.cannot(Feature.OUR_REFRESH).isEmpty()) {
                ourRefresh(link, us, terms);
            }
            us.shutDown("moving to rack 7");
            if (contender.cannot(Feature.OUR_TEXT).isEmpty()) {
                check(Feature.OUR_TEXT, () -> contender.shows(daemon, "moving to rack 7"));
            }
            us.startAgain();
            check(Feature.OUR_RESTART, () -> us.isUp() && us.received(false).equals(us.expected(link, false)));
            if (contender.cannot(Feature.THEIR_TEXT).isEmpty()) {
                contender.shutDown(daemon, link, "maintenance");
                check(Feature.THEIR_TEXT, () -> us.heard("maintenance"));
            }
            daemon.close();
            wait("our end of their death", () -> !us.isUp());
            try (var again = contender.start(place, link, terms)) {
                check(
                        Feature.THEIR_RESTART,
                        () -> us.isUp()
                                && us.received(false).equals(us.expected(link, false))
                                && normal(contender.table(again, link, false)).equals(us.announced(link, false)));
            }
        } finally {
            daemon.close();
            us.close();
        }
    }

    /** Theirs come all again, and ours do not notice. */
    private void ourRefresh(Link link, OurSide us, Terms terms) {
        var theirs = new HashSet<>(terms.theirRoutes(false));
        theirs.addAll(terms.theirRoutes(true));
        int lost = us.lost();
        var again = us.askForRefresh();
        check(
                Feature.OUR_REFRESH,
                () -> again.prefixes.containsAll(theirs)
                        && us.stale() == 0
                        && us.lost() == lost
                        && us.received(false).equals(us.expected(link, false))
                        && us.received(true).equals(us.expected(link, true)));
    }

    /** They die twice: the first time they come back, the second they do not. */
    private void gracefulRestart(Link link) throws Exception {
        var place = episode();
        var terms = new Terms(false, false, "", false, RESTART_ROUTES, LONG_RESTART_SECONDS, false);
        try (var us = new OurSide(link, terms);
                var first = contender.start(place, link, terms)) {
            Callable<Boolean> whole = () -> us.isUp()
                    && us.isComplete()
                    && us.stale() == 0
                    && us.received(false).equals(us.expected(link, false))
                    && us.received(true).equals(us.expected(link, true));
            wait("their routes", whole);
            first.close();
            wait("our end of their death", () -> !us.isUp());
            wait("stale routes", () -> us.stale() == 2 * RESTART_ROUTES);
            link.mute();
            try (var again = contender.start(
                    place, link, new Terms(false, false, "", false, RESTART_ROUTES, SHORT_RESTART_SECONDS, true))) {
                wait("their own routes", () -> contender.isReady(again, terms));
                link.unmute();
                check(Feature.RESTART_KEPT, () -> whole.call() && us.lost() == 0);
            }
            check(
                    Feature.RESTART_GONE,
                    () -> us.lost() == 2 * RESTART_ROUTES
                            && us.received(false).isEmpty()
                            && us.received(true).isEmpty());
        }
    }

    private void dialledByThem(Link link) throws Exception {
        var terms = new Terms(true, false, KEY, true, 10);
        try (var us = new OurSide(link, terms);
                var daemon = contender.start(episode(), link, terms)) {
            check(Feature.THEY_DIAL, () -> us.isUp() && us.session().connectAttempts() == 0);
            cells.put(Feature.MD5, cells.get(Feature.THEY_DIAL));
            var negotiated = us.negotiated();
            boolean toUs = negotiated != null && !negotiated.addPathReceive().isEmpty();
            boolean toThem = negotiated != null && !negotiated.addPathSend().isEmpty();
            if (toUs) {
                equal(Feature.ADD_PATH_TO_US, () -> us.received(false), us.expected(link, false));
            } else {
                cells.put(Feature.ADD_PATH_TO_US, "no: not negotiated");
            }
            if (toThem) {
                equal(
                        Feature.ADD_PATH_TO_THEM,
                        () -> normal(contender.table(daemon, link, false)),
                        us.announced(link, false));
            } else {
                cells.put(Feature.ADD_PATH_TO_THEM, "no: not negotiated");
            }
        }
    }

    private void wrongKey(Link link) throws Exception {
        var terms = new Terms(false, false, KEY, false, 0);
        try (var us = new OurSide(link, new Terms(false, false, "battery-staple", false, 0));
                var daemon = contender.start(episode(), link, terms)) {
            check(
                    Feature.WRONG_MD5,
                    () -> daemon.isAlive()
                            && us.session().connectAttempts() >= 2
                            && us.session().received().total() == 0);
        }
    }

    private void overSix(Link link) throws Exception {
        var terms = new Terms(false, true, "", false, 10);
        try (var us = new OurSide(link, terms);
                var daemon = contender.start(episode(), link, terms)) {
            check(
                    Feature.SIX_TRANSPORT,
                    () -> us.isUp() && daemon.isAlive() && us.received(true).equals(us.expected(link, true)));
        }
    }

    /** Addresses in one way of writing. */
    private static Map<String, String> normal(Map<String, String> table) {
        var normal = new TreeMap<String, String>();
        table.forEach((prefix, route) -> {
            int bar = route.indexOf('|');
            var hop = route.substring(0, bar);
            normal.put(
                    ecmplab.bgp.wire.Prefix.parse(prefix).toString(),
                    (hop.isEmpty() ? "" : OurSide.text(hop)) + route.substring(bar));
        });
        return normal;
    }

    private void equal(Feature feature, Callable<Map<String, String>> table, Map<String, String> expected) {
        var last = new ConcurrentHashMap<String, String>();
        try {
            wait(feature.title, () -> {
                var seen = table.call();
                last.clear();
                last.putAll(seen);
                return seen.equals(expected);
            });
            cells.put(feature, "yes");
        } catch (ConditionTimeoutException never) {
            cells.put(feature, "no: " + difference(last, expected));
        }
    }

    private static String difference(Map<String, String> seen, Map<String, String> expected) {
        var wrong = new HashMap<>(expected);
        wrong.entrySet().removeIf(entry -> entry.getValue().equals(seen.get(entry.getKey())));
        return seen.size() + " routes, expected " + expected.size() + "; wrong or missing " + wrong.size()
                + wrong.entrySet().stream()
                        .min(Map.Entry.comparingByKey())
                        .map(one -> ", such as " + one.getKey() + ": " + seen.get(one.getKey()) + " instead of "
                                + one.getValue())
                        .orElse("");
    }

    private void check(Feature feature, Callable<Boolean> fact) {
        try {
            wait(feature.title, fact);
            cells.put(feature, "yes");
        } catch (ConditionTimeoutException never) {
            cells.put(feature, "no: not within " + PATIENCE_SECONDS + " s");
        }
    }

    private static void wait(String what, Callable<Boolean> fact) {
        Awaitility.await(what)
                .atMost(java.time.Duration.ofSeconds(PATIENCE_SECONDS))
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofMillis(200))
                .until(fact);
    }
}
