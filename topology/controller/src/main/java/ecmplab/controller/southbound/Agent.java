package ecmplab.controller.southbound;

import ecmplab.controller.SlbDatabase;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.hostagent.probe.Health;
import ecmplab.hostagent.probe.ProbeChange;
import ecmplab.ovsdb.client.ClientEvent;
import ecmplab.ovsdb.client.MonitoredTable;
import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.client.Replica;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.data.RowId;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The end of the southbound interface in a MUX's or host's process. It delivers policies, and keeps the agent's own rows in the
 * database as the process last said: what is said while the connection is down is written when it is back, and only the newest
 * counts. A heartbeat is written on its own, every {@link Options#heartbeat}.
 */
public final class Agent implements AutoCloseable {
    /** Called on the agent's event loop: hand the work to another thread, tables take milliseconds. */
    public interface Listener {
        /** The newest policy; also called once when the database holds no policy yet. */
        void policy(AgentPolicy policy);

        void event(AgentEvent event);
    }

    /** @param heartbeat how often {@code last_seen} is written; the SLB manager gives an agent up after some times as long */
    public record Options(Duration heartbeat, OvsdbClient.Options client) {
        public static final Options USUAL = new Options(Duration.ofSeconds(1), OvsdbClient.Options.USUAL);
    }

    /**
     * Since the agent started.
     *
     * @param rejected rows that could not be understood, counted at each policy
     * @param epochsRefused policies of a manager that had been replaced
     */
    public record Counters(long policies, long rejected, long epochsRefused, long writes, long writesRefused) {}

    private final AgentIdentity identity;
    private final Options options;
    private final Listener listener;
    private final PolicyReader reader;
    private final OvsdbClient client;
    private final AgentRegister register;
    private final LongAdder policies = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder epochsRefused = new LongAdder();
    private volatile AgentPolicy delivered = AgentPolicy.EMPTY;
    private List<AgentEvent.Rejected> lastRejected = List.of();
    private boolean anyDelivered;

    private Agent(
            AgentIdentity identity, OvsdbAddress server, Options options, InstantSource clock, Listener listener) {
        this.identity = identity;
        this.listener = listener;
        this.reader = new PolicyReader(identity);
        this.options = options;
        this.client = OvsdbClient.create(server, options.client, this::connection);
        this.register = new AgentRegister(client, identity, clock, listener::event);
    }

    /** An agent that does nothing until {@link #open}: its listener may refer to it. */
    public static Agent create(
            AgentIdentity identity, OvsdbAddress server, Options options, InstantSource clock, Listener listener) {
        return new Agent(identity, server, options, clock, listener);
    }

    /** Creates and opens an agent. Policies may come before this returns. */
    public static Agent start(
            AgentIdentity identity, OvsdbAddress server, Options options, InstantSource clock, Listener listener) {
        return create(identity, server, options, clock, listener).open();
    }

    /** Starts to connect to the database, and returns at once. */
    public Agent open() {
        var _ = client.replicate(SlbDatabase.NAME, monitored(), new Replica.Listener() {
            @Override
            public void changed(Replica.Snapshot snapshot, List<RowChange> changes) {
                read(snapshot);
                register.connected(snapshot.resumed());
            }

            @Override
            public void rejected(RowId row, OvsdbError why) {
                rejected.increment();
                listener.event(new AgentEvent.Rejected(row.table() + " " + row.uuid(), why.toString()));
            }
        });
        var _ = client.loop()
                .scheduleAtFixedRate(
                        register::heartbeat,
                        options.heartbeat.toMillis(),
                        options.heartbeat.toMillis(),
                        TimeUnit.MILLISECONDS);
        client.open();
        return this;
    }

    private List<MonitoredTable> monitored() {
        var tables = new ArrayList<>(List.of(
                MonitoredTable.all("SLB_Global"),
                MonitoredTable.all("Vip"),
                MonitoredTable.all("Vip_Endpoint"),
                MonitoredTable.all("Table_Version"),
                MonitoredTable.all("Member")));
        if (identity.kind() == Kind.HOST) {
            tables.add(MonitoredTable.all("Probe"));
            tables.add(MonitoredTable.all("Dip"));
        }
        return tables;
    }

    private void connection(ClientEvent event) {
        listener.event(
                switch (event) {
                    case ClientEvent.Connected(OvsdbAddress server) -> new AgentEvent.Connected(server.toString());
                    case ClientEvent.Disconnected(OvsdbAddress server, String why, Duration retryAfter) ->
                        new AgentEvent.Disconnected(server.toString(), why, retryAfter);
                    case ClientEvent.ReplicaFault(String database, String why) ->
                        new AgentEvent.WriteRefused(database + ": " + why);
                });
    }

    private void read(Replica.Snapshot snapshot) {
        var reading = reader.read(snapshot);
        rejected.add(reading.rejected().size());
        if (!reading.rejected().equals(lastRejected)) {
            lastRejected = reading.rejected();
            lastRejected.forEach(listener::event);
        }
        var policy = reading.policy();
        if (policy.slb().epoch() < delivered.slb().epoch()) {
            epochsRefused.increment();
            listener.event(new AgentEvent.EpochRefused(
                    policy.slb().epoch(), delivered.slb().epoch()));
        } else if (!anyDelivered || !policy.equals(delivered)) {
            anyDelivered = true;
            delivered = policy;
            register.retainProbes(policy.probes());
            policies.increment();
            listener.policy(policy);
        }
    }

    /**
     * Says that the policy {@code cfg} is in the forwarding path, with the digests of all tables at hand there.
     *
     * @param digests sixteen hex digits each
     */
    public void acknowledge(long epoch, long cfg, Map<TableKey, String> digests) {
        client.loop().execute(() -> register.acknowledge(epoch, cfg, digests));
    }

    /** Says whether the node does its work as a whole: for a MUX, that it announces what it should. */
    public void ready(boolean ready) {
        client.loop().execute(() -> register.ready(ready));
    }

    /** Says what a probe has found out about a backend of this host. */
    public void reportProbe(ProbeChange change) {
        if (change.to() != Health.UNKNOWN) {
            client.loop().execute(() -> register.report(change));
        }
    }

    /** On any thread: the policy that was delivered last. */
    public AgentPolicy policy() {
        return delivered;
    }

    public boolean isConnected() {
        return client.isConnected();
    }

    public Counters counters() {
        return new Counters(
                policies.sum(), rejected.sum(), epochsRefused.sum(), register.writes(), register.refusals());
    }

    @Override
    public void close() {
        client.close();
    }
}
