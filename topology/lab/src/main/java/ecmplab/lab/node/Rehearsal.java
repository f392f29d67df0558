package ecmplab.lab.node;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.lab.authority.LabAuthority;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.fabric.NodeConfig;
import ecmplab.lab.fabric.NodeConfig.ControllerConfig;
import ecmplab.lab.fabric.NodeConfigs;
import ecmplab.lab.file.InterfaceAddress;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import ecmplab.lab.show.BgpShow;
import ecmplab.lab.show.EventFeed;
import ecmplab.lab.traffic.HttpRequests;
import ecmplab.lab.traffic.VmServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A lab's control plane in one process, on loopback, without any rights: a controller and an agent over TLS, two speakers, a
 * VM and who asks it. For {@code lab warm-up}, during which the JVM records what node processes will load.
 */
public final class Rehearsal {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final Lab lab;
    private final Path folder;

    private Rehearsal(Lab lab, Path folder) {
        this.lab = lab;
        this.folder = folder;
    }

    /** The control plane; {@code folder} gets the files of a controller. */
    public static void control(Lab lab, Path folder) throws IOException, InterruptedException {
        var rehearsal = new Rehearsal(lab, folder);
        rehearsal.policy();
        rehearsal.sessions();
    }

    /** A VM, and who asks it; {@code folder} gets an event log. */
    public static void traffic(Path folder) throws IOException {
        try (var events = EventLog.open(folder.resolve("vm.events.jsonl"), "vm");
                var vm = VmServices.start("vm1", 0, 0)) {
            events.add(Instant.now(), "node-started", Map.of("kind", "vm"));
            HttpRequests.get(new InetSocketAddress(LOOPBACK, vm.httpPort()), 2);
        }
    }

    /** The SLB manager writes the lab's services to its database, and a MUX's agent gets them. */
    private void policy() throws IOException, InterruptedException {
        var authority = LabAuthority.create(folder, lab.name());
        authority.issue("controller", List.of(LOOPBACK));
        authority.issue("mux1", List.of(LOOPBACK));
        int port = freePort();
        var controller = new Node.Controller(
                "controller", Node.Restart.NEVER, new InterfaceAddress(LOOPBACK, 8), Node.Store.EMBEDDED, port, 251);
        var commands = new CommandTree();
        var got = new CountDownLatch(1);
        try (var events = EventLog.open(folder.resolve("controller.events.jsonl"), "controller");
                var node = new ControllerNode(
                        new ControllerConfig("controller", folder, List.of(), controller, lab), events, commands);
                var agent = Southbound.to(
                        new AgentIdentity(AgentIdentity.Kind.MUX, "mux1"),
                        mux(),
                        new NodeConfig.Southbound(LOOPBACK, port),
                        events,
                        policy -> got.countDown());
                var server = ControlServer.start(folder.resolve("controller.sock"), commands)) {
            agent.open();
            got.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            node.status();
            ControlClient.ask(folder.resolve("controller.sock"), List.of("show", "slb", "--json"));
        }
    }

    private NodeConfig mux() {
        return NodeConfigs.of(lab, folder).stream()
                .filter(config -> config.name().equals("mux1"))
                .findFirst()
                .orElseThrow();
    }

    /** One speaker listens and the other comes; a prefix goes over. */
    private void sessions() throws IOException, InterruptedException {
        var far = InetAddress.ofLiteral("127.0.0.2");
        int port = freePort();
        try (var listening = speaker(65_000, new InetSocketAddress(LOOPBACK, port), LOOPBACK, far, 65_010, port, true);
                var coming = speaker(65_010, null, far, LOOPBACK, 65_000, port, false)) {
            coming.announce(Prefix.parse("203.0.113.10/32"));
            await(() -> listening.summary().peers().stream().anyMatch(peer -> peer.state() == State.ESTABLISHED));
            var commands = new CommandTree();
            BgpShow.add(commands, listening, new EventFeed(java.time.InstantSource.system()));
            try (var server = ControlServer.start(folder.resolve("speaker.sock"), commands)) {
                ControlClient.ask(folder.resolve("speaker.sock"), List.of("show", "bgp", "summary", "--json"));
            }
        }
    }

    private static Speaker speaker(
            long as,
            @Nullable InetSocketAddress listen,
            InetAddress local,
            InetAddress remote,
            long remoteAs,
            int port,
            boolean passive)
            throws IOException {
        var id = RouterId.parse(local.getHostAddress());
        var session = SessionConfig.of(remote, Asn.of(remoteAs), Asn.of(as), id)
                .withLocalAddress(local)
                .withPort(port)
                .withPassive(passive);
        return Speaker.start(
                SpeakerConfig.of(Asn.of(as), id).withListen(listen).withNeighbors(List.of(NeighborConfig.of(session))),
                SessionServer.open(),
                changes -> {},
                event -> {},
                InstantSource.system(),
                RandomGenerator.getDefault());
    }

    private static void await(BooleanSupplier fact) throws InterruptedException {
        for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end && !fact.getAsBoolean(); ) {
            Thread.sleep(Duration.ofMillis(10));
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }
}
