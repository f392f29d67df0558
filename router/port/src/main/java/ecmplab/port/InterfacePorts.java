package ecmplab.port;

import ecmplab.port.sys.SystemCallException;
import ecmplab.port.xdp.OwnAddressWatch;
import ecmplab.port.xdp.Steering;
import ecmplab.port.xdp.Umem;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The kernel interfaces of one node, opened together over one pool of frames, each by the best way that was wanted and that
 * the machine allows.
 *
 * <p>With AF_XDP the kernel's stack gets only what is for the namespace's own addresses (which may change at any time),
 * groups, ARP and neighbour discovery; with AF_PACKET it sees copies of all.
 */
public final class InterfacePorts implements AutoCloseable {
    /**
     * What a node asks of its ports.
     *
     * @param tunnelPort UDP port that is the node's though it is for an own address of the kernel, as VXLAN's on a host; 0:
     *     none. With AF_PACKET everything is the node's to see anyway
     */
    public record Wish(PortChoice choice, InterfacePort.Accept accept, int tunnelPort) {
        /** Frames to the interface's own address, no tunnel. */
        public static Wish of(PortChoice choice) {
            return new Wish(choice, InterfacePort.Accept.OWN, 0);
        }

        public Wish withTunnelPort(int port) {
            return new Wish(choice, accept, port);
        }
    }

    /**
     * A port, and why it is not of a better kind.
     *
     * @param passedOver for each better kind that was tried, its word and what the machine said
     */
    public record Opened(InterfacePort port, List<String> passedOver) {}

    private static final int LARGEST_RING = 1024;
    private static final int SMALLEST_RING = 32;

    private final FramePool pool;
    private final Wish wish;
    private final int ringSize;
    private final Umem umem;
    private final List<Opened> opened = new ArrayList<>();
    private @Nullable OwnAddressWatch own;

    private InterfacePorts(FramePool pool, Wish wish, int interfaces) {
        this.pool = pool;
        this.wish = wish;
        // The rings together hold at most half of the frames.
        int share = Math.max(1, pool.size() / 2 / Math.max(1, interfaces));
        ringSize = Math.clamp(Integer.highestOneBit(share), SMALLEST_RING, LARGEST_RING);
        umem = new Umem(pool);
    }

    /**
     * Opens interfaces of the calling thread's network namespace; before the thread that the pool belongs to starts, or by
     * that thread.
     *
     * @throws SystemCallException when one cannot be opened in any way that is wanted; then none is open
     */
    public static InterfacePorts open(List<String> interfaceNames, FramePool pool, Wish wish)
            throws SystemCallException {
        var ports = new InterfacePorts(pool, wish, interfaceNames.size());
        try {
            for (var name : interfaceNames) {
                ports.opened.add(ports.openBest(name));
            }
            if (ports.opened.stream().noneMatch(each -> each.port instanceof XdpPort)) {
                ports.stopWatching();
            }
            return ports;
        } catch (SystemCallException failed) {
            ports.close();
            throw failed;
        }
    }

    private Opened openBest(String name) throws SystemCallException {
        var passedOver = new ArrayList<String>();
        SystemCallException last = null; // a choice has at least one kind
        for (var kind : wish.choice.kinds()) {
            try {
                return new Opened(openAs(kind, name), List.copyOf(passedOver));
            } catch (SystemCallException failed) {
                passedOver.add(kind.word() + ": " + failed.getMessage());
                last = failed;
            }
        }
        throw Objects.requireNonNull(last);
    }

    private InterfacePort openAs(PortKind kind, String name) throws SystemCallException {
        return switch (kind) {
            case XDP, XDP_GENERIC -> XdpPort.open(name, pool, umem, steering(), kind, ringSize);
            case RING -> RingPort.open(name, pool, wish.accept);
            case MMSG -> KernelPort.open(name, pool, wish.accept);
        };
    }

    private Steering steering() throws SystemCallException {
        if (wish.accept == InterfacePort.Accept.ALL) {
            return Steering.EVERYTHING;
        }
        if (own == null) {
            own = OwnAddressWatch.start();
        }
        return new Steering(own.addresses(), wish.tunnelPort);
    }

    /** In the order of the names. */
    public List<Opened> all() {
        return List.copyOf(opened);
    }

    public List<Port> ports() {
        return opened.stream().<Port>map(Opened::port).toList();
    }

    /** @throws NoSuchElementException when no such interface was opened */
    public InterfacePort named(String interfaceName) {
        return opened.stream()
                .map(Opened::port)
                .filter(port -> port.name().equals(interfaceName))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no interface " + interfaceName));
    }

    @Override
    public void close() {
        opened.forEach(each -> each.port.close());
        stopWatching();
    }

    private void stopWatching() {
        if (own != null) {
            own.close();
        }
    }
}
