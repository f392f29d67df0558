package ecmplab.lab.node;

import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentPolicy;
import ecmplab.controller.southbound.TableKey;
import ecmplab.hostagent.forward.HostAgent;
import ecmplab.hostagent.forward.HostEvent;
import ecmplab.hostagent.forward.PolicyOutcome;
import ecmplab.hostagent.forward.ProviderAddress;
import ecmplab.hostagent.forward.VmAddress;
import ecmplab.hostagent.forward.VmPort;
import ecmplab.hostagent.probe.ProbeChange;
import ecmplab.hostagent.probe.Prober;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.fabric.NodeConfig.HostConfig;
import ecmplab.lab.fabric.NodeConfig.Underlay;
import ecmplab.lab.metrics.NodeMetrics;
import ecmplab.lab.show.DropsShow;
import ecmplab.lab.show.HostShow;
import ecmplab.lab.show.InterfaceShow;
import ecmplab.packet.Vxlan;
import ecmplab.port.ForwardingThread;
import ecmplab.port.InterfacePorts.Wish;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A host: the agent between its underlay port and its VMs' ports, the probes of its VMs, and its policy from OVSDB. */
final class HostNode implements NodeRuntime {
    private static final long REPORT_MILLIS = 200;

    private final HostConfig config;
    private final Ports ports;
    /** Never read: with it the kernel does not answer VXLAN packets, which are the agent's, with port unreachable. */
    private final List<DatagramSocket> vxlan = new ArrayList<>();

    private final HostAgent agent;
    private final Prober prober;
    private final ForwardingThread forwarding;
    private final ScheduledExecutorService timer;
    private final @Nullable Southbound southbound;
    private volatile long cfg;

    HostNode(HostConfig config, EventLog events, CommandTree commands) throws IOException {
        this.config = config;
        var underlay = config.nics().getFirst();
        var devices = new ArrayList<>(List.of(underlay.device()));
        config.vms().forEach(vm -> devices.add(vm.device()));
        ports = Ports.open(devices, Wish.of(config.host().ports()).withTunnelPort(Vxlan.UDP_PORT), events);
        for (var each : config.underlay()) {
            var socket = new DatagramSocket(new InetSocketAddress(each.address().address(), Vxlan.UDP_PORT));
            socket.setReceiveBufferSize(1);
            vxlan.add(socket);
        }
        agent = new HostAgent(
                ecmplab.hostagent.forward.HostConfig.of(
                        config.underlay().stream().map(HostNode::provider).toArray(ProviderAddress[]::new)),
                ports.named(underlay.device()),
                config.vms().stream().map(this::vmPort).toList(),
                event -> log(events, event),
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom().nextLong());
        prober = new Prober(change -> probed(events, change), InstantSource.system());
        forwarding = new ForwardingThread("forwarding", ports.all(), agent, System::nanoTime).start();
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("report").daemon().factory());
        var _ = timer.scheduleWithFixedDelay(agent::reportFlows, REPORT_MILLIS, REPORT_MILLIS, TimeUnit.MILLISECONDS);
        var server = config.southbound();
        southbound = server.isEmpty()
                ? null
                : Southbound.to(
                        new AgentIdentity(AgentIdentity.Kind.HOST, config.name()),
                        config,
                        server.get(),
                        events,
                        this::apply);
        HostShow.add(commands, agent, prober);
        InterfaceShow.add(commands, ports.interfaces());
        new PortOrders(ports.all(), events).add(commands);
        DropsShow.add(commands, ports.all(), () -> DropsShow.of(agent.snapshot()));
        new NodeMetrics(ports.all(), () -> DropsShow.of(agent.snapshot()))
                .with(agent)
                .add(commands);
        if (southbound != null) {
            southbound.open();
        }
    }

    private static ProviderAddress provider(Underlay underlay) {
        return new ProviderAddress(
                underlay.address().address(), underlay.address().length(), underlay.gateway());
    }

    private VmPort vmPort(ecmplab.lab.fabric.NodeConfig.VmPort port) {
        var vm = port.vm();
        var host = config.host();
        var addresses = new ArrayList<>(
                List.of(new VmAddress(vm.address(), host.gateway().address())));
        vm.ipv6()
                .ifPresent(address -> host.ipv6Gateway()
                        .ifPresent(gateway -> addresses.add(new VmAddress(address, gateway.address()))));
        return new VmPort(vm.name(), ports.named(port.device()), addresses, vm.mac(), host.vni());
    }

    private static void log(EventLog events, HostEvent event) {
        events.add(event.at(), EventLog.kebab(event.getClass().getSimpleName()), event);
    }

    private void probed(EventLog events, ProbeChange change) {
        log(events, new HostEvent.ProbeChanged(change.at(), change));
        if (southbound != null) {
            southbound.agent().reportProbe(change);
        }
    }

    private void apply(AgentPolicy policy) {
        prober.apply(policy.probes());
        if (agent.apply(policy.slb()) instanceof PolicyOutcome.Applied applied && southbound != null) {
            cfg = applied.cfg();
            var digests = new LinkedHashMap<TableKey, String>();
            for (var table : applied.inPlace()) {
                digests.put(
                        new TableKey(table.endpoint(), table.generation()),
                        String.format(Locale.ROOT, "%016x", table.digest()));
            }
            southbound.agent().acknowledge(applied.epoch(), applied.cfg(), digests);
            southbound.agent().ready(applied.faults().isEmpty());
        }
    }

    @Override
    public List<String> waitingFor() {
        return southbound != null && cfg == 0 ? List.of("its policy from OVSDB") : List.of();
    }

    @Override
    public String status() {
        var probes = prober.snapshot();
        long up = probes.stream()
                .filter(probe -> probe.health() == ecmplab.hostagent.probe.Health.UP)
                .count();
        return config.vms().size() + " VMs, " + up + " of " + probes.size() + " probes up, "
                + agent.snapshot().nat().flows() + " flows";
    }

    @Override
    public void close() {
        if (southbound != null) {
            southbound.close();
        }
        prober.close();
        timer.shutdownNow();
        forwarding.close();
        vxlan.forEach(DatagramSocket::close);
        ports.close();
    }
}
