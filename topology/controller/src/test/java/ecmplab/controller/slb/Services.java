package ecmplab.controller.slb;

import ecmplab.controller.slb.ServiceDefinition.Admin;
import ecmplab.controller.slb.ServiceDefinition.Backend;
import ecmplab.controller.slb.ServiceDefinition.NoHealthyBackends;
import ecmplab.controller.slb.ServiceDefinition.Pool;
import ecmplab.controller.slb.ServiceDefinition.Probe;
import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The service that the tests run: one pool of four VMs on two hosts, web on port 80, probed by HTTP. */
final class Services {
    static final EndpointId WEB = new EndpointId(InetAddress.ofLiteral("203.0.113.10"), 6, 80);
    static final Pool POOL = new Pool("web", List.of(vm(1), vm(2), vm(3), vm(4)));
    static final Duration IDLE = Duration.ofSeconds(30);

    private Services() {}

    /** vm1 and vm2 on host1, vm3 and vm4 on host2. */
    static Backend vm(int number) {
        int host = (number + 1) / 2;
        return new Backend(
                "vm" + number,
                InetAddress.ofLiteral("10.1." + host + ".1" + number),
                "host" + host,
                InetAddress.ofLiteral("10.0.2." + host),
                new MacAddress(0x02_00_00_00_00_10L + number),
                new Vni(5000),
                1,
                Admin.UP);
    }

    static ServiceDefinition web() {
        return service(WEB, NoHealthyBackends.ALL_PROBED_DOWN);
    }

    static ServiceDefinition service(EndpointId id, NoHealthyBackends policy) {
        return new ServiceDefinition(
                id,
                "web",
                8080,
                Affinity.FIVE_TUPLE,
                false,
                IDLE,
                true,
                251,
                42,
                Optional.of(new Probe(
                        ProbeSpec.Protocol.HTTP, 8080, "/health", Duration.ofSeconds(1), Duration.ofMillis(500), 2)),
                policy);
    }
}
