package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.Rib;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The thread that owns the RIB. It takes what has come in, then passes on what came of it, and has no timer: a single change leaves
 * at once and a flood coalesces.
 *
 * <p>Its queues are bounded by their users: a session has a limit of octets in them and then stops reading, and its few other messages
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
    private static final long SOON_NANOS = 1_000_000;
    private static final long PATIENCE_SECONDS = 10;

    private static final long PUBLISH_EVERY_NANOS = 10_000_000;

    /** The thread's own once it runs. */
    private Rib rib;

    private final AfterPass afterPass;
    private final Runnable publish;
    private final Consumer<Throwable> onFailure;
    private final Queue<Runnable> inputs = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final Semaphore permits = new Semaphore(PERMITS);
    private final Thread thread;
    private volatile boolean ended;
    private boolean stopping;
    /** Whether something was taken since {@link #publish} ran last, and when that was. */
    private boolean unpublished;

    private long publishedNanos;

    /**
     * @param publish makes what others may read without asking; runs before an answer is given and before the thread waits, and
     *     otherwise after a pass when some time has gone by
     */
    RibThread(String name, Rib rib, AfterPass afterPass, Runnable publish, Consumer<Throwable> onFailure) {
        this.rib = rib;
        this.afterPass = afterPass;
        this.publish = publish;
        this.onFailure = onFailure;
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** On this thread: goes on with another RIB. */
    void use(Rib other) {
        rib = other;
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** From an event loop: never waits. */
    void submit(Runnable input) {
        if (!ended) {
            add(inputs, input);
        }
    }

    /** Submits it after that time; nothing happens when the thread has ended by then. */
    void submitIn(Duration time, Runnable input) {
        CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> submit(input));
    }

    /**
     * From any other thread: waits when very many orders wait already. Orders and questions keep their order, and overtake routes. Does
     * nothing once the thread has ended.
     */
    void order(Runnable input) {
        enqueue(() -> {
            if (!ended) {
                input.run();
            }
        });
    }

    /** Asks the RIB and waits for the answer; what is thrown is thrown here, and {@link IllegalStateException} when no answer comes. */
    <T> T ask(Function<Rib, T> question) {
        return ask(question, TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS), () -> {
            throw new IllegalStateException("the RIB did not answer within " + PATIENCE_SECONDS + " s");
        });
    }

    /** As {@link #ask(Function)}; when no answer comes in time, {@code otherwise} has to do. */
    <T> T ask(Function<Rib, T> question, long patienceNanos, Supplier<T> otherwise) {
        if (isCurrent()) {
            return question.apply(rib);
        }
        var answer = new CompletableFuture<T>();
        enqueue(() -> {
            try {
                var said = question.apply(rib);
                publishIfDue(true);
                answer.complete(said);
            } catch (RuntimeException wrong) {
                answer.completeExceptionally(wrong);
            }
        });
        if (ended) {
            answer.completeExceptionally(new IllegalStateException("the speaker is closed"));
        }
        try {
            return answer.get(patienceNanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException wrong) {
            throw wrong.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(wrong);
        } catch (TimeoutException late) {
            return otherwise.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the RIB was asked", interrupted);
        }
    }

    private void enqueue(Runnable order) {
        if (ended) {
            return;
        }
        boolean permitted = !isCurrent();
        if (permitted) {
            permits.acquireUninterruptibly();
        }
        add(orders, () -> {
            if (permitted) {
                permits.release();
            }
            order.run();
        });
    }

    /** Ends the thread after what waits now, and waits for that. */
    void stop() throws InterruptedException {
        add(inputs, () -> stopping = true);
        if (!isCurrent()) {
            thread.join();
        }
    }

    private void run() {
        try {
            while (!stopping) {
                boolean any = takeInputs();
                boolean again = rib.pass();
                boolean soon = afterPass.run();
                publishIfDue(!any && !again);
                if (any || again || rib.tidy()) {
                    continue;
                }
                if (soon) {
                    LockSupport.parkNanos(this, SOON_NANOS);
                } else {
                    LockSupport.park(this);
                }
                // An interrupt, whoever sent it, must not make waiting a busy loop.
                Thread.interrupted();
            }
        } catch (RuntimeException | Error failure) {
            onFailure.accept(failure);
        } finally {
            ended = true;
            permits.release(PERMITS);
            inputs.clear();
            orders.clear();
        }
    }

    private void publishIfDue(boolean now) {
        if (unpublished && (now || System.nanoTime() - publishedNanos > PUBLISH_EVERY_NANOS)) {
            unpublished = false;
            publish.run();
            publishedNanos = System.nanoTime();
        }
    }

    /** Takes what waits, up to a pass; returns whether there was anything. Whoever asks is not made to wait for routes. */
    private boolean takeInputs() {
        for (int i = 0; i < INPUTS_PER_PASS; i++) {
            var order = orders.poll();
            var input = order == null ? inputs.poll() : order;
            if (input == null) {
                return i > 0;
            }
            unpublished = true;
            input.run();
        }
        return true;
    }

    private void add(Queue<Runnable> queue, Runnable input) {
        queue.add(input);
        LockSupport.unpark(thread);
    }
}
