package ecmplab.lab.supervisor;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What FRRouting's bgpd and bfdd (8.4) and BIRD (2.0) say in their logs of the ends and beginnings of paths and sessions, as our own routers tell it: events {@code
 * bfd-failed} with {@code peer} and {@code what}, {@code session-down} with {@code peer} and {@code why}, {@code session-up} with {@code peer}. FRR names
 * peers by address; BIRD names sessions, as the lab has named them by their nodes.
 */
final class DaemonLog {
    private static final String ADDRESS = "(?<peer>[0-9a-f.:]+)";
    private static final Pattern TIME =
            Pattern.compile("(?<date>\\d{4}[-/]\\d\\d[-/]\\d\\d) (?<time>\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) ");
    private static final Pattern BFDD =
            Pattern.compile("state-change: \\[mhop:\\S+ peer:" + ADDRESS + " [^\\]]*\\] up -> (?<what>down.*)");
    private static final Pattern BGPD =
            Pattern.compile("%ADJCHANGE: neighbor " + ADDRESS + "\\S* in vrf \\S+ (?<state>Up|Down) ?(?<why>.*)");
    private static final Pattern BIRD_BFD =
            Pattern.compile("<TRACE> \\S+: Session to " + ADDRESS + " changed state from Up to (?<what>.*)");
    private static final Pattern BIRD_UP = Pattern.compile("<TRACE> (?<peer>\\S+): BGP session established");
    private static final Pattern BIRD_DOWN = Pattern.compile("<TRACE> (?<peer>\\S+): BGP session (?<why>closed)");

    private DaemonLog() {}

    /** An event and its details, when the daemon saw it. */
    record Told(Instant time, String event, Map<String, String> details) {}

    /** What a line tells, if it is one of those; daemons write the time of day of the zone, to milliseconds. */
    static Optional<Told> read(String line, ZoneId zone) {
        var at = TIME.matcher(line);
        if (!at.lookingAt()) {
            return Optional.empty();
        }
        var time = LocalDateTime.parse(at.group("date").replace('/', '-') + "T" + at.group("time"))
                .atZone(zone)
                .toInstant();
        return read(time, line);
    }

    private static Optional<Told> read(Instant time, String line) {
        var bfdd = BFDD.matcher(line);
        if (bfdd.find()) {
            return told(time, "bfd-failed", bfdd, "what");
        }
        var bgpd = BGPD.matcher(line);
        if (bgpd.find()) {
            return "Up".equals(bgpd.group("state"))
                    ? told(time, "session-up", bgpd)
                    : told(time, "session-down", bgpd, "why");
        }
        var birdBfd = BIRD_BFD.matcher(line);
        if (birdBfd.find()) {
            return told(time, "bfd-failed", birdBfd, "what");
        }
        var birdUp = BIRD_UP.matcher(line);
        if (birdUp.find()) {
            return told(time, "session-up", birdUp);
        }
        var birdDown = BIRD_DOWN.matcher(line);
        return birdDown.find() ? told(time, "session-down", birdDown, "why") : Optional.empty();
    }

    private static Optional<Told> told(Instant time, String event, Matcher matcher, String... more) {
        var details = new LinkedHashMap<String, String>();
        details.put("peer", matcher.group("peer"));
        for (var name : more) {
            details.put(name, matcher.group(name));
        }
        return Optional.of(new Told(time, event, details));
    }
}
