package ecmplab.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waiting for a fact in tests that run real processes; everything else uses a virtual clock and never waits. */
public final class Await {
    /** Far above what a busy machine takes: running into it means the fact never comes. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Await() {}

    /** Returns once {@code fact} is true; fails with {@code description} when it stays false, or throws what it throws last. */
    public static void until(String description, Callable<Boolean> fact) {
        Awaitility.await(description)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(fact);
    }
}
