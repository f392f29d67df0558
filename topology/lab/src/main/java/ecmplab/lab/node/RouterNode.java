package ecmplab.lab.node;

import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.fabric.NodeConfig.Nic;
import ecmplab.lab.fabric.NodeConfig.RouterConfig;
import ecmplab.lab.file.InterfaceAddress;
import ecmplab.lab.file.Node;
import ecmplab.lab.metrics.NodeMetrics;
import ecmplab.lab.show.BgpShow;
import ecmplab.lab.show.DivergenceShow;
import ecmplab.lab.show.DropsShow;
import ecmplab.lab.show.EventFeed;
import ecmplab.lab.show.InterfaceShow;
import ecmplab.lab.show.RouterShow;
import ecmplab.lab.speaker.Recordings;
import ecmplab.lab.speaker.SpeakerOrders;
import ecmplab.port.ForwardingThread;
import ecmplab.port.InterfacePorts.Wish;
import ecmplab.port.Port;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterEvent;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.HashPolicy;
import ecmplab.router.forward.RouterInterface;
import ecmplab.router.kernel.KernelRoutes;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The software edge router: its ports, its forwarding thread, and a speaker that tells it where the VIPs are. */
final class RouterNode implements NodeRuntime {
    private final Optional<Ports> ports;
    private final Optional<KernelForwarding> kernelForwarding;
    private final Optional<KernelRoutes> kernelRoutes;
    private final DivergenceShow divergences;
    private final EdgeRouter router;
    private final ForwardingThread forwarding;
    private final Speaker speaker;
    private final Recordings recordings;
    private final ScheduledExecutorService timer;
    private final CarrierWatch carrier;

    RouterNode(RouterConfig config, EventLog events, CommandTree commands) throws IOException {
        var ecmp = EcmpPolicy.of(mode(config.router().ecmp()), config.router().buckets());
        boolean byKernel = config.router().usesKernel();
        boolean repair = config.router().divergence() == Node.Divergence.REPAIR;
        kernelForwarding =
                byKernel ? Optional.of(KernelForwarding.of(config.nics(), ecmp, repair, events)) : Optional.empty();
        var devices = config.nics().stream().map(Nic::device).toList();
        ports = byKernel
                ? Optional.empty()
                : Optional.of(Ports.open(devices, Wish.of(config.router().ports()), events));
        var interfaces = new ArrayList<RouterInterface>();
        for (var nic : config.nics()) {
            interfaces.add(new RouterInterface(
                    named(nic.device()),
                    (Inet4Address) nic.address().address(),
                    nic.address().length(),
                    nic.ipv6().map(RouterNode::subnet)));
        }
        var standard = ecmplab.router.RouterConfig.of(interfaces, List.of(), config.hashSeed());
        router = new EdgeRouter(
                new ecmplab.router.RouterConfig(
                        interfaces,
                        List.of(),
                        ecmp,
                        ForwardingSettings.of(
                                config.hashSeed(),
                                HashPolicy.valueOf(config.router().hash().name())),
                        standard.limits()),
                event -> {
                    // Our forwarding thread asks for neighbours that only the kernel can reach then.
                    if (!byKernel || !(event instanceof RouterEvent.NeighborFailed)) {
                        log(events, event);
                    }
                },
                System::nanoTime,
                InstantSource.system());
        List<? extends Port> all = ports.<List<? extends Port>>map(Ports::all)
                .or(() -> kernelForwarding.map(KernelForwarding::ports))
                .orElseThrow();
        forwarding = new ForwardingThread("forwarding", all, router.processor(), System::nanoTime).start();
        kernelRoutes = kernelForwarding.isPresent()
                ? Optional.of(kernelForwarding.get().start(router))
                : Optional.empty();
        divergences = new DivergenceShow(router, kernelRoutes);
        var feed = new EventFeed(InstantSource.system());
        speaker = Speaker.start(
                Speakers.config(config.router().bgp(), config.neighbors()),
                SessionServer.open(),
                feed.routes(router),
                feed.events(new BgpEvents(events)),
                InstantSource.system(),
                RandomGenerator.getDefault());
        carrier = CarrierWatch.start(devices, router::carrier);
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("upkeep").daemon().factory());
        var _ = timer.scheduleWithFixedDelay(router::upkeep, 1, 1, TimeUnit.SECONDS);
        BgpShow.add(commands, speaker, feed);
        SpeakerOrders.add(commands, speaker);
        recordings = new Recordings(speaker);
        recordings.apply(config.router().bgp().recordings());
        recordings.add(commands);
        RouterShow.add(commands, router, forwarding, divergences);
        ports.ifPresent(opened -> {
            InterfaceShow.add(commands, opened.interfaces());
            new PortOrders(opened.all(), events).add(commands);
        });
        DropsShow.add(commands, all, () -> DropsShow.of(router.counters()));
        new NodeMetrics(all, () -> DropsShow.of(router.counters()))
                .with(speaker)
                .with(router, divergences::all)
                .add(commands);
    }

    private static RouterInterface.Ipv6Subnet subnet(InterfaceAddress address) {
        return new RouterInterface.Ipv6Subnet((Inet6Address) address.address(), address.length());
    }

    private Port named(String device) {
        return ports.<Port>map(opened -> opened.named(device))
                .or(() -> kernelForwarding.map(kernel -> kernel.named(device)))
                .orElseThrow();
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
        return Speakers.status(speaker) + ", " + router.counters().routing().prefixes() + " prefixes"
                + divergences.status();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        carrier.close();
        recordings.close();
        speaker.close();
        kernelRoutes.ifPresent(KernelRoutes::close);
        forwarding.close();
        kernelForwarding.ifPresent(KernelForwarding::close);
        ports.ifPresent(Ports::close);
    }
}
