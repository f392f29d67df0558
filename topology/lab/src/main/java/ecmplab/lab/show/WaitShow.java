package ecmplab.lab.show;

import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.PeerSummary;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * {@code wait ...}: answers when something is so, or says what is instead when the time is over. It looks again when something
 * happened, and now and then in case that was missed.
 */
public final class WaitShow {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,7})(ms|s|m|h)");

    private final Speaker speaker;
    private final EventFeed feed;

    private WaitShow(Speaker speaker, EventFeed feed) {
        this.speaker = speaker;
        this.feed = feed;
    }

    /** Adds the commands to a node's. */
    public static void add(CommandTree commands, Speaker speaker, EventFeed feed) {
        var show = new WaitShow(speaker, feed);
        commands.on(
                        "wait established [PEER] [--timeout TIME]",
                        values -> show.await(values, () -> show.established(values)))
                .on("wait eor [PEER] [--timeout TIME]", values -> show.await(values, () -> show.endOfRib(values)))
                .on(
                        "wait route PREFIX [--nexthops N] [--timeout TIME]",
                        values -> show.await(values, () -> show.route(values)))
                .on("wait no-route PREFIX [--timeout TIME]", values -> show.await(values, () -> show.noRoute(values)));
    }

    private Answer await(Map<String, String> values, Supplier<Answer.Known> look) {
        return Answer.awaited(() -> {
            try {
                long end = System.nanoTime()
                        + duration(values.getOrDefault("--timeout", "10s")).toNanos();
                try (var subscription = feed.subscribe()) {
                    while (true) {
                        var answer = look.get();
                        long left = end - System.nanoTime();
                        if (answer.code() != Answer.FALSE || left <= 0) {
                            return answer;
                        }
                        var pause = Duration.ofNanos(Math.min(left, LOOK_AGAIN.toNanos()));
                        if (subscription.next(pause).isPresent()) {
                            // what came with it counts as seen
                            while (subscription.next(Duration.ZERO).isPresent()) {
                                subscription.takeLost();
                            }
                        }
                    }
                }
            } catch (IllegalArgumentException wrong) {
                return Answer.usage(String.valueOf(wrong.getMessage()));
            }
        });
    }

    /** @throws IllegalArgumentException saying what is wrong */
    private static Duration duration(String text) {
        var matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("duration '" + text + "': must be such as 500ms, 5s or 1m");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    private List<PeerSummary> peers(Map<String, String> values) {
        var wanted = values.get("PEER");
        if (wanted == null) {
            return speaker.summary().peers();
        }
        var address = InetAddress.ofLiteral(wanted);
        return speaker.summary().peers().stream()
                .filter(peer -> peer.address().equals(address))
                .toList();
    }

    private Answer.Known established(Map<String, String> values) {
        var peers = peers(values);
        if (peers.isEmpty() && values.containsKey("PEER")) {
            return Answer.noSuch("no neighbour " + values.get("PEER"));
        }
        var missing = peers.stream()
                .filter(each -> each.state() != State.ESTABLISHED)
                .map(each -> AddressText.of(each.address()) + " is " + BgpJson.state(each.state()))
                .toList();
        return missing.isEmpty()
                ? Answer.line("established")
                : Answer.isFalse("not established: " + String.join(", ", missing));
    }

    private Answer.Known endOfRib(Map<String, String> values) {
        var established = established(values);
        if (established.code() != Answer.FINE) {
            return established;
        }
        var missing = new ArrayList<String>();
        for (var peer : peers(values)) {
            for (var counts : speaker.neighbor(peer.address()).counts()) {
                if (!counts.endOfRibReceived()) {
                    missing.add(AddressText.of(peer.address()) + " " + counts.family());
                }
            }
        }
        return missing.isEmpty()
                ? Answer.line("End-of-RIB received")
                : Answer.isFalse("no End-of-RIB from " + String.join(", ", missing));
    }

    private Answer.Known route(Map<String, String> values) {
        var prefix = Prefix.parse(values.getOrDefault("PREFIX", ""));
        int wanted = Integer.parseInt(values.getOrDefault("--nexthops", "0"));
        var route = speaker.route(prefix);
        int have = route.map(found -> found.nextHops().size()).orElse(0);
        boolean used = route.map(found ->
                        found.paths().stream().anyMatch(path -> path.reason().isUsed()))
                .orElse(false);
        var line = used ? prefix + " by " + have + " next hops" : "no route to " + prefix;
        return wanted > 0
                ? (have == wanted ? Answer.line(line) : Answer.isFalse(line))
                : (used ? Answer.line(line) : Answer.isFalse(line));
    }

    private Answer.Known noRoute(Map<String, String> values) {
        var route = route(Map.of("PREFIX", values.getOrDefault("PREFIX", "")));
        return route.code() == Answer.FALSE
                ? Answer.line(route.asText().strip())
                : Answer.isFalse(route.asText().strip());
    }
}
