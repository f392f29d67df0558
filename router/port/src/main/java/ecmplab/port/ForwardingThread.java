package ecmplab.port;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import ecmplab.port.sys.Errno;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The one platform thread of a node that touches packets: bursts from each port in turn go to the processor, then all ports
 * are flushed; a tick about every 10 ms; between bursts, tasks that other threads {@link #post posted}, so these see and
 * change the node's state without locks. With nothing to do it looks {@value #EMPTY_ROUNDS} times, then sleeps in poll(2).
 *
 * <p>A processor that throws has a bug, and the thread outlives it: the failure is counted and logged with its stack (once
 * for each place it is thrown from), the frames in hand are reclaimed, the next burst goes on.
 */
public final class ForwardingThread implements AutoCloseable {
    /**
     * What the thread has done.
     *
     * @param faults exceptions of processor and tasks
     * @param reclaimedFrames frames that a failing processor had in hand
     * @param refusedTasks because {@value #MAX_TASKS} were waiting
     */
    public record Counters(
            long bursts, long packets, long sleeps, long faults, long reclaimedFrames, long refusedTasks) {}

    private static final System.Logger LOG = System.getLogger(ForwardingThread.class.getName());

    static final int MAX_TASKS = 1024;
    private static final int BURST = 64;
    private static final int EMPTY_ROUNDS = 20;
    private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();
    /** A port without a descriptor cannot wake the thread: it then looks this often. */
    private static final int BLIND_SLEEP_MILLIS = 1;

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_LOGGED = 32;

    private final List<Port> ports;
    private final FramePool pool;
    private final PacketProcessor processor;
    private final LongSupplier nanoTime;
    private final Poller poller;
    private final Thread thread;
    private final Burst burst = new Burst(BURST);

    private final ArrayBlockingQueue<Runnable> tasks = new ArrayBlockingQueue<>(MAX_TASKS);
    private final AtomicInteger waitingTasks = new AtomicInteger();
    private volatile boolean asleep;
    private volatile boolean stopping;
    private volatile boolean ended;

    private final Set<StackTraceElement> logged = new HashSet<>();
    private final AtomicLong refusedTasks = new AtomicLong();
    private volatile long bursts;
    private volatile long packets;
    private volatile long sleeps;
    private volatile long faults;
    private volatile long reclaimedFrames;
    private long nextTick;
    private int pinnedTo = -1;

    /**
     * Not yet running: see {@link #start}.
     *
     * @param name of the thread
     * @param ports at least one, all of the same pool; they stay the caller's to close, after this
     * @param nanoTime clock of {@code nowNanos}; {@code System::nanoTime} in earnest
     */
    public ForwardingThread(String name, List<? extends Port> ports, PacketProcessor processor, LongSupplier nanoTime)
            throws SystemCallException {
        this.ports = List.copyOf(ports);
        this.pool = this.ports.getFirst().pool();
        for (var port : ports) {
            if (port.pool() != pool) {
                throw new IllegalArgumentException("port " + port.name() + " has another pool than "
                        + this.ports.getFirst().name());
            }
        }
        this.processor = processor;
        this.nanoTime = nanoTime;
        poller = new Poller(this.ports);
        nextTick = nanoTime.getAsLong();
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    public ForwardingThread start() {
        thread.start();
        return this;
    }

    /**
     * Has the thread run on one processor only, which keeps its caches warm; called before {@link #start}. For a machine with
     * processors to spare: the kernel's receive work and the JIT need others.
     *
     * @param processor its number, from 0
     */
    public ForwardingThread pinnedTo(int processor) {
        this.pinnedTo = processor;
        return this;
    }

    /**
     * Has {@code task} run on the forwarding thread, between two bursts. It must be short. From any thread.
     *
     * @return false when {@value #MAX_TASKS} tasks wait already, or the thread has stopped: it will not run
     */
    public boolean post(Runnable task) {
        if (stopping || !tasks.offer(task)) {
            refusedTasks.incrementAndGet();
            return false;
        }
        waitingTasks.incrementAndGet();
        if (ended && tasks.remove(task)) {
            refusedTasks.incrementAndGet();
            return false;
        }
        if (asleep) {
            poller.wake();
        }
        return true;
    }

    /** Has {@code question} answered by the forwarding thread, between two bursts: for snapshots. From any thread. */
    public <T> CompletableFuture<T> ask(Callable<T> question) {
        var answer = new CompletableFuture<T>();
        boolean posted = post(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception failure) {
                answer.completeExceptionally(failure);
            }
        });
        if (!posted) {
            answer.completeExceptionally(new IllegalStateException(
                    thread.getName() + (stopping ? " has stopped" : ": " + MAX_TASKS + " tasks wait already")));
        }
        return answer;
    }

    public boolean isForwardingThread() {
        return Thread.currentThread() == thread;
    }

    public Counters counters() {
        return new Counters(bursts, packets, sleeps, faults, reclaimedFrames, refusedTasks.get());
    }

    /** Stops after the current burst, runs the tasks that wait, and returns when the thread has ended. */
    @Override
    public void close() {
        stopping = true;
        poller.wake();
        if (isForwardingThread()) {
            return;
        }
        if (thread.getState() == Thread.State.NEW) {
            ended = true;
            poller.close();
            return;
        }
        boolean interrupted = false;
        try {
            if (!thread.join(STOP_PATIENCE)) {
                throw new IllegalStateException(thread.getName() + " does not stop: its processor hangs");
            }
        } catch (InterruptedException interruption) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        int emptyRounds = 0;
        try {
            pin();
            while (!stopping) {
                if (round()) {
                    emptyRounds = 0;
                } else if (++emptyRounds >= EMPTY_ROUNDS) {
                    // Nothing came: after the next round, which is due to a tick, sleep again at once.
                    emptyRounds = sleep() ? 0 : EMPTY_ROUNDS - 1;
                }
            }
        } finally {
            stopping = true;
            ended = true;
            runTasks();
            poller.close();
        }
    }

    private void pin() {
        int result = pinnedTo < 0 ? 0 : Linux.pinToProcessor(pinnedTo);
        if (result < 0) {
            LOG.log(
                    WARNING,
                    thread.getName() + " runs on any processor: sched_setaffinity to " + pinnedTo + ": "
                            + Errno.name(-result));
        }
    }

    /** Looks at everything once. Returns whether anything was there. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    boolean round() {
        boolean busy = runTasks();
        for (int i = 0; i < ports.size(); i++) {
            var port = ports.get(i);
            burst.clear();
            int received = port.receive(burst);
            if (received > 0) {
                busy = true;
                bursts++;
                packets += received;
                process(port);
            }
        }
        long now = nanoTime.getAsLong();
        if (now - nextTick >= 0) {
            nextTick = now + TICK_NANOS;
            tick(now);
        }
        return busy;
    }

    private void process(Port port) {
        try {
            processor.process(port, burst, nanoTime.getAsLong());
        } catch (Exception | AssertionError failure) {
            failed(failure);
        }
        flushAll();
    }

    private void tick(long now) {
        try {
            processor.tick(now);
        } catch (Exception | AssertionError failure) {
            failed(failure);
        }
        flushAll();
    }

    private boolean runTasks() {
        int waiting = waitingTasks.get(); // not those that a task posts: packets come in between
        if (waiting == 0) {
            return false;
        }
        Runnable task;
        while (waiting-- > 0 && (task = tasks.poll()) != null) {
            waitingTasks.decrementAndGet();
            try {
                task.run();
            } catch (Exception | AssertionError failure) {
                failed(failure);
            }
        }
        flushAll();
        return true;
    }

    private void flushAll() {
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).flush();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void failed(Throwable failure) {
        faults++;
        reclaimedFrames += pool.reclaim();
        var stack = failure.getStackTrace();
        var place = stack.length == 0 ? new StackTraceElement("unknown", "unknown", null, -1) : stack[0];
        if (logged.size() < MAX_LOGGED && logged.add(place)) {
            LOG.log(ERROR, thread.getName() + " goes on after a bug (more of this place are only counted)", failure);
        }
    }

    /** Returns whether something came. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private boolean sleep() {
        asleep = true;
        try {
            if (stopping || waitingTasks.get() > 0) {
                return true;
            }
            sleeps++;
            long nanos = Math.max(0, nextDue() - nanoTime.getAsLong());
            int millis = (int) ((nanos + 999_999) / 1_000_000);
            return poller.await(allHaveDescriptors() ? millis : Math.min(millis, BLIND_SLEEP_MILLIS));
        } finally {
            asleep = false;
        }
    }

    /** When there is something to do though nothing comes. */
    private long nextDue() {
        long due = nextTick;
        for (int i = 0; i < ports.size(); i++) {
            due = Math.min(due, ports.get(i).nextDue());
        }
        return due;
    }

    private boolean allHaveDescriptors() {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i).descriptor() < 0) {
                return false;
            }
        }
        return true;
    }
}
