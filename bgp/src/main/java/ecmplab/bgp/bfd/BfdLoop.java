package ecmplab.bgp.bfd;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the BFD thread does: takes what has arrived, then does what is due, then waits. In that order a pause of the machine or of the
 * JVM finds nobody gone whose packets wait in a socket. Allocates nothing while no session changes.
 */
final class BfdLoop implements Runnable {
    /** The lower bits of a discriminator are the session's slot. */
    private static final int SLOT_BITS = 10;

    static final int MOST_SESSIONS = 1 << SLOT_BITS;
    /** A flood of packets must not keep us from sending. */
    private static final int MOST_PACKETS_A_SOCKET = 4 * MOST_SESSIONS;

    private static final int POLL_ENTRY = 8;
    private static final int POLL_EVENTS = 4;
    private static final short POLL_IN = 1;
    private static final long SECOND = 1_000_000_000;

    private final int port;
    private final InstantSource clock;
    private final RandomGenerator random;
    /** Until then intervals are relaxed: a JVM that starts has pauses of more than a second on a busy machine. */
    private final long settledAt;

    private boolean settled;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment outgoing = arena.allocate(ControlPacket.SIZE, 8);
    private final ControlPacket packet = new ControlPacket(outgoing);
    private final MemorySegment waitFor = arena.allocate((long) POLL_ENTRY * (MOST_SESSIONS + 1), 8);
    private final MemorySegment timeout = arena.allocate(16, 8);
    private final MemorySegment one = arena.allocate(8, 8);
    private final MemorySegment wakings = arena.allocate(8, 8);
    private final int wakeDescriptor;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final @Nullable WatchedSession[] slots = new WatchedSession[MOST_SESSIONS];
    private final List<WatchedSession> sessions = new ArrayList<>();
    private final List<ReceiveSocket> receivers = new ArrayList<>();
    private final long[] faults = new long[PacketFault.values().length];
    private long received;

    private volatile @Nullable Thread thread;
    private volatile boolean stopping;
    private volatile boolean ended;

