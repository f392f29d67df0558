package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.Rib;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The thread that owns the RIB. It takes what has come in, then passes on what came of it, and has no timer: a single change leaves
 * at once and a flood coalesces.
 *
 * <p>The inbox is bounded by its users: a session has a limit of octets in it and then stops reading, and its few other messages
 * are bounded by its life; callers of {@link #order} and {@link #ask} hold a permit each and wait for one when there is none.
 */
final class RibThread {
    /** Tells what is to be done after a pass, and whether to come back soon though nothing comes in. */
    @FunctionalInterface
    interface AfterPass {
        boolean run();
    }

    private static final int INPUTS_PER_PASS = 256;
    private static final int PERMITS = 1 << 16;
    private static final long SOON_MILLIS = 1;
    private static final long PATIENCE_SECONDS = 10;

    private final Rib rib;
    private final AfterPass afterPass;
    private final Consumer<Throwable> onFailure;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Semaphore permits = new Semaphore(PERMITS);
    private final Thread thread;
    private volatile boolean ended;
    private boolean stopping;

    RibThread(String name, Rib rib, AfterPass afterPass, Consumer<Throwable> onFailure) {
        this.rib = rib;
        this.afterPass = afterPass;
        this.onFailure = onFailure;
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** From an event loop: never waits. */
    void submit(Runnable input) {
        inbox.add(input);
    }

    /** From any other thread: waits when very much waits already. */
    void order(Runnable input) {
        if (isCurrent() || ended) {
            inbox.add(input);
            return;
        }
        permits.acquireUninterruptibly();
        inbox.add(() -> {
            permits.release();
            input.run();
        });
    }

    /** Asks the RIB and waits for the answer; what is thrown is thrown here. */
    <T> T ask(Function<Rib, T> question) {
        if (isCurrent()) {
            return question.apply(rib);
        }
        if (ended) {
            throw new IllegalStateException("the speaker is closed");
        }
        var answer = new CompletableFuture<T>();
        order(() -> {
            try {
                answer.complete(question.apply(rib));
            } catch (RuntimeException wrong) {
                answer.completeExceptionally(wrong);
            }
        });
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException wrong) {
            throw new IllegalStateException(wrong.getCause());
        } catch (TimeoutException late) {
            throw new IllegalStateException("the RIB did not answer within " + PATIENCE_SECONDS + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the RIB was asked", interrupted);
        }
    }

    /** Ends the thread after what waits now, and waits for that. */
    void stop() throws InterruptedException {
        inbox.add(() -> stopping = true);
        if (!isCurrent()) {
            thread.join();
        }
    }

    private void run() {
        try {
            boolean again = false;
            boolean soon = false;
            while (!stopping) {
                var input = again ? inbox.poll() : soon ? inbox.poll(SOON_MILLIS, TimeUnit.MILLISECONDS) : inbox.take();
                for (int i = 1; input != null; i++) {
                    input.run();
                    input = i < INPUTS_PER_PASS ? inbox.poll() : null;
                }
                again = rib.pass();
                soon = afterPass.run();
            }
        } catch (InterruptedException nobodyInterruptsThis) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error failure) {
            onFailure.accept(failure);
        } finally {
            ended = true;
            permits.release(PERMITS);
            for (var input = inbox.poll(); input != null; input = inbox.poll()) {
                input.run();
            }
        }
    }
}
