package ecmplab.bgp.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The times of a session.
 *
 * @param holdTime offered hold time in whole seconds: 0, or at least 3 (RFC 4271 section 4.2)
 * @param minimumHoldTime an OPEN that offers less is refused with 2/6, also one that offers 0; zero to take all that is legal
 * @param connectRetry time from a failed attempt to the next, before jitter; after errors it doubles, up to 32 times
 * @param configuredSendHoldTime how long the peer may take nothing of what we send (RFC 9687); null for the RFC's default, zero for
 *     ever
 */
public record SessionTimers(
        Duration holdTime,
        Duration minimumHoldTime,
        Duration connectRetry,
        @Nullable Duration configuredSendHoldTime) {
    private static final Duration SHORTEST_SEND_HOLD_TIME = Duration.ofMinutes(8);
    private static final int LONGEST_HOLD_SECONDS = 65535;

    public SessionTimers {
        checkHold("hold time", holdTime);
        checkHold("minimum hold time", minimumHoldTime);
        if (!holdTime.isZero() && holdTime.compareTo(minimumHoldTime) < 0) {
            throw new IllegalArgumentException("hold time " + holdTime.toSeconds()
                    + " s: must not be less than the minimum of " + minimumHoldTime.toSeconds() + " s");
        }
        if (connectRetry.isNegative() || connectRetry.isZero()) {
            throw new IllegalArgumentException("connect retry time " + connectRetry + ": must be more than 0");
        }
        if (configuredSendHoldTime != null
                && !configuredSendHoldTime.isZero()
                && configuredSendHoldTime.compareTo(holdTime) <= 0) {
            throw new IllegalArgumentException("send hold time " + configuredSendHoldTime.toSeconds()
                    + " s: must be more than the hold time of " + holdTime.toSeconds() + " s (RFC 9687 section 4)");
        }
    }

    private static void checkHold(String what, Duration time) {
        long seconds = time.toSeconds();
        boolean whole = time.equals(Duration.ofSeconds(seconds));
        if (!whole || seconds < 0 || seconds > LONGEST_HOLD_SECONDS || seconds == 1 || seconds == 2) {
            throw new IllegalArgumentException(
                    what + " " + time + ": must be 0 or 3 to 65535 whole seconds (RFC 4271 section 4.2)");
        }
    }

    /** Hold time 9 s, connect retry 1 s. */
    public static SessionTimers standard() {
        return new SessionTimers(Duration.ofSeconds(9), Duration.ZERO, Duration.ofSeconds(1), null);
    }

    /**
     * How long the peer may take nothing of what we send; zero for ever. Where nothing is configured it is the longer of 8 minutes and
     * twice the hold time (RFC 9687 section 4).
     */
    public Duration sendHoldTime() {
        if (configuredSendHoldTime != null) {
            return configuredSendHoldTime;
        }
        var twice = holdTime.multipliedBy(2);
        return twice.compareTo(SHORTEST_SEND_HOLD_TIME) > 0 ? twice : SHORTEST_SEND_HOLD_TIME;
    }

    public SessionTimers withHoldTime(Duration offered) {
        return new SessionTimers(offered, minimumHoldTime, connectRetry, configuredSendHoldTime);
    }

    public SessionTimers withMinimumHoldTime(Duration least) {
        return new SessionTimers(holdTime, least, connectRetry, configuredSendHoldTime);
    }

    public SessionTimers withConnectRetry(Duration retry) {
        return new SessionTimers(holdTime, minimumHoldTime, retry, configuredSendHoldTime);
    }

    public SessionTimers withSendHoldTime(@Nullable Duration limit) {
        return new SessionTimers(holdTime, minimumHoldTime, connectRetry, limit);
    }
}
