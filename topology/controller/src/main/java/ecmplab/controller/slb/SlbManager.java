package ecmplab.controller.slb;

import ecmplab.controller.SlbDatabase;
import ecmplab.controller.slb.ServiceDefinition.Admin;
import ecmplab.controller.slb.ServiceDefinition.Pool;
import ecmplab.ovsdb.client.ClientEvent;
import ecmplab.ovsdb.client.MonitoredTable;
import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.client.Replica;
import ecmplab.ovsdb.client.TransactionResult;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the services of one database: claims it under a new epoch, writes what is wanted, and carries table generations through
 * their life as hosts acknowledge them and backends come and go. All it knows is in the database, so it can be killed and started
 * again at any moment, or another can take over, whereupon this one is refused every write.
 *
 * <p>It has one thread of its own, on which events are told.
 */
public final class SlbManager implements AutoCloseable {
    /** How often deadlines are looked at when nothing else happens. */
    private static final Duration TICK = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(SlbManager.class);
    private static final int MAX_ORDERS = 256;

    /** An operator's change of a backend, waiting for its turn. */
    private record Order(String pool, String backend, Map<String, Datum> columns, CompletableFuture<Void> done) {}

    private final SlbSettings settings;
    private final String name;
    private final InstantSource clock;
    private final Consumer<SlbEvent> listener;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("slb-manager", true));
    private final SlbCore core;
    private final OvsdbClient client;
    private final Replica replica;
    private final AtomicBoolean evaluationQueued = new AtomicBoolean();
    private final Deque<Order> orders = new ArrayDeque<>();
    private @Nullable Order current;

    private SlbManager(
            OvsdbAddress server,
            OvsdbClient.Options options,
            SlbSettings settings,
            List<Pool> pools,
            List<ServiceDefinition> services,
            String name,
            InstantSource clock,
            Consumer<SlbEvent> listener) {
        this.settings = settings;
        this.name = name;
        this.clock = clock;
        this.listener = listener;
        this.core = new SlbCore(settings, pools, services, name, clock.instant(), listener);
        this.client = OvsdbClient.connect(server, options, this::connection);
        var tables = SlbDatabase.schema().tables().keySet().stream()
                .map(MonitoredTable::all)
                .toList();
        this.replica = client.replicate(SlbDatabase.NAME, tables, new Replica.Listener() {
            @Override
            public void changed(Replica.Snapshot snapshot, List<RowChange> changes) {
                evaluateSoon();
            }
        });
        var _ = thread.scheduleWithFixedDelay(this::evaluate, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Starts to connect, and returns at once.
     *
     * @param name of this manager, which no other has had: such as a host name and a process's start time
     * @throws IllegalArgumentException when the services contradict each other, or no table can have such slots
     */
    public static SlbManager start(
            OvsdbAddress server,
            OvsdbClient.Options options,
            SlbSettings settings,
            List<Pool> pools,
            List<ServiceDefinition> services,
            String name,
            InstantSource clock,
            Consumer<SlbEvent> listener) {
        return new SlbManager(server, options, settings, pools, services, name, clock, listener);
    }

    private void connection(ClientEvent event) {
        onThread(() -> listener.accept(
                switch (event) {
                    case ClientEvent.Connected(OvsdbAddress server) -> new SlbEvent.Connected(server.toString());
                    case ClientEvent.Disconnected(OvsdbAddress server, String why, Duration retryAfter) ->
                        new SlbEvent.Disconnected(server.toString(), why, retryAfter);
                    case ClientEvent.ReplicaFault(String database, String why) ->
                        new SlbEvent.WriteRefused(database + ": " + why);
                }));
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(() -> guarded(task));
        } catch (RejectedExecutionException closed) {
            // nobody is left to hear it
        }
    }

    /** A defect costs one evaluation, not all that follow. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException defect) {
            LOG.error("SLB manager {}", name, defect);
            listener.accept(new SlbEvent.WriteRefused("defect: " + defect));
        }
    }

    private void evaluateSoon() {
        if (evaluationQueued.compareAndSet(false, true)) {
            onThread(this::evaluate);
        }
    }

    private void evaluate() {
        evaluationQueued.set(false);
        var snapshot = replica.snapshot();
        if (snapshot.resumed() == 0 || !client.isConnected()) {
            return;
        }
        core.observe(snapshot, clock.instant());
        var next = takeOrder();
        if (next.isEmpty()) {
            next = core.next(snapshot, clock.instant());
        }
        if (next.isPresent()) {
            var _ = client.transact(SlbDatabase.NAME, next.get().operations())
                    .whenComplete((result, failed) -> onThread(() -> answered(result, failed)));
        }
    }

    private void answered(@Nullable TransactionResult result, @Nullable Throwable failed) {
        core.answered(result, clock.instant());
        if (current != null) {
            if (result != null && result.committed()) {
                current.done.complete(null);
            } else if (result != null
                    && result.error() != null
                    && !core.isFenced()
                    && result.error().tag().equals("timed out")) {
                orders.addFirst(current); // the policy moved on in between: once more
            } else {
                current.done.completeExceptionally(
                        failed != null ? failed : new IllegalStateException(String.valueOf(result)));
            }
            current = null;
        }
        evaluate();
    }

    /** The next order of an operator, as a transaction. */
    private Optional<SlbCore.Batch> takeOrder() {
        var order = orders.peekFirst();
        var state = core.state();
        if (order == null || state == null) {
            return Optional.empty();
        }
        if (core.isFenced()) {
            orders.removeFirst()
                    .done
                    .completeExceptionally(
                            new IllegalStateException("another manager has taken over; this one writes no more"));
            return Optional.empty();
        }
        var dip = state.dips().stream()
                .filter(one ->
                        one.pool().equals(order.pool) && one.backend().id().equals(order.backend))
                .findFirst();
        if (dip.isEmpty()) {
            orders.removeFirst()
                    .done
                    .completeExceptionally(
                            new IllegalArgumentException("pool " + order.pool + " has no backend " + order.backend));
            return Optional.empty();
        }
        var batch = core.change(dip.get(), order.columns, clock.instant());
        if (batch.isPresent()) {
            current = orders.removeFirst();
        }
        return batch;
    }

    private CompletableFuture<Void> order(String pool, String backend, Map<String, Datum> columns) {
        var done = new CompletableFuture<Void>();
        try {
            thread.execute(() -> {
                if (orders.size() >= MAX_ORDERS) {
                    done.completeExceptionally(new IllegalStateException(orders.size() + " orders are waiting"));
                } else {
                    orders.addLast(new Order(pool, backend, columns, done));
                    evaluate();
                }
            });
        } catch (RejectedExecutionException closed) {
            done.completeExceptionally(closed);
        }
        return done;
    }

    /**
     * Drains a backend, takes it down, or takes it back. Complete once it is written: tables follow. Fails with
     * {@link IllegalArgumentException} when there is no such backend.
     */
    public CompletableFuture<Void> setAdmin(String pool, String backend, Admin admin) {
        return order(pool, backend, Map.of("admin", Datum.of(admin.text())));
    }

    /** Changes a backend's share, 0 to 1000; as {@link #setAdmin}. */
    public CompletableFuture<Void> setWeight(String pool, String backend, int weight) {
        if (weight < 0 || weight > 1000) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("weight " + weight + ": must be 0 to 1000"));
        }
        return order(pool, backend, Map.of("weight", Datum.of(weight)));
    }

    /** What should be and what was achieved, at this moment. Blocks for the manager's thread: not for event loops. */
    public SlbView view() {
        return CompletableFuture.supplyAsync(this::viewNow, thread).join();
    }

    private SlbView viewNow() {
        var role =
                core.isFenced() ? SlbView.Role.FENCED : core.isClaimed() ? SlbView.Role.ACTIVE : SlbView.Role.STARTING;
        var state = core.state();
        return state == null
                ? new SlbView(role, name, 0, 0, client.isConnected(), List.of(), List.of(), List.of())
                : SlbView.of(settings, state, core.vigil(), clock.instant(), role, name, client.isConnected());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        client.close();
    }
}
