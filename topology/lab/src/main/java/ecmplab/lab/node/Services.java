package ecmplab.lab.node;

import ecmplab.controller.slb.ServiceDefinition;
import ecmplab.controller.slb.ServiceDefinition.Admin;
import ecmplab.controller.slb.ServiceDefinition.Backend;
import ecmplab.controller.slb.ServiceDefinition.NoHealthyBackends;
import ecmplab.controller.slb.ServiceDefinition.Pool;
import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.lab.fabric.NodeConfigs;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.Vip;
import ecmplab.mux.table.EndpointId;
import ecmplab.packet.AddressText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/** What a lab file's {@code vips} come to as services of the SLB manager. */
record Services(List<Pool> pools, List<ServiceDefinition> endpoints) {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

    static Services of(Lab lab, int slots) {
        var pools = new ArrayList<Pool>();
        var endpoints = new ArrayList<ServiceDefinition>();
        for (var vip : lab.vips()) {
            for (var pool : vip.pools()) {
                pools.add(new Pool(
                        name(vip, pool.name()),
                        pool.members().stream()
                                .map(member -> backend(lab, vip, member))
                                .toList()));
            }
            for (var endpoint : vip.endpoints()) {
                endpoints.add(service(vip, endpoint, slots));
            }
        }
        return new Services(pools, endpoints);
    }

    /** Pools of different VIPs may have the same name in a lab file. */
    private static String name(Vip vip, String pool) {
        return pool + "@" + AddressText.of(vip.address());
    }

    /** A VM by its address of the VIP's family. */
    private static Backend backend(Lab lab, Vip vip, String name) {
        for (var host : lab.nodes(Node.Host.class)) {
            for (var vm : host.vms()) {
                if (vm.name().equals(name)) {
                    return new Backend(
                            vm.name(),
                            vm.address(vip.family()).orElseThrow(),
                            host.name(),
                            NodeConfigs.providerAddress(lab, host),
                            vm.mac(),
                            host.vni(),
                            1,
                            Admin.UP);
                }
            }
        }
        throw new NoSuchElementException("no VM '" + name + "'");
    }

    private static ServiceDefinition service(Vip vip, Vip.Endpoint endpoint, int slots) {
        var id = new EndpointId(vip.address(), endpoint.transport().protocol(), endpoint.port());
        return new ServiceDefinition(
                id,
                name(vip, endpoint.pool()),
                endpoint.backendPort(),
                endpoint.affinity(),
                endpoint.floatingIp(),
                endpoint.idleTimeout(),
                endpoint.idleReset(),
                slots,
                // any seed will do that is the endpoint's own and stays when the controller is started again
                id.toString().hashCode(),
                endpoint.probe().map(Services::probe),
                NoHealthyBackends.ALL_PROBED_DOWN);
    }

    private static ServiceDefinition.Probe probe(Vip.Probe probe) {
        var timeout = probe.interval().compareTo(PROBE_TIMEOUT) < 0 ? probe.interval() : PROBE_TIMEOUT;
        return new ServiceDefinition.Probe(
                probe.path().isPresent() ? ProbeSpec.Protocol.HTTP : ProbeSpec.Protocol.TCP,
                probe.port(),
                probe.path().orElse(""),
                probe.interval(),
                timeout,
                probe.count());
    }
}
