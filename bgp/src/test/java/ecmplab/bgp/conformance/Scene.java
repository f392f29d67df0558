package ecmplab.bgp.conformance;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The monitor that everything around one subject shares, so that a case can wait for whichever of several things comes first. */
final class Scene {
    /** Far above what a busy machine takes. */
    private static final long PATIENCE_SECONDS = 60;

    /** Waits for the condition, which is looked at with the monitor held; says whether it came true. */
    boolean await(BooleanSupplier condition) throws InterruptedException {
        return await(condition, PATIENCE_SECONDS * 1000);
    }

    synchronized boolean await(BooleanSupplier condition, long milliseconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
