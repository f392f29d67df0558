package ecmplab.mux.announce;

import java.time.Duration;

/** Runs something later, once, on whatever thread; such as a scheduled executor, or a virtual clock in tests. */
@FunctionalInterface
public interface Timer {
    void after(Duration delay, Runnable action);
}
