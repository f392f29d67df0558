package ecmplab.controller.southbound;

import ecmplab.controller.SlbDatabase;
import ecmplab.hostagent.probe.Health;
import ecmplab.hostagent.probe.ProbeChange;
import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.ovsdb.client.DisconnectedException;
import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.client.TransactionResult;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An agent's own rows as they should be, and the writes that make them so: one at a time, each with all that is new, again after
 * a break. Belongs to the client's event loop.
 */
final class AgentRegister {
    private record ResultKey(String probe, String member) implements Comparable<ResultKey> {
        @Override
        public int compareTo(ResultKey other) {
            int byProbe = probe.compareTo(other.probe);
            return byProbe != 0 ? byProbe : member.compareTo(other.member);
        }
    }

    private final OvsdbClient client;
    private final AgentIdentity identity;
    private final InstantSource clock;
    private final Consumer<AgentEvent> listener;
    private final LongAdder writes = new LongAdder();
    private final LongAdder refusals = new LongAdder();
    private final Map<ResultKey, ProbeChange> results = new TreeMap<>();
    private final Map<ResultKey, ProbeChange> unwritten = new TreeMap<>();
    private long epoch;
    private long cfg;
    private Map<TableKey, String> digests = Map.of();
    private boolean ready;
    /** Whether the row is there; a restarted agent takes over the one of its earlier life. */
    private boolean registered = true;

    private boolean changed;
    private boolean beat;
    private boolean writing;
    private long resumed;

    AgentRegister(OvsdbClient client, AgentIdentity identity, InstantSource clock, Consumer<AgentEvent> listener) {
        this.client = client;
        this.identity = identity;
        this.clock = clock;
        this.listener = listener;
    }

    long writes() {
        return writes.sum();
    }

    long refusals() {
        return refusals.sum();
    }

    /** After each connect the rows are written anew: the server may have lost what had not reached its disk. */
    void connected(long times) {
        if (times != resumed) {
            resumed = times;
            changed = true;
            unwritten.putAll(results);
            write();
        }
    }

    void acknowledge(long acknowledgedEpoch, long acknowledgedCfg, Map<TableKey, String> tables) {
        epoch = acknowledgedEpoch;
        cfg = acknowledgedCfg;
        digests = Map.copyOf(tables);
        changed = true;
        write();
    }

    void ready(boolean now) {
        changed |= ready != now;
        ready = now;
        write();
    }

    void report(ProbeChange change) {
        var key = new ResultKey(change.spec().probe(), change.spec().member());
        results.put(key, change);
        unwritten.put(key, change);
        write();
    }

    /** Forgets results of probes that are no longer asked for. */
    void retainProbes(List<ProbeSpec> specs) {
        var keys = specs.stream()
                .map(spec -> new ResultKey(spec.probe(), spec.member()))
                .toList();
        results.keySet().retainAll(keys);
        unwritten.keySet().retainAll(keys);
    }

    void heartbeat() {
        beat = true;
        write();
    }

    private void write() {
        if (writing || resumed == 0 || !client.isConnected() || !(changed || beat || !unwritten.isEmpty())) {
            return;
        }
        var inFlight = new LinkedHashMap<>(unwritten);
        var operations = new ArrayList<Operation>();
        boolean all = changed;
        operations.add(agentOperation(all));
        inFlight.values().forEach(change -> resultOperations(change, operations));
        writing = true;
        changed = false;
        beat = false;
        unwritten.clear();
        var _ = client.transact(SlbDatabase.NAME, operations)
                .whenComplete((result, failed) -> written(inFlight, all, result, failed));
    }

    private void written(
            Map<ResultKey, ProbeChange> inFlight,
            boolean all,
            @Nullable TransactionResult result,
            @Nullable Throwable failed) {
        writing = false;
        if (result != null && result.committed()) {
            writes.increment();
            if (registered && result.count(0) == 0) {
                registered = false;
                changed = true;
            } else {
                registered = true;
            }
            write();
            return;
        }
        changed |= all;
        inFlight.forEach(unwritten::putIfAbsent);
        unwritten.keySet().retainAll(results.keySet());
        if (result != null && result.error() != null) {
            refusals.increment();
            registered = true; // try what changes nothing first, at the next heartbeat
            listener.accept(new AgentEvent.WriteRefused(result.error().toString()));
        } else if (!(failed instanceof DisconnectedException)) {
            refusals.increment();
            listener.accept(new AgentEvent.WriteRefused(String.valueOf(failed)));
        }
        // Otherwise the next connect or heartbeat tries again.
    }

    private Operation agentOperation(boolean all) {
        var row = new LinkedHashMap<String, Datum>();
        row.put("last_seen", Datum.of(clock.millis()));
        if (all || !registered) {
            row.put("cur_epoch", Datum.of(epoch));
            row.put("cur_cfg", Datum.of(cfg));
            var texts = new TreeMap<String, String>();
            digests.forEach((table, digest) -> texts.put(table.toString(), digest));
            row.put("digests", Datum.stringMap(texts));
            row.put("ready", Datum.of(ready));
        }
        if (registered) {
            return new Operation.Update(
                    "Agent",
                    List.of(
                            Condition.equal("kind", Datum.of(identity.kind().text())),
                            Condition.equal("id", Datum.of(identity.id()))),
                    row);
        }
        row.put("kind", Datum.of(identity.kind().text()));
        row.put("id", Datum.of(identity.id()));
        return Operation.insert("Agent", row);
    }

    private void resultOperations(ProbeChange change, List<Operation> operations) {
        var where = List.<Condition>of(
                Condition.equal("probe", Datum.of(change.spec().probe())),
                Condition.equal("member", Datum.of(change.spec().member())));
        var row = new LinkedHashMap<String, Datum>();
        row.put("probe", Datum.of(change.spec().probe()));
        row.put("member", Datum.of(change.spec().member()));
        row.put("host", Datum.of(identity.id()));
        row.put("up", Datum.of(change.to() == Health.UP));
        row.put("since", Datum.of(change.at().toEpochMilli()));
        row.put("why", Datum.of(change.why()));
        operations.add(new Operation.Delete("Probe_Result", where));
        operations.add(Operation.insert("Probe_Result", row));
    }
}
