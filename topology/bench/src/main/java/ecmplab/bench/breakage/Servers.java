package ecmplab.bench.breakage;

import ecmplab.hostagent.forward.HostAgent;
import ecmplab.hostagent.forward.HostConfig;
import ecmplab.hostagent.forward.ProviderAddress;
import ecmplab.hostagent.forward.VmPort;
import ecmplab.hostagent.nat.NatTimeouts;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Vni;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Port;
import java.util.ArrayList;
import java.util.List;

/**
 * The hosts of a {@link Cloud}, their agents and the VMs, which can move between hosts that are cabled for it: a VM is where its cable is, and takes its
 * connections along.
 */
final class Servers {
    private final Cloud.Shape shape;
    private final Cloud.Outside outside;
    private final List<Station> stations = new ArrayList<>();
    private final List<Port> underlays = new ArrayList<>();
    private final List<List<VmPort>> vmPorts = new ArrayList<>();
    /** By host, then by backend. */
    private final List<List<End>> ends = new ArrayList<>();

    private final List<HostAgent> agents = new ArrayList<>();
    private final List<Vm> vms = new ArrayList<>();
    /** Host of each VM. */
    private final int[] places;

    Servers(Cloud.Shape shape, Cloud.Outside outside) {
        this.shape = shape;
        this.outside = outside;
        places = new int[shape.backends()];
        for (int backend = 0; backend < shape.backends(); backend++) {
            places[backend] = backend % shape.hosts();
            vms.add(vm(backend));
        }
    }

    private Vm vm(int backend) {
        return new Vm(backend, Ipv4.bits(Addresses.vm(backend)), Addresses.SERVER_PORT, segment -> {
            var gateway = Addresses.mac('V', backend).bits();
            ends.get(places[backend])
                    .get(backend)
                    .send(segment.frame(gateway, Addresses.mac('v', backend).bits()));
        });
    }

    /**
     * Adds the next host.
     *
     * @param underlay its end of the link to the router
     */
    void add(FramePool pool, Port underlay) {
        int host = stations.size();
        var station = new Station("host" + host, pool, false);
        station.attach(underlay, Ipv4.bits(Addresses.host(host)));
        stations.add(station);
        underlays.add(underlay);
        vmPorts.add(new ArrayList<>());
        ends.add(new ArrayList<>());
        for (int backend = 0; backend < shape.backends(); backend++) {
            cable(host, backend, pool);
        }
        agents.add(agent(host));
        begin(host);
    }

    /** Where VMs do not move, a host has no port for those of others, only an end that nobody takes from. */
    private void cable(int host, int backend, FramePool pool) {
        var mac = Addresses.mac('v', backend);
        var cable = new MemoryLink(
                new MemoryLink.End("vm" + backend, Addresses.mac('V', backend), pool),
                new MemoryLink.End("eth0", mac, outside.frames()),
                Cloud.MTU,
                Cloud.QUEUE);
        ends.get(host).add(new End(cable.right()));
        if (shape.moves() || places[backend] == host) {
            stations.get(host).attach(cable.left(), 0);
            vmPorts.get(host)
                    .add(new VmPort(
                            "vm" + backend,
                            cable.left(),
                            Addresses.vm(backend),
                            mac,
                            new Vni(Addresses.VNI),
                            Addresses.vmGateway()));
        }
    }

    private HostAgent agent(int host) {
        var address = new ProviderAddress(Addresses.host(host), 31, Addresses.routerOnHost(host));
        var config = new HostConfig(List.of(address), 2 * shape.flows(), NatTimeouts.STANDARD, 1_000_000);
        return new HostAgent(
                config,
                underlays.get(host),
                vmPorts.get(host),
                event -> {},
                outside.wall(),
                outside.clock(),
                shape.seed());
    }

    private void begin(int host) {
        var agent = agents.get(host);
        stations.get(host).begin(agent, agent::ledger);
    }

    List<Station> stations() {
        return stations;
    }

    void tell(int host, SlbPolicy policy) {
        agents.get(host).apply(policy);
    }

    int placeOf(int backend) {
        return places[backend];
    }

    /** The VM goes on at another host, as if it had only held its breath. */
    void move(int backend, int host) {
        if (!shape.moves()) {
            throw new IllegalStateException("VMs of this cloud are not cabled to move");
        }
        places[backend] = host;
    }

    /** A host is gone with its VMs' connections. */
    void kill(int host) {
        stations.get(host).die();
        for (int backend = 0; backend < places.length; backend++) {
            if (places[backend] == host) {
                vms.set(backend, vm(backend));
            }
        }
    }

    /** The host is back, and knows nothing. */
    void revive(int host) {
        agents.set(host, agent(host));
        begin(host);
    }

    /** VMs take what has come for them; what comes for one that is elsewhere is lost. @return whether anything had */
    boolean work() {
        boolean any = false;
        for (int host = 0; host < stations.size(); host++) {
            for (int backend = 0; backend < vms.size(); backend++) {
                var vm = vms.get(backend);
                boolean here = places[backend] == host && stations.get(host).isAlive();
                any |= ends.get(host).get(backend).take(here ? frame -> vm.receive(Segment.read(frame)) : frame -> {});
            }
        }
        return any;
    }
}
