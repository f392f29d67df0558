package ecmplab.lab.traffic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Many long-lived TCP flows to one destination, each asking and being answered without end, all on one thread. The flows are
 * opened evenly over one second, so that their requests do not come in one clump.
 */
public final class FlowTraffic implements AutoCloseable {
    /** An answer later than this is a stall: far above a busy lab's answer time, below TCP's shortest retransmission time. */
    public static final Duration STALL = Duration.ofMillis(150);

    /** A flow without an answer for this long is black-holed: TCP has retransmitted five times by then. */
    public static final Duration BLACK_HOLE = Duration.ofSeconds(8);

    private static final Duration OPENING = Duration.ofSeconds(1);

    private final InetSocketAddress destination;
    private final List<Flow> flows;
    private final Selector selector;
    private final Thread thread;
    private final ConcurrentLinkedQueue<CompletableFuture<List<FlowRecord>>> questions = new ConcurrentLinkedQueue<>();
    private volatile boolean running = true;

    private FlowTraffic(InetSocketAddress destination, int count, Duration pause) throws IOException {
        this.destination = destination;
        flows = IntStream.range(0, count).mapToObj(id -> new Flow(id, pause)).toList();
        selector = Selector.open();
        thread = Thread.ofPlatform().name("traffic").daemon().unstarted(this::run);
    }

    /** Where the traffic stands. {@code broken}: established once and lost since. */
    public record Status(int flows, int connecting, int open, int broken, long requests, long answers) {}

    /**
     * Starts the flows.
     *
     * @param count 1 to 20000
     * @param pause from one request of a flow to its next; a late answer delays the next request
     */
    public static FlowTraffic start(InetSocketAddress destination, int count, Duration pause) throws IOException {
        if (count < 1 || count > 20_000) {
            throw new IllegalArgumentException(count + " flows: must be 1 to 20000");
        }
        var traffic = new FlowTraffic(destination, count, pause);
        traffic.thread.start();
        return traffic;
    }

    /** What the client has seen of each flow so far, in order of id. Asked of the traffic thread. */
    public List<FlowRecord> records() {
        var answer = new CompletableFuture<List<FlowRecord>>();
        questions.add(answer);
        selector.wakeup();
        if (!thread.isAlive()) {
            answerQuestions();
        }
        return answer.join();
    }

    public Status status() {
        var records = records();
        return new Status(
                records.size(),
                (int) records.stream()
                        .filter(flow -> flow.outcome() == FlowRecord.Outcome.CONNECTING)
                        .count(),
                (int) records.stream()
                        .filter(flow -> flow.outcome() == FlowRecord.Outcome.OPEN)
                        .count(),
                (int) records.stream().filter(FlowRecord::broken).count(),
                records.stream().mapToLong(FlowRecord::requests).sum(),
                records.stream().mapToLong(FlowRecord::answers).sum());
    }

    private void run() {
        long start = System.nanoTime();
        int opened = 0;
        try {
            while (running) {
                long now = System.nanoTime();
                long due = flows.size() * Math.min(now - start, OPENING.toNanos()) / OPENING.toNanos();
                for (; opened < due; opened++) {
                    flows.get(opened).connect(selector, destination, now);
                }
                selector.select(
                        key -> {
                            if (key.attachment() instanceof Flow flow) {
                                flow.ready(key, System.nanoTime());
                            }
                        },
                        2);
                long after = System.nanoTime();
                flows.forEach(flow -> flow.tick(after));
                answerQuestions();
            }
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        } finally {
            answerQuestions();
        }
    }

    private void answerQuestions() {
        for (var question = questions.poll(); question != null; question = questions.poll()) {
            long now = System.nanoTime();
            question.complete(flows.stream().map(flow -> flow.record(now)).toList());
        }
    }

    /** Ends every flow from the client's side. Records stay readable. */
    @Override
    public void close() throws IOException {
        running = false;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        flows.forEach(Flow::close);
        selector.close();
    }
}
