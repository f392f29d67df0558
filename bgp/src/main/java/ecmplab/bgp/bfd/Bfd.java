package ecmplab.bgp.bfd;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The BFD sessions of this process, with a thread of their own. It gets a real-time priority where the process may have one, so that a
 * busy machine neither delays what it sends nor what it finds. Any thread may call.
 */
public final class Bfd implements AutoCloseable {
    /** UDP port of single-hop Control packets (RFC 5881 section 4). */
    public static final int PORT = 3784;

    private static final Duration SETTLING = Duration.ofSeconds(10);

    private final BfdLoop loop;
    private final Thread thread;
    private volatile String scheduling = "";

    private Bfd(BfdLoop loop) {
        this.loop = loop;
        thread = Thread.ofPlatform().daemon().name("bfd").unstarted(this::run);
        thread.start();
    }

    /**
     * Begins without sessions. For the first ten seconds their intervals are a second at least: the JVM is still starting.
     *
     * @throws UncheckedIOException when the process may open no more descriptors
     */
    public static Bfd open() {
        return open(PORT, SETTLING, InstantSource.system(), RandomGenerator.getDefault());
    }

    /**
     * Begins without sessions.
     *
     * @param port of both ends
     * @param settling how long intervals are a second at least, from now on
     * @param clock of the events
     * @param random for jitter and discriminators
     * @throws UncheckedIOException when the process may open no more descriptors
     */
    public static Bfd open(int port, Duration settling, InstantSource clock, RandomGenerator random) {
        return new Bfd(new BfdLoop(port, settling, clock, random));
    }

    private void run() {
        scheduling = Priority.raise();
        loop.run();
    }

    /**
     * Begins to watch a peer on the same link. Nothing is a failure until the session was up.
     *
     * @param local our address; with its scope when it is link-local
     * @param remote the peer's address, of the same family
     * @param listener told of changes, on the BFD thread
     * @throws IllegalArgumentException when that pair of addresses is watched already, or there are too many sessions
     * @throws UncheckedIOException when the address is not ours, or port 3784 is taken by another BFD
     */
    public BfdSession watch(InetAddress local, InetAddress remote, BfdTimers timers, BfdListener listener) {
        if (SocketAddress.family(local) != SocketAddress.family(remote)) {
            throw new IllegalArgumentException("BFD from " + local.getHostAddress() + " to " + remote.getHostAddress()
                    + ": both must be IPv4 or both IPv6");
        }
        return loop.ask(() -> loop.add(local, remote, timers, listener));
    }

    /** All sessions, those too that are closed and still tell their peer so. */
    public List<BfdSnapshot> sessions() {
        return loop.ask(loop::look);
    }

    public BfdCounters counters() {
        return loop.ask(() -> {
            var discarded = new EnumMap<PacketFault, Long>(PacketFault.class);
            for (var fault : PacketFault.values()) {
                discarded.put(fault, loop.faults(fault));
            }
            return new BfdCounters(loop.received(), discarded, scheduling);
        });
    }

    /** Tells all peers AdminDown, and ends the thread. */
    @Override
    public void close() {
        loop.stop();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