    /** @throws UncheckedIOException when the process may open no more descriptors */
    BfdLoop(int port, Duration settling, InstantSource clock, RandomGenerator random) {
        this.port = port;
        settled = settling.isZero();
        settledAt = System.nanoTime() + settling.toNanos();
        this.clock = clock;
        this.random = random;
        one.set(JAVA_LONG, 0, 1);
        try {
            wakeDescriptor = Linux.check(Linux.eventDescriptor(), () -> "eventfd for BFD");
        } catch (IOException impossible) {
            arena.close();
            throw new UncheckedIOException(impossible);
        }
        enter(0, wakeDescriptor);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            while (!stopping) {
                runTasks();
                // The time from before the packets are looked at: a pause after it can only make what is due late, not
                // early.
                long now = System.nanoTime();
                receiveAll(now);
                if (!settled && now - settledAt >= 0) {
                    settled = true;
                    sessions.forEach(session -> session.settle(now));
                }
                await(settled ? tickAll(now) : Math.min(tickAll(now), settledAt - now));
            }
        } finally {
            end();
        }
    }

    private void runTasks() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void receiveAll(long now) {
        for (int i = 0; i < receivers.size(); i++) {
            var receiver = receivers.get(i);
            for (int count = 0; count < MOST_PACKETS_A_SOCKET; count++) {
                int octets = receiver.receive();
                if (octets < 0) {
                    break;
                }
                received++;
                var fault = receive(receiver, octets, now);
                if (fault != null) {
                    faults[fault.ordinal()]++;
                }
            }
        }
    }

    private @Nullable PacketFault receive(ReceiveSocket receiver, int octets, long now) {
        if (receiver.ttl() != 255) {
            return PacketFault.TTL;
        }
        var incoming = receiver.packet;
        var fault = incoming.fault(octets);
        if (fault != null) {
            return fault;
        }
        int discriminator = incoming.yourDiscriminator();
        var session = discriminator == 0 ? from(receiver) : slots[discriminator & (MOST_SESSIONS - 1)];
        if (session == null) {
            return discriminator == 0 ? PacketFault.UNKNOWN_SOURCE : PacketFault.UNKNOWN_DISCRIMINATOR;
        }
        if (discriminator != 0 && session.machine.localDiscriminator() != discriminator) {
            return PacketFault.UNKNOWN_DISCRIMINATOR;
        }
        return session.receive(incoming, now);
    }

    private @Nullable WatchedSession from(ReceiveSocket receiver) {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).cameFrom(receiver)) {
                return sessions.get(i);
            }
        }
        return null;
    }

    /** Returns the nanoseconds until something is due; {@link BfdMachine#NEVER} when nothing will be. */
    private long tickAll(long now) {
        long shortest = BfdMachine.NEVER;
        for (int i = sessions.size() - 1; i >= 0; i--) {
            var session = sessions.get(i);
            session.machine.tick(now);
            if (session.machine.isDone(now)) {
                remove(session);
                continue;
            }
            long deadline = session.machine.deadline();
            if (deadline != BfdMachine.NEVER) {
                shortest = Math.min(shortest, deadline - now);
            }
        }
        return shortest == BfdMachine.NEVER ? shortest : shortest - (System.nanoTime() - now);
    }

    private void await(long nanoseconds) {
        if (nanoseconds <= 0 || !tasks.isEmpty()) {
            return;
        }
        long until = 0;
        if (nanoseconds != BfdMachine.NEVER) {
            timeout.set(JAVA_LONG, 0, nanoseconds / SECOND);
            timeout.set(JAVA_LONG, 8, nanoseconds % SECOND);
            until = timeout.address();
        }
        Linux.poll(waitFor.address(), receivers.size() + 1, until);
        Linux.transferEvent(wakeDescriptor, wakings, false);
    }

    /** Opens what the session needs. Throws {@link UncheckedIOException} when the kernel refuses, or there are too many sessions. */
    WatchedSession add(InetAddress local, InetAddress remote, BfdTimers timers, BfdListener listener) {
        for (var session : List.copyOf(sessions)) {
            if (session.local.equals(local) && session.remote.equals(remote)) {
                if (session.machine.state() != BfdState.ADMIN_DOWN) {
                    throw new IllegalArgumentException("BFD from " + local.getHostAddress() + " to "
                            + remote.getHostAddress() + " is there already");
                }
                remove(session);
            }
        }
        int slot = freeSlot();
        int discriminator = random.nextInt(1, 1 << (31 - SLOT_BITS)) << SLOT_BITS | slot;
        try {
            var receiver = receiver(local);
            try {
                var sender = new SendSocket(local, remote, port, discriminator, Arena.ofAuto());
                var session =
                        new WatchedSession(this, local, remote, timers, listener, discriminator, receiver, sender);
                slots[slot] = session;
                sessions.add(session);
                receiver.sessions++;
                return session;
            } finally {
                closeIfUnused(receiver);
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    private int freeSlot() {
        for (int slot = 0; slot < MOST_SESSIONS; slot++) {
            if (slots[slot] == null) {
                return slot;
            }
        }
        throw new IllegalArgumentException("more than " + MOST_SESSIONS + " BFD sessions");
    }

    private ReceiveSocket receiver(InetAddress local) throws IOException {
        for (var receiver : receivers) {
            if (receiver.local.equals(local)) {
                return receiver;
            }
        }
        var opened = new ReceiveSocket(local, port);
        receivers.add(opened);
        enter(receivers.size(), opened.descriptor);
        return opened;
    }

    private void remove(WatchedSession session) {
        sessions.remove(session);
        slots[session.machine.localDiscriminator() & (MOST_SESSIONS - 1)] = null;
        session.closeSocket();
        session.receiver.sessions--;
        closeIfUnused(session.receiver);
    }

    private void closeIfUnused(ReceiveSocket receiver) {
        if (receiver.sessions > 0) {
            return;
        }
        receivers.remove(receiver);
        receiver.close();
        for (int i = 0; i < receivers.size(); i++) {
            enter(i + 1, receivers.get(i).descriptor);
        }
    }

    private void enter(int index, int descriptor) {
        waitFor.set(JAVA_INT, (long) POLL_ENTRY * index, descriptor);
        waitFor.set(JAVA_SHORT, (long) POLL_ENTRY * index + POLL_EVENTS, POLL_IN);
    }

    private void end() {
        long now = System.nanoTime();
        for (var session : List.copyOf(sessions)) {
            session.machine.close(now);
            remove(session);
        }
        ended = true;
        runTasks();
        synchronized (one) {
            Linux.close(wakeDescriptor);
            arena.close();
        }
    }

    /** Ends the thread; peers are told AdminDown once. */
    void stop() {
        stopping = true;
        wake();
    }

    /** Has the BFD thread run the task soon; not at all when it has ended. */
    void post(Runnable task) {
        if (!ended) {
            tasks.add(task);
            wake();
        }
    }

    /** The BFD thread's answer. Throws what it throws, and {@link IllegalStateException} when the thread has ended. */
    <T> T ask(Supplier<T> question) {
        if (Thread.currentThread().equals(thread)) {
            return question.get();
        }
        var answer = new CompletableFuture<T>();
        post(() -> {
            try {
                if (!ended) {
                    answer.complete(question.get());
                }
            } catch (RuntimeException wrong) {
                answer.completeExceptionally(wrong);
            }
        });
        if (ended) {
            answer.completeExceptionally(new IllegalStateException("BFD is closed"));
        }
        try {
            return answer.join();
        } catch (CompletionException wrong) {
            throw wrong.getCause() instanceof RuntimeException cause ? cause : wrong;
        }
    }

    private void wake() {
        synchronized (one) {
            if (!ended) {
                Linux.transferEvent(wakeDescriptor, one, true);
            }
        }
    }

    List<BfdSnapshot> look() {
        return sessions.stream().map(WatchedSession::look).toList();
    }

    long received() {
        return received;
    }

    long faults(PacketFault fault) {
        return faults[fault.ordinal()];
    }

    /** What is used of these timers now. */
    BfdTimers inForce(BfdTimers timers) {
        return settled ? timers : timers.relaxed();
    }

    Instant instant() {
        return clock.instant();
    }

    RandomGenerator random() {
        return random;
    }

    ControlPacket outgoing() {
        return packet;
    }
}
