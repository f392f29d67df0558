package ecmplab.lab.supervisor;

import ecmplab.lab.node.EventLog;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Does things to nodes, remembers which are still in force, and records each as an event with its number. */
final class Faults {
    private final Map<String, RunningNode> nodes;
    private final EventLog events;
    /** By target; a node is under one fault at a time. */
    private final Map<String, Fault> inForce = new LinkedHashMap<>();

    private int last;

    Faults(Map<String, RunningNode> nodes, EventLog events) {
        this.nodes = nodes;
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
        return record("restart", node);
    }

    /**
     * Takes back what is in force: a killed node is started, a stopped one goes on.
     *
     * @param what a node, the number of a fault, or {@code all}
     */
    synchronized List<Fault> clear(String what) throws IOException, InterruptedException {
        var chosen = inForce.values().stream()
                .filter(fault -> what.equals("all") || what.equals(fault.target()) || what.equals("" + fault.id()))
                .toList();
        if (chosen.isEmpty() && !what.equals("all")) {
            throw new NoSuchElementException("no fault '" + what + "' is in force");
        }
        var undone = new java.util.ArrayList<Fault>();
        for (var fault : chosen) {
            undone.add(fault.act().equals("stop") ? signal("cont", fault.target()) : restart(fault.target()));
        }
        return undone;
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
        var fault = new Fault(
                ++last, act, node.name(), node.id().map(ProcessId::pid).orElse(0L), Instant.now());
        events.add(fault.time(), "fault", fault);
        return fault;
    }
}
