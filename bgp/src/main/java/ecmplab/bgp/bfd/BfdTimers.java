package ecmplab.bgp.bfd;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What we want of a session when it is up (RFC 5880 section 6.8.1). The peer has its own wishes: the larger interval is used.
 *
 * @param transmit Desired Min TX Interval, 10 ms to 60 s
 * @param receive Required Min RX Interval, 10 ms to 60 s
 * @param multiplier Detect Mult, 1 to 255: intervals without a packet from us after which the peer finds us gone
 */
public record BfdTimers(Duration transmit, Duration receive, int multiplier) {
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration RELAXED = Duration.ofSeconds(1);
    private static final Pattern TEXT = Pattern.compile("(\\d{1,6})(ms|s) ?x ?(\\d{1,3})");

    public BfdTimers {
        check("transmit", transmit);
        check("receive", receive);
        if (multiplier < 1 || multiplier > 255) {
            throw new IllegalArgumentException("BFD multiplier " + multiplier + ": must be 1 to 255");
        }
    }

    /** The same interval both ways. */
    public static BfdTimers of(Duration interval, int multiplier) {
        return new BfdTimers(interval, interval, multiplier);
    }

    /** Slow enough for a JVM that starts on a busy machine; no faster than these. */
    BfdTimers relaxed() {
        return new BfdTimers(
                transmit.compareTo(RELAXED) < 0 ? RELAXED : transmit,
                receive.compareTo(RELAXED) < 0 ? RELAXED : receive,
                multiplier);
    }

    /** From text such as {@code 50ms x 3}. */
    public static BfdTimers parse(String text) {
        var match = TEXT.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "BFD timers '" + text + "': must be an interval and a multiplier, such as 50ms x 3");
        }
        long amount = Long.parseLong(match.group(1));
        var interval = match.group(2).equals("ms") ? Duration.ofMillis(amount) : Duration.ofSeconds(amount);
        return of(interval, Integer.parseInt(match.group(3)));
    }

    private static void check(String which, Duration interval) {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "BFD " + which + " interval of " + interval.toMillis() + " ms: must be 10 ms to 60 s");
        }
    }

    @Override
    public String toString() {
        var same = transmit.equals(receive) ? "" : " (receive " + receive.toMillis() + "ms)";
        return transmit.toMillis() + "ms x " + multiplier + same;
    }
}
