package ecmplab.lab.node;

import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.fabric.NodeConfig.Nic;
import ecmplab.lab.fabric.NodeConfig.RouterConfig;
import ecmplab.lab.file.Node;
import ecmplab.lab.show.BgpShow;
import ecmplab.lab.show.DropsShow;
import ecmplab.lab.show.EventFeed;
import ecmplab.lab.show.InterfaceShow;
import ecmplab.lab.show.RouterShow;
import ecmplab.lab.speaker.Recordings;
import ecmplab.lab.speaker.SpeakerOrders;
import ecmplab.port.ForwardingThread;
import ecmplab.port.InterfacePorts.Wish;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterEvent;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.HashPolicy;
import ecmplab.router.forward.RouterInterface;
import java.io.IOException;
import java.net.Inet4Address;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The software edge router: its ports, its forwarding thread, and a speaker that tells it where the VIPs are. */
final class RouterNode implements NodeRuntime {
    private final Ports ports;
    private final EdgeRouter router;
    private final ForwardingThread forwarding;
    private final Speaker speaker;
    private final Recordings recordings;
    private final ScheduledExecutorService timer;
    private final CarrierWatch carrier;

    RouterNode(RouterConfig config, EventLog events, CommandTree commands) throws IOException {
        ports = Ports.open(
                config.nics().stream().map(Nic::device).toList(),
                Wish.of(config.router().ports()),
                events);
        var interfaces = new ArrayList<RouterInterface>();
        for (var nic : config.nics()) {
            interfaces.add(new RouterInterface(
                    ports.named(nic.device()),
                    (Inet4Address) nic.address().address(),
                    nic.address().length()));
        }
        var standard = ecmplab.router.RouterConfig.of(interfaces, List.of(), config.hashSeed());
        router = new EdgeRouter(
                new ecmplab.router.RouterConfig(
                        interfaces,
                        List.of(),
                        EcmpPolicy.of(
                                mode(config.router().ecmp()), config.router().buckets()),
                        ForwardingSettings.of(
                                config.hashSeed(),
                                HashPolicy.valueOf(config.router().hash().name())),
                        standard.limits()),
                event -> log(events, event),
                System::nanoTime,
                InstantSource.system());
        forwarding = new ForwardingThread("forwarding", ports.all(), router.processor(), System::nanoTime).start();
        var feed = new EventFeed(InstantSource.system());
        speaker = Speaker.start(
                Speakers.config(config.router().bgp(), config.neighbors()),
                SessionServer.open(),
                feed.routes(router),
                feed.events(new BgpEvents(events)),
                InstantSource.system(),
                RandomGenerator.getDefault());
        carrier = CarrierWatch.start(config.nics().stream().map(Nic::device).toList(), router::carrier);
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("upkeep").daemon().factory());
        var _ = timer.scheduleWithFixedDelay(router::upkeep, 1, 1, TimeUnit.SECONDS);
        BgpShow.add(commands, speaker, feed);
        SpeakerOrders.add(commands, speaker);
        recordings = new Recordings(speaker);
        recordings.apply(config.router().bgp().recordings());
        recordings.add(commands);
        RouterShow.add(commands, router, forwarding);
        InterfaceShow.add(commands, ports.interfaces());
        new PortOrders(ports.all(), events).add(commands);
        DropsShow.add(commands, ports.all(), () -> DropsShow.of(router.counters()));
    }

    private static void log(EventLog events, RouterEvent event) {
        events.add(event.time(), EventLog.kebab(event.getClass().getSimpleName()), event);
    }

    private static EcmpMode mode(Node.EcmpMode mode) {
        return switch (mode) {
            case MODULO -> EcmpMode.MODULO;
            case HASH_THRESHOLD -> EcmpMode.HASH_THRESHOLD;
            case RESILIENT -> EcmpMode.RESILIENT;
        };
    }

    @Override
    public List<String> waitingFor() {
        return Speakers.waitingFor(speaker);
    }

    @Override
    public String status() {
        return Speakers.status(speaker) + ", " + router.counters().routing().prefixes() + " prefixes";
    }

    @Override
    public void close() {
        timer.shutdownNow();
        carrier.close();
        recordings.close();
        speaker.close();
        forwarding.close();
        ports.close();
    }
}
