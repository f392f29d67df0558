package ecmplab.lab.supervisor;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.TextTable;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Line;
import ecmplab.lab.file.LineImpairment;
import ecmplab.lab.file.LineImpairment.Direction;
import ecmplab.lab.file.Node;
import ecmplab.port.Impairment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lab's lines, and what is wrong with each direction of them. Packets that a router, MUX or host forwards suffer in the stages of its
 * ports, those of the nodes' kernels by {@link KernelLoss}: where one end has ports of ours and the other end only its kernel, loss is
 * the kernel's and the rest the port's, so that no packet is lost twice.
 */
final class Lines {
    private static final Logger LOG = LoggerFactory.getLogger(Lines.class);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration RETURNING = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Lab lab;
    private final StateDirectory directory;
    private final KernelLoss kernel;
    private final List<Line> lines;
    private final Map<Way, Ill> ills = new LinkedHashMap<>();

    /** One direction of a line. */
    private record Way(Line.Port from, Line.Port to) {}

    private record Ill(Impairment impairment, long seed) {}

    Lines(Lab lab, StateDirectory directory) {
        this.lab = lab;
        this.directory = directory;
        kernel = new KernelLoss(directory.path());
        lines = Line.of(lab.links(), lab.nodes());
    }

    /** @throws NoSuchElementException when there is none of that name, or more than one */
    Line named(String text) {
        return Line.named(text, lines);
    }

    /**
     * Makes the line bad as said, from now on, or good again.
     *
     * @return what that leaves out, for a person; empty when nothing
     * @throws IllegalArgumentException when nothing of it can be done at this line
     * @throws IOException when a kernel or node refuses; then the ports are as good as ever
     */
    synchronized String impair(Line line, LineImpairment wanted, long seed) throws IOException, InterruptedException {
        var impairment = wanted.impairment();
        boolean ports = hasPorts(line.near().node()) || hasPorts(line.far().node());
        if (!ports && !KernelLoss.suffices(impairment)) {
            throw new IllegalArgumentException(
                    line + ": both ends are kernels', which can only lose packets: expected off, partition or loss 5%");
        }
        if (wanted.direction() != Direction.OUT) {
            put(new Way(line.far(), line.near()), impairment, seed);
        }
        if (wanted.direction() != Direction.IN) {
            put(new Way(line.near(), line.far()), impairment, seed);
        }
        apply(line, wanted.direction());
        return KernelLoss.suffices(impairment)
                ? ""
                : "what kernels send themselves, such as BGP and BFD, is neither delayed, duplicated nor slowed by it";
    }

    private void put(Way way, Impairment impairment, long seed) {
        if (impairment.isNone()) {
            ills.remove(way);
        } else {
            ills.put(way, new Ill(impairment, seed));
        }
    }

    /** Ports first: they are told within a millisecond, and a line that only BGP does not get through would show too little. */
    private void apply(Line line, Direction direction) throws IOException, InterruptedException {
        applyPorts(line);
        try {
            if (direction != Direction.OUT) {
                applyKernel(line.near(), line.far());
            }
            if (direction != Direction.IN) {
                applyKernel(line.far(), line.near());
            }
        } catch (IOException refused) {
            ills.remove(new Way(line.near(), line.far()));
            ills.remove(new Way(line.far(), line.near()));
            applyPorts(line);
            throw refused;
        }
    }

    private void applyPorts(Line line) throws IOException {
        for (var end : List.of(line, line.turned())) {
            if (hasPorts(end.near().node()) && !applyPort(end)) {
                later(end.near().node());
            }
        }
    }

    private void applyKernel(Line.Port to, Line.Port from) throws IOException, InterruptedException {
        var ill = ills.getOrDefault(new Way(from, to), new Ill(Impairment.NONE, 0)).impairment;
        if (KernelLoss.wanted(ill) || kernel.lost(to).isPresent()) {
            kernel.set(to, ill);
        }
    }

