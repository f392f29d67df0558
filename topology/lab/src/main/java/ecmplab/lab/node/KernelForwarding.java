package ecmplab.lab.node;

import ecmplab.lab.fabric.NodeConfig.Nic;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Port;
import ecmplab.port.sys.SystemCallException;
import ecmplab.router.EdgeRouter;
import ecmplab.router.divergence.Divergence;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.kernel.KernelRoutes;
import ecmplab.router.kernel.KernelSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** The kernel forwards for a router: its routes, events of what becomes of them, and ports that no packet comes by. */
final class KernelForwarding implements AutoCloseable {
    private static final int NO_FRAMES = 64;
    private static final int FRAME_SIZE = 2048;

    private final List<Port> ports;
    private final KernelSettings settings;
    private final EventLog events;

    private KernelForwarding(List<Port> ports, KernelSettings settings, EventLog events) {
        this.ports = ports;
        this.settings = settings;
        this.events = events;
    }

    static KernelForwarding of(List<Nic> nics, EcmpPolicy ecmp, boolean repair, EventLog events) {
        var pool = new FramePool(NO_FRAMES, FRAME_SIZE, Arena.global());
        var ports = nics.stream()
                .map(nic -> new MemoryLink.End(nic.device(), nic.mac(), pool))
                .map(end -> new MemoryLink(end, end, 1500, 16).left())
                .toList();
        return new KernelForwarding(ports, KernelSettings.of(ecmp, repair), events);
    }

    /** Stand for the interfaces; what arrives there the kernel has. */
    List<Port> ports() {
        return ports;
    }

    /** @throws NoSuchElementException when there is no such interface */
    Port named(String device) {
        return ports.stream()
                .filter(port -> port.name().equals(device))
                .findFirst()
                .orElseThrow();
    }

    /** Has the router's routes written from now on. */
    KernelRoutes start(EdgeRouter router) throws IOException {
        try {
            var names = ports.stream().map(Port::name).toList();
            var routes = KernelRoutes.start(settings, names, new Told(), InstantSource.system());
            router.mirror(routes);
            return routes;
        } catch (SystemCallException failed) {
            throw new IOException("routes of the kernel: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void close() {
        ports.forEach(Port::close);
    }

    private final class Told implements KernelRoutes.Listener {
        @Override
        public void diverged(Divergence divergence) {
            events.add(divergence.since(), "route-diverged", divergence);
        }

        @Override
        public void converged(Divergence divergence) {
            events.add(Instant.now(), "route-converged", told(divergence));
        }

        private static Map<String, Object> told(Divergence divergence) {
            var told = new LinkedHashMap<String, Object>();
            told.put("prefix", divergence.prefix());
            told.put("kind", divergence.kind());
            return told;
        }

        @Override
        public void carrier(String interfaceName, boolean up) {
            // The node's carrier watch tells the router.
        }

        @Override
        public void trouble(String what) {
            events.add(Instant.now(), "kernel-routes-trouble", Map.of("what", what));
        }

        @Override
        public void swept(int routes) {
            events.add(Instant.now(), "kernel-routes-swept", Map.of("routes", routes));
        }
    }
}
