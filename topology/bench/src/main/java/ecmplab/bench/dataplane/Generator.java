package ecmplab.bench.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ecmplab.port.bpf.BpfProgram;
import ecmplab.port.sys.BpfSystemCall;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

/**
 * Sends frames out of an interface as XDP live frames ({@code BPF_PROG_TEST_RUN}): the kernel runs the program on fresh frames in a loop, and
 * what it says XDP_TX to leaves. One thread, pinned, in the interface's namespace.
 */
final class Generator implements AutoCloseable {
    private static final int TEST_RUN = 10;
    private static final int ATTRIBUTES = 80;
    private static final int LIVE_FRAMES = 2;
    /** Octets of {@code struct xdp_md}. */
    private static final int CONTEXT = 24;
    /** Runs of one call: a fraction of a second. */
    private static final int RUNS = 1 << 21;

    private final BpfProgram program;
    private final MemorySegment attributes;
    private volatile boolean stopping;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    private Generator(BpfProgram program, MemorySegment attributes) {
        this.program = program;
        this.attributes = attributes;
    }

    static Generator start(Frame frame, Counts counts, Namespace namespace, int interfaceIndex, int processor)
            throws SystemCallException {
        var program = BpfProgram.load(BpfProgram.Type.XDP, TrafficPrograms.generator(frame, counts.descriptor()));
        var arena = Arena.ofAuto();
        var data = arena.allocate(frame.octets().length);
        var context = arena.allocate(CONTEXT, 8);
        context.set(JAVA_INT, 4, (int) data.byteSize()); // data_end
        context.set(JAVA_INT, 12, interfaceIndex);
        var attributes = arena.allocate(ATTRIBUTES, 8);
        attributes.set(JAVA_INT, 0, program.descriptor());
        attributes.set(JAVA_INT, 8, (int) data.byteSize());
        attributes.set(JAVA_LONG, 16, data.address());
        attributes.set(JAVA_INT, 32, RUNS);
        attributes.set(JAVA_INT, 40, CONTEXT);
        attributes.set(JAVA_LONG, 48, context.address());
        attributes.set(JAVA_INT, 64, LIVE_FRAMES);
        var generator = new Generator(program, attributes);
        Thread.ofPlatform().name("generator").daemon().start(() -> generator.run(namespace, processor, data, context));
        return generator;
    }

    /** @param alive what the kernel reads: not to be collected meanwhile */
    private void run(Namespace namespace, int processor, MemorySegment... alive) {
        try {
            namespace.enter();
            Processor.pin(Processor.ownTask(), processor);
            while (!stopping) {
                Linux.check(BpfSystemCall.bpf(TEST_RUN, attributes), "bpf(BPF_PROG_TEST_RUN)");
            }
            end.complete(null);
        } catch (IOException | InterruptedException | RuntimeException failed) {
            end.completeExceptionally(failed);
        } finally {
            java.lang.ref.Reference.reachabilityFence(alive);
        }
    }

    /** @throws java.util.concurrent.CompletionException when it could not send */
    void stop() {
        stopping = true;
        end.join();
    }

    boolean failed() {
        return end.isCompletedExceptionally();
    }

    @Override
    public void close() {
        stopping = true;
        end.exceptionally(failure -> null).join();
        program.close();
    }
}
