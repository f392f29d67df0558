package ecmplab.lab.node;

import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentPolicy;
import ecmplab.controller.southbound.TableKey;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.fabric.NodeConfig.MuxConfig;
import ecmplab.lab.file.InterfaceAddress;
import ecmplab.lab.metrics.NodeMetrics;
import ecmplab.lab.show.BgpShow;
import ecmplab.lab.show.DropsShow;
import ecmplab.lab.show.EventFeed;
import ecmplab.lab.show.InterfaceShow;
import ecmplab.lab.show.MuxShow;
import ecmplab.lab.speaker.Recordings;
import ecmplab.lab.speaker.SpeakerOrders;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.forward.Mux;
import ecmplab.mux.forward.MuxEvent;
import ecmplab.mux.forward.MuxSettings;
import ecmplab.mux.forward.PathReport;
import ecmplab.mux.forward.Surroundings;
import ecmplab.packet.AddressText;
import ecmplab.port.ForwardingThread;
import ecmplab.port.InterfacePorts.Wish;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A MUX: its port and forwarding thread, a speaker that announces its VIPs, and its policy from OVSDB. */
final class MuxNode implements NodeRuntime {
    /** How long the VIPs stay announced as leaving before they are withdrawn. */
    private static final Duration SHIFT = Duration.ofMillis(500);

    private final MuxConfig config;
    private final EventLog events;
    private final Ports ports;
    private final Speaker speaker;
    private final Recordings recordings;
    private final Mux mux;
    private final ForwardingThread forwarding;
    private final ScheduledExecutorService worker;
    private final @Nullable Southbound southbound;

    /** What the tables of the policy in force must come to; of the worker and the policy thread. */
    private volatile AgentPolicy policy = AgentPolicy.EMPTY;

    MuxNode(MuxConfig config, EventLog events, CommandTree commands) throws IOException {
        this.config = config;
        this.events = events;
        ports = Ports.open(
                List.of(config.nics().getFirst().device()), Wish.of(config.mux().ports()), events);
        worker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("mux-events").daemon().factory());
        var feed = new EventFeed(InstantSource.system());
        speaker = Speaker.start(
                Speakers.config(config.mux().bgp(), config.neighbors()),
                SessionServer.open(),
                feed.routes(RouteListener.NONE),
                feed.events(new BgpEvents(events)),
                InstantSource.system(),
                RandomGenerator.getDefault());
        mux = new Mux(
                settings(config),
                ports.all().getFirst(),
                new Surroundings(
                        speaker,
                        (delay, action) -> {
                            var _ = worker.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
                        },
                        System::nanoTime,
                        InstantSource.system(),
                        worker,
                        this::happened),
                Arena.global());
        forwarding = new ForwardingThread("forwarding", ports.all(), mux, System::nanoTime).start();
        var server = config.southbound();
        southbound = server.isEmpty()
                ? null
                : Southbound.to(
                        new AgentIdentity(AgentIdentity.Kind.MUX, config.name()),
                        config,
                        server.get(),
                        events,
                        this::apply);
        BgpShow.add(commands, speaker, feed);
        SpeakerOrders.add(commands, speaker);
        recordings = new Recordings(speaker);
        recordings.apply(config.mux().bgp().recordings());
        recordings.add(commands);
        MuxShow.add(commands, mux);
        InterfaceShow.add(commands, ports.interfaces());
        new PortOrders(ports.all(), events).add(commands);
        DropsShow.add(commands, ports.all(), () -> DropsShow.of(mux.counters()));
        new NodeMetrics(ports.all(), () -> DropsShow.of(mux.counters()))
                .with(speaker)
                .with(mux)
                .add(commands);
        commands.on("drain", values -> {
            mux.drain(SHIFT, config.mux().drainTime(), () -> {});
            return Answer.line("draining for " + config.mux().drainTime().toSeconds() + " s");
        });
        commands.on("resume", values -> {
            mux.resume();
            return Answer.line("announcing again");
        });
        if (southbound != null) {
            southbound.open();
        }
    }

    private static MuxSettings settings(MuxConfig config) {
        var own = config.nics().stream()
                .flatMap(nic -> Stream.concat(Stream.of(nic.address()), nic.ipv6().stream()))
                .map(InterfaceAddress::address)
                .toList();
        var ipv4 = config.underlay().getFirst();
        var ipv6 = config.underlay().getLast().address().address();
        int flows = config.mux().flows();
        var limits = FlowLimits.LAB;
        return new MuxSettings(
                config.mux().number(),
                (Inet4Address) ipv4.address().address(),
                ipv6 instanceof Inet6Address address ? address : null,
                (Inet4Address) ipv4.gateway(),
                Set.copyOf(own),
                new FlowLimits(flows, Math.max(1, flows / 8), limits.untrustedTimeout(), limits.newFlowsPerSecond()),
                new SecureRandom().nextLong());
    }

    private void apply(AgentPolicy next) {
        policy = next;
        mux.apply(next.slb());
    }

    private void happened(MuxEvent event) {
        events.add(event.at(), EventLog.kebab(event.getClass().getSimpleName()), event);
        if (event instanceof MuxEvent.PolicyInPath inPath) {
            acknowledge(inPath.report());
        }
    }

    /** A table that came to something else here than at the SLB manager would send flows astray: its VIP is not announced. */
    private void acknowledge(PathReport report) {
        var expected = policy.digests();
        var digests = new LinkedHashMap<TableKey, String>();
        var wrong = new ArrayList<TableKey>();
        for (var table : report.tables()) {
            var key = new TableKey(table.endpoint(), table.generation());
            digests.put(key, table.digest());
            if (!table.digest().equals(expected.getOrDefault(key, table.digest()))) {
                wrong.add(key);
            }
        }
        report.tables().stream().map(table -> table.endpoint().vip()).distinct().forEach(vip -> {
            if (wrong.stream().anyMatch(key -> key.endpoint().vip().equals(vip))) {
                events.add(
                        java.time.Instant.now(),
                        "digest-mismatch",
                        Map.of("vip", AddressText.of(vip), "tables", wrong.toString()));
                mux.hold(vip);
            } else {
                mux.release(vip);
            }
        });
        if (southbound != null) {
            southbound.agent().acknowledge(report.epoch(), report.cfg(), digests);
            southbound.agent().ready(wrong.isEmpty());
        }
    }

    @Override
    public List<String> waitingFor() {
        var waiting = new ArrayList<>(Speakers.waitingFor(speaker));
        if (southbound != null && mux.status().cfg() == 0) {
            waiting.add("its policy from OVSDB");
        }
        return waiting;
    }

    @Override
    public String status() {
        var flows = mux.counters().flows();
        return Speakers.status(speaker) + ", " + MuxShow.announced(mux) + ", " + (flows.trusted() + flows.untrusted())
                + " flows";
    }

    /** Leaves gracefully: announces that it goes, withdraws, forwards what still comes for the drain time, and ends. */
    @Override
    public void close() throws IOException {
        var drained = new CountDownLatch(1);
        mux.drain(SHIFT, config.mux().drainTime(), drained::countDown);
        try {
            drained.await();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        if (southbound != null) {
            southbound.close();
        }
        recordings.close();
        speaker.close();
        forwarding.close();
        ports.close();
        worker.shutdownNow();
    }
}
