package ecmplab.lab.node;

import ecmplab.controller.southbound.Agent;
import ecmplab.controller.southbound.AgentEvent;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentPolicy;
import ecmplab.lab.authority.LabAuthority.Credentials;
import ecmplab.lab.authority.LabTls;
import ecmplab.lab.fabric.NodeConfig;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** A node's subscription to its policy: an {@link Agent} whose news are handled one after another on a thread of their own. */
final class Southbound implements AutoCloseable {
    private final Agent agent;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("policy").daemon().factory());

    private Southbound(AgentIdentity identity, OvsdbAddress server, EventLog events, Consumer<AgentPolicy> policies) {
        agent = Agent.create(identity, server, Agent.Options.USUAL, InstantSource.system(), new Agent.Listener() {
            @Override
            public void policy(AgentPolicy policy) {
                try {
                    worker.execute(() -> policies.accept(policy));
                } catch (RejectedExecutionException closing) {
                    // The node ends; it needs no policy any more.
                }
            }

            @Override
            public void event(AgentEvent event) {
                events.add((Record) event);
            }
        });
    }

    /** For the lab's OVSDB server; nothing happens until {@link #open}. */
    static Southbound to(
            AgentIdentity identity,
            NodeConfig config,
            NodeConfig.Southbound server,
            EventLog events,
            Consumer<AgentPolicy> policies)
            throws IOException {
        var address = new InetSocketAddress(server.address(), server.port());
        var transport = new OvsdbAddress.Tls(address, LabTls.client(Credentials.of(config.directory(), config.name())));
        return new Southbound(identity, transport, events, policies);
    }

    /** Starts to connect: when the node is ready to have its policy applied, and to acknowledge it. */
    void open() {
        var _ = agent.open();
    }

    Agent agent() {
        return agent;
    }

    @Override
    public void close() {
        agent.close();
        worker.shutdownNow();
    }
}
