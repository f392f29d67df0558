package ecmplab.hostagent.probe;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the probes of a host, each on its own virtual thread. Probes come and go with {@link #apply}; one whose definition
 * stays goes on undisturbed, and one that is gone makes no more attempts; a change that it found just before may still be on its way to
 * the listener. All methods may be called from any thread.
 */
public final class Prober implements AutoCloseable {
    /** More probes than this are refused: each is a thread and a socket. */
    public static final int MAXIMAL_PROBES = 4096;

    /** How a probe waits for its next turn: {@link Thread#sleep(Duration)} but for tests. */
    @FunctionalInterface
    interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }

    private record Key(String probe, String member) {}

    private final Consumer<ProbeChange> listener;
    private final InstantSource clock;
    private final Pause pause;
    private final Map<Key, Running> running = new HashMap<>();

    /** @param listener told of each change on the probe's own virtual thread, without a lock: changes of one probe come in order,
     *     those of different ones at the same time */
    public Prober(Consumer<ProbeChange> listener, InstantSource clock) {
        this(listener, clock, Thread::sleep);
    }

    Prober(Consumer<ProbeChange> listener, InstantSource clock, Pause pause) {
        this.listener = listener;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * Makes {@code specs} the probes that run. A changed definition starts from {@link Health#UNKNOWN}.
     *
     * @throws IllegalArgumentException when there are too many, or two have the same probe and member; nothing changes then
     */
    public synchronized void apply(List<ProbeSpec> specs) {
        var wanted = new HashMap<Key, ProbeSpec>();
        for (var spec : specs) {
            if (wanted.put(new Key(spec.probe(), spec.member()), spec) != null) {
                throw new IllegalArgumentException(
                        "probe " + spec.probe() + " of member " + spec.member() + ": occurs twice");
            }
        }
        if (wanted.size() > MAXIMAL_PROBES) {
            throw new IllegalArgumentException(wanted.size() + " probes: must be at most " + MAXIMAL_PROBES);
        }
        running.values().removeIf(probe -> {
            if (probe.spec.equals(wanted.get(probe.key()))) {
                return false;
            }
            probe.stop();
            return true;
        });
        wanted.forEach((key, spec) -> running.computeIfAbsent(key, absent -> new Running(spec)));
    }

    /** By probe, then member. */
    public synchronized List<ProbeStatus> snapshot() {
        var all = new ArrayList<ProbeStatus>(running.size());
        running.values().forEach(probe -> all.add(probe.status()));
        all.sort(Comparator.comparing((ProbeStatus status) -> status.spec().probe())
                .thenComparing(status -> status.spec().member()));
        return all;
    }

    /** Idempotent. */
    @Override
    public void close() {
        apply(List.of());
    }

    private void report(Running probe, ProbeResult result) {
        ProbeStatus before;
        ProbeStatus after;
        synchronized (this) {
            if (running.get(probe.key()) != probe) {
                return;
            }
            before = probe.status;
            after = before.after(result);
            probe.status = after;
        }
        if (after.health() != before.health()) {
            listener.accept(new ProbeChange(result.at(), probe.spec, before.health(), after.health(), result.why()));
        }
    }

    private final class Running {
        private final ProbeSpec spec;
        private final Thread thread;
        private ProbeStatus status;
        private volatile @Nullable Socket socket;

        private Running(ProbeSpec spec) {
            this.spec = spec;
            status = ProbeStatus.start(spec, clock.instant());
            thread = Thread.ofVirtual().name("probe-" + spec.member()).start(this::loop);
        }

        private Key key() {
            return new Key(spec.probe(), spec.member());
        }

        private ProbeStatus status() {
            return status;
        }

        private void loop() {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    var attempt = new Socket();
                    socket = attempt;
                    var result = ProbeAttempt.run(spec, attempt, clock);
                    report(this, result);
                    var rest = spec.interval().minus(result.took());
                    pause.sleep(rest.isNegative() ? Duration.ZERO : rest);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        private void stop() {
            thread.interrupt();
            var current = socket;
            if (current != null) {
                try {
                    current.close();
                } catch (IOException ignored) {
                    // The attempt ends by its timeout then, and its result is not reported.
                }
            }
        }
    }
}
