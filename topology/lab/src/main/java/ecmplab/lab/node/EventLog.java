package ecmplab.lab.node;

import ecmplab.lab.control.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened at a node, one JSON object a line: {@code time} (microseconds, the machine's clock, the same for all nodes),
 * {@code node}, {@code event} (the record's name in kebab case), then the record's components. Any thread may add; a thread of
 * the log's own writes, so adding never waits. What was written survives a kill of the process. When 10 000 events wait, further
 * ones are dropped and the next line says how many.
 */
public final class EventLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
    private static final int MOST_WAITING = 10_000;

    /** Components in which the libraries' events carry their own time, which is the line's {@code time} already. */
    private static final Set<String> CLOCKS = Set.of("at", "nanos");

    private final String node;
    private final OutputStream out;
    private final ArrayBlockingQueue<Entry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;

    private record Entry(Instant time, String event, Object details) {}

    private EventLog(String node, OutputStream out) {
        this.node = node;
        this.out = out;
        writer = Thread.ofPlatform().name("events").daemon().start(this::write);
    }

    /** Appends to the file, which is made when absent. */
    public static EventLog open(Path file, String node) throws IOException {
        return new EventLog(node, Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    /** Adds a record as an event that happened now. */
    public void add(Record event) {
        add(Instant.now(), kebab(event.getClass().getSimpleName()), event);
    }

    /** Adds an event with its own time and name; {@code details} is a record or a map. */
    public void add(Instant time, String event, Object details) {
        if (!waiting.offer(new Entry(time, event, details))) {
            dropped.incrementAndGet();
        }
    }

    /** {@code SessionDown} to {@code session-down}. */
    public static String kebab(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    private void write() {
        try {
            while (true) {
                var entry = waiting.take();
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    line(new Entry(entry.time, "events-dropped", java.util.Map.of("count", lost)));
                }
                line(entry);
            }
        } catch (InterruptedException closed) {
            for (var entry = waiting.poll(); entry != null; entry = waiting.poll()) {
                line(entry);
            }
        }
    }

    private void line(Entry entry) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("time", entry.time.toString());
        fields.put("node", node);
        fields.put("event", entry.event);
        try {
            var details = Json.MAPPER.convertValue(entry.details, LinkedHashMap.class);
            for (var key : details.keySet()) {
                if (!CLOCKS.contains(String.valueOf(key))) {
                    fields.putIfAbsent(String.valueOf(key), details.get(key));
                }
            }
            out.write((Json.line(fields) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException failed) {
            LOG.warn("event {} not written: {}", entry.event, failed.toString());
        }
    }

    @Override
    public void close() throws IOException {
        writer.interrupt();
        try {
            writer.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        out.close();
    }
}
