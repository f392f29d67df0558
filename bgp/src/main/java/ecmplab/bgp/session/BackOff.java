package ecmplab.bgp.session;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Times between attempts: with jitter, and longer and longer after errors that follow one another (RFC 4271 sections 8.1.1 and 10). */
final class BackOff {
    /** Doublings of the connect retry time. */
    private static final int MOST_DOUBLINGS = 5;
    /** Keepalives sent in one session until earlier errors are forgotten: about a hold time. */
    private static final int KEEPALIVES_OF_A_SOUND_SESSION = 3;

    private final RandomGenerator random;
    private int errors;

    BackOff(RandomGenerator random) {
        this.random = random;
    }

    void forget() {
        errors = 0;
    }

    void keptAlive(int keepalives) {
        if (keepalives == KEEPALIVES_OF_A_SOUND_SESSION) {
            errors = 0;
        }
    }

    /** The time to stay away after one more error. */
    Duration next(Duration connectRetry) {
        var time = connectRetry.multipliedBy(1L << Math.min(errors, MOST_DOUBLINGS));
        errors++;
        return jittered(time);
    }

    /** Between three quarters of the time and all of it. */
    Duration jittered(Duration time) {
        return Duration.ofNanos((long) (time.toNanos() * (0.75 + 0.25 * random.nextDouble())));
    }
}