    /** Tells the near end's node what its port is to do. @return false when it does not answer */
    private boolean applyPort(Line line) throws IOException {
        boolean alone = !hasPorts(line.far().node());
        var out = ill(line.near(), line.far());
        var in = ill(line.far(), line.near());
        return order(line.near(), "in", alone ? in : new Ill(Impairment.NONE, out.seed))
                && order(line.near(), "out", alone ? withoutLoss(out) : out);
    }

    private Ill ill(Line.Port from, Line.Port to) {
        return ills.getOrDefault(new Way(from, to), new Ill(Impairment.NONE, 0));
    }

    /** The far end's kernel loses them. */
    private static Ill withoutLoss(Ill ill) {
        var all = ill.impairment;
        return new Ill(
                new Impairment(
                        0, all.duplicate(), all.reorder(), all.delay(), all.jitter(), all.bitsPerSecond(), false),
                ill.seed);
    }

    private boolean order(Line.Port port, String direction, Ill ill) throws IOException {
        var words = List.of("impair", port.device(), direction, "" + ill.impairment, "--seed", "" + ill.seed);
        ControlClient.Said said;
        try {
            said = ControlClient.ask(directory.socket(port.node()), words, ANSWER);
        } catch (IOException silent) {
            return false;
        }
        if (said.code() != Answer.FINE) {
            throw new IOException(port + ": " + said.text().strip());
        }
        return true;
    }

    /** A process of the node starts anew or goes on: its ports will be what they are to be as soon as it answers. */
    void later(String node) {
        if (hasPorts(node)) {
            Thread.ofVirtual().name("lines of " + node).start(() -> awaitAndApply(node));
        }
    }

    private void awaitAndApply(String node) {
        long end = System.nanoTime() + RETURNING.toNanos();
        try {
            while (!applyAll(node)) {
                if (System.nanoTime() - end >= 0) {
                    LOG.warn("{} does not answer: its ports are not impaired", node);
                    return;
                }
                Thread.sleep(PAUSE);
            }
        } catch (IOException refused) {
            LOG.warn("{} cannot be impaired", node, refused);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean applyAll(String node) throws IOException {
        for (var line : lines) {
            for (var end : List.of(line, line.turned())) {
                if (end.near().node().equals(node) && isIll(end) && !applyPort(end)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the line is bad in any direction. */
    synchronized boolean isIll(Line line) {
        return ills.containsKey(new Way(line.near(), line.far())) || ills.containsKey(new Way(line.far(), line.near()));
    }

    /** Whether the node forwards by ports of its own, and not by its kernel. */
    private boolean hasPorts(String name) {
        var node = lab.find(name).orElse(null);
        return (node instanceof Node.Router router && !router.usesKernel())
                || node instanceof Node.Mux
                || node instanceof Node.Host;
    }

    private record Row(
            String from,
            String to,
            String impairment,
            long seed,
            @Nullable Long lostByKernel) {}

    synchronized Answer show() {
        var rows = new ArrayList<Row>();
        try {
            for (var ill : ills.entrySet()) {
                OptionalLong lost = kernel.lost(ill.getKey().to);
                rows.add(new Row(
                        ill.getKey().from.toString(),
                        ill.getKey().to.toString(),
                        ill.getValue().impairment.toString(),
                        ill.getValue().seed,
                        lost.isPresent() ? lost.getAsLong() : null));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (rows.isEmpty()) {
            return Answer.of(rows, () -> "no line is impaired\n");
        }
        return Answer.of(
                rows,
                () -> TextTable.render(
                        List.of("from", "to", "what", "seed", "lost by the kernel"),
                        rows.stream()
                                .map(row -> List.of(
                                        row.from,
                                        row.to,
                                        row.impairment,
                                        "" + row.seed,
                                        row.lostByKernel == null ? "-" : "" + row.lostByKernel))
                                .toList()));
    }
}
