package ecmplab.lab.speaker;

import ecmplab.bgp.speaker.Speaker;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets a speaker follow the kernel: what its file says of connected subnets and of next hops counts for the links, addresses and routes
 * that are there now. It has a thread of its own; any may call.
 */
public final class KernelFollower implements AutoCloseable {
    /** Until the kernel is read again though it said nothing. */
    private static final Duration RARELY = Duration.ofMinutes(1);
    /** How often it is read when it cannot say anything. */
    private static final Duration OFTEN = Duration.ofSeconds(2);
    /** A kernel whose routes change all the time is read for a part of the time only: a pause is that many times as long as reading took. */
    private static final int PAUSES = 10;

    private static final long SHORTEST_PAUSE_NANOS = 5_000_000;

    private final ConnectedRoutes connected;
    private final NextHopTracking tracking;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final @Nullable KernelChanges changes;
    private final PrintStream progress;
    private final Thread thread;
    /** Guarded by this. */
    private boolean closed;

    private volatile boolean redistributes;
    private volatile boolean tracks;

    private KernelFollower(
            ConnectedRoutes connected,
            NextHopTracking tracking,
            @Nullable KernelChanges changes,
            PrintStream progress) {
        this.connected = connected;
        this.tracking = tracking;
        this.changes = changes;
        this.progress = progress;
        thread = Thread.ofPlatform().daemon().name("kernel-follower").unstarted(this::run);
    }

    /** @param progress told when the kernel can only be asked now and then, or not at all */
    public static KernelFollower start(Speaker speaker, PrintStream progress) {
        KernelChanges changes = null;
        try {
            changes = KernelChanges.open();
        } catch (IOException refused) {
            progress.println("the kernel tells nothing of its routes (" + refused.getMessage()
                    + "): they are read every " + OFTEN.toSeconds() + " s");
        }
        var follower = new KernelFollower(ConnectedRoutes.of(speaker), new NextHopTracking(speaker), changes, progress);
        follower.thread.start();
        return follower;
    }

    /** What counts from now on: whether connected subnets are announced, and whether next hops must be reachable. */
    public void follow(boolean connectedToo, boolean nextHopsToo) {
        redistributes = connectedToo;
        tracks = nextHopsToo;
        wake();
    }

    private void run() {
        try {
            while (!stop.await(update(), TimeUnit.NANOSECONDS)) {
                if (changes != null) {
                    changes.await(RARELY);
                } else if (stop.await(OFTEN.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (IOException | InterruptedException ended) {
            progress.println("the kernel's routes are not followed any longer: " + ended.getMessage());
        }
    }

    /** Gives how long to pause now, in nanoseconds. */
    private long update() {
        long began = System.nanoTime();
        try {
            connected.update(redistributes);
            tracking.update(tracks);
        } catch (IOException unreadable) {
            progress.println("the kernel's routes cannot be read: " + unreadable.getMessage());
        }
        return Math.max(SHORTEST_PAUSE_NANOS, PAUSES * (System.nanoTime() - began));
    }

    private synchronized void wake() {
        if (changes != null && !closed) {
            changes.wake();
        }
    }

    /** Ends the thread, and waits for that. */
    @Override
    public void close() {
        stop.countDown();
        wake();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return; // it ends by itself
        }
        synchronized (this) {
            if (changes != null && !closed) {
                changes.close();
            }
            closed = true;
        }
    }
}
