package ecmplab.lab.supervisor;

import ecmplab.lab.file.LineImpairment;
import ecmplab.lab.file.LineImpairment.Direction;
import ecmplab.lab.node.EventLog;
import ecmplab.port.Impairment;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Does things to nodes and lines, remembers which are still in force, and records each as an event with its number. */
final class Faults {
    private static final LineImpairment GOOD = new LineImpairment(Direction.BOTH, Impairment.NONE);

    private final Map<String, RunningNode> nodes;
    private final Lines lines;
    private final EventLog events;
    /** By target; a node or line is under one fault at a time. */
    private final Map<String, Fault> inForce = new LinkedHashMap<>();

    private int last;

    Faults(Map<String, RunningNode> nodes, Lines lines, EventLog events) {
        this.nodes = nodes;
        this.lines = lines;
        this.events = events;
    }

    synchronized Collection<Fault> inForce() {
        return List.copyOf(inForce.values());
    }

    /**
     * @throws NoSuchElementException when there is no such node
     * @throws IOException when the node does not run
     */
    synchronized Fault signal(String act, String target) throws IOException {
        var node = node(target);
        node.signal(Signals.valueOf(act.toUpperCase(java.util.Locale.ROOT)));
        var fault = record(act, node);
        if (act.equals("cont")) {
            inForce.remove(target);
            lines.later(target);
        } else {
            inForce.put(target, fault);
        }
        return fault;
    }

    /** Starts a node's process again, ending the one that runs. */
    synchronized Fault restart(String target) throws IOException, InterruptedException {
        var node = node(target);
        node.startAgain();
        inForce.remove(target);
        lines.later(target);
        return record("restart", node);
    }

    /** What was done to a line, and what that leaves out, if anything. */
    record Impaired(Fault fault, String leftOut) {}

    /**
     * Makes a line bad, or good again.
     *
     * @throws NoSuchElementException when there is no such line
     * @throws IllegalArgumentException when that cannot be done to it
     * @throws IOException when one of its ends refuses
     */
    synchronized Impaired impair(String name, LineImpairment wanted, long seed)
            throws IOException, InterruptedException {
        var line = lines.named(name);
        var target = inForce.containsKey(line.turned().toString()) ? line.turned() : line;
        var now = Instant.now();
        var leftOut = lines.impair(line, wanted, seed);
        var fault = record(new Fault(++last, "impair", line.toString(), wanted.toString(), 0, now));
        if (lines.isIll(line)) {
            inForce.put(target.toString(), fault);
        } else {
            inForce.remove(target.toString());
        }
        return new Impaired(fault, leftOut);
    }

    /**
     * Takes back what is in force: a killed node is started, a stopped one goes on, a bad line is good again.
     *
     * @param what a node, a line, the number of a fault, or {@code all}
     */
    synchronized List<Fault> clear(String what) throws IOException, InterruptedException {
        var chosen = inForce.values().stream()
                .filter(fault -> what.equals("all") || isMeant(fault, what))
                .toList();
        if (chosen.isEmpty() && !what.equals("all")) {
            throw new NoSuchElementException("no fault '" + what + "' is in force");
        }
        var undone = new java.util.ArrayList<Fault>();
        for (var fault : chosen) {
            undone.add(
                    switch (fault.act()) {
                        case "stop" -> signal("cont", fault.target());
                        case "impair" -> impair(fault.target(), GOOD, 0).fault;
                        default -> restart(fault.target());
                    });
        }
        return undone;
    }

    private boolean isMeant(Fault fault, String what) {
        if (what.equals(fault.target()) || what.equals("" + fault.id())) {
            return true;
        }
        try {
            var line = lines.named(what);
            return fault.target().equals(line.toString())
                    || fault.target().equals(line.turned().toString());
        } catch (NoSuchElementException notOfALine) {
            return false;
        }
    }

    private RunningNode node(String target) {
        var node = nodes.get(target);
        if (node == null) {
            throw new NoSuchElementException(
                    "no node '" + target + "'; there are " + String.join(", ", nodes.keySet()));
        }
        return node;
    }

    private Fault record(String act, RunningNode node) {
        return record(new Fault(
                ++last, act, node.name(), "", node.id().map(ProcessId::pid).orElse(0L), Instant.now()));
    }

    private Fault record(Fault fault) {
        events.add(fault.time(), "fault", fault);
        return fault;
    }
}
