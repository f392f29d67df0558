package ecmplab.lab.drill;

import ecmplab.lab.file.Drill;
import ecmplab.lab.traffic.FlowRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that was observed during a drill, before anybody draws conclusions.
 *
 * @param edge kind of the edge router, {@code edgeName} its node
 * @param records the client's, at the end
 * @param carriers before the first step and after each step's hold: client port to MUX, by the MUXes' flow tables
 * @param secondChance client ports of flows that a host agent passed on
 * @param floods what came of each, in order
 * @param events of all nodes since the start, by time
 */
record Evidence(
        String lab,
        String edge,
        String edgeName,
        Drill drill,
        Instant started,
        Instant ended,
        List<StepDone> steps,
        List<FlowRecord> records,
        List<Map<Integer, String>> carriers,
        Set<Integer> secondChance,
        List<FloodCost> floods,
        List<NodeEvent> events) {

    /** A step that was carried out, at the moment the signal was sent. */
    record StepDone(Drill.Step step, Instant at) {}

    /** A line of a node's event log. */
    record NodeEvent(Instant time, String node, String event, Map<String, Object> details) {
        String detail(String name) {
            return String.valueOf(details.getOrDefault(name, ""));
        }
    }
}
