package ecmplab.bench.pipeline;

import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What all pipelines are measured by: a node that gets bursts of clients' packets, by a clock that runs with them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public abstract class Pipeline {
    /** Bursts between ticks, which come every 10 ms: as at six million packets a second. */
    private static final int BURSTS_PER_TICK = 1024;

    private static final long NANOS_PER_TICK = 10_000_000;

    final FramePool pool = new FramePool(4 * Clients.BURST, 2048, Arena.ofAuto());
    final Burst burst = new Burst(Clients.BURST);
    /** The node's clock. */
    long nanos = NANOS_PER_TICK;

    private @Nullable Subject subject;
    private int bursts;
    private long packets;
    private long before;

    /**
     * What is measured.
     *
     * @param in where it gets packets from
     * @param forwarded how many packets have gone all the way
     */
    record Subject(PacketProcessor node, Port in, Clients clients, LongSupplier forwarded) {}

    /** To be called when the node is ready. */
    final void measure(Subject ready) {
        subject = ready;
        before = ready.forwarded().getAsLong();
    }

    /** Fails when packets did not go all the way. */
    @TearDown
    public void check() {
        long forwarded = subject().forwarded().getAsLong() - before;
        if (forwarded != packets) {
            throw new IllegalStateException("of " + packets + " packets " + forwarded + " were forwarded");
        }
    }

    @Benchmark
    @OperationsPerInvocation(Clients.BURST)
    public void forward() {
        var measured = subject();
        measured.clients().fill(burst, pool);
        measured.node().process(measured.in(), burst, nanos);
        packets += Clients.BURST;
        if (++bursts % BURSTS_PER_TICK == 0) {
            nanos += NANOS_PER_TICK;
            measured.node().tick(nanos);
        }
    }

    /** What making the packets costs: to be taken off. */
    @Benchmark
    @OperationsPerInvocation(Clients.BURST)
    public void generate() {
        subject().clients().fill(burst, pool);
        for (int i = 0; i < burst.count(); i++) {
            pool.release(burst.address(i));
        }
    }

    private Subject subject() {
        return Objects.requireNonNull(subject);
    }
}
