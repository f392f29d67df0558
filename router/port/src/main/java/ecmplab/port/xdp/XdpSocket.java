package ecmplab.port.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import ecmplab.port.sys.Errno;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SharedMemory;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * An AF_XDP socket in copy mode on one receive queue, with its four rings: <em>fill</em> gives the kernel empty frames,
 * <em>receive</em> brings them back full, <em>transmit</em> gives it frames to send, <em>completion</em> brings them back.
 */
public final class XdpSocket implements AutoCloseable {
    private static final int AF_XDP = 44;
    private static final int SOL_XDP = 283;
    private static final int MMAP_OFFSETS = 1;
    private static final int RX_RING = 2;
    private static final int TX_RING = 3;
    private static final int FILL_RING = 5;
    private static final int COMPLETION_RING = 6;
    private static final int STATISTICS = 7;
    private static final int MAX_TX_BUDGET = 9;

    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SEND_BUFFER = 4 << 20;

    /** Where in the socket each ring is mapped from. */
    private static final long RX_PAGES = 0;

    private static final long TX_PAGES = 0x8000_0000L;
    private static final long FILL_PAGES = 0x1_0000_0000L;
    private static final long COMPLETION_PAGES = 0x1_8000_0000L;

    /** {@code struct xdp_mmap_offsets}: for rx, tx, fill and completion, producer, consumer, entries and flags. */
    private static final int OFFSETS_SIZE = 128;

    private static final int BIND_SHARED = 1;
    private static final int BIND_COPY = 2;
    private static final int BIND_NEED_WAKEUP = 8;

    private static final int BIND_ATTEMPTS = 100;
    private static final Duration BIND_INTERVAL = Duration.ofMillis(10);

    /**
     * What the kernel could not hand on, since the socket was made.
     *
     * @param tooLong for a frame
     * @param noRoom because no empty frame was there, or the receive ring was full
     */
    public record Lost(long tooLong, long noRoom) {}

    private final int descriptor;
    private final String name;
    private final List<KernelRing> rings = new ArrayList<>(4);

    private XdpSocket(int descriptor, String name) {
        this.descriptor = descriptor;
        this.name = name;
    }

    /**
     * A socket of the calling thread's namespace, over the frames of {@code umem}, bound to queue {@code queue} of an
     * interface. Nothing arrives before the queue's program sends it here.
     *
     * @param ringSize entries of each ring; a power of two
     */
    static XdpSocket open(Umem umem, int interfaceIndex, int queue, int ringSize, String name)
            throws SystemCallException {
        int descriptor =
                Linux.check(Linux.socket(AF_XDP, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC, 0), "socket(AF_XDP) for " + name);
        var socket = new XdpSocket(descriptor, name);
        try {
            int shared = umem.boundSocket();
            if (shared < 0) {
                umem.register(descriptor, name);
            }
            socket.makeRings(ringSize);
            socket.bind(interfaceIndex, queue, shared);
            // Frames under way are charged to the socket; without the right the usual limit stays.
            var _ = Linux.setSocketOption(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER);
            // The kernel sends 32 frames a call unless told otherwise; older ones know no better.
            var _ = Linux.setSocketOption(descriptor, SOL_XDP, MAX_TX_BUDGET, ringSize);
            return socket;
        } catch (SystemCallException failed) {
            socket.close();
            throw failed;
        }
    }

    private void makeRings(int size) throws SystemCallException {
        for (int option : new int[] {FILL_RING, COMPLETION_RING, RX_RING, TX_RING}) {
            Linux.check(
                    Linux.setSocketOption(descriptor, SOL_XDP, option, size),
                    "setsockopt(SOL_XDP " + option + ", " + size + ") on " + name);
        }
        try (var arena = Arena.ofConfined()) {
            var offsets = arena.allocate(OFFSETS_SIZE, 8);
            Linux.check(
                    Linux.getSocketOption(descriptor, SOL_XDP, MMAP_OFFSETS, offsets),
                    "getsockopt(XDP_MMAP_OFFSETS) on " + name);
            long[] pages = {RX_PAGES, TX_PAGES, FILL_PAGES, COMPLETION_PAGES};
            int[] entrySizes = {KernelRing.DESCRIPTOR, KernelRing.DESCRIPTOR, KernelRing.ADDRESS, KernelRing.ADDRESS};
            for (int i = 0; i < pages.length; i++) {
                long base = 32L * i;
                var at = new KernelRing.Offsets(
                        offsets.get(JAVA_LONG, base),
                        offsets.get(JAVA_LONG, base + 8),
                        offsets.get(JAVA_LONG, base + 16),
                        offsets.get(JAVA_LONG, base + 24));
                long length = at.entries() + (long) size * entrySizes[i];
                var mapping = SharedMemory.map(descriptor, pages[i], length, "AF_XDP ring of " + name);
                rings.add(new KernelRing(mapping, at, entrySizes[i], size));
            }
        }
    }

    /** @param shared a bound socket of the same frames, or -1: then this is the first, and decides the flags for all */
    private void bind(int interfaceIndex, int queue, int shared) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(16, 4); // struct sockaddr_xdp
            address.set(JAVA_SHORT, 0, (short) AF_XDP);
            address.set(JAVA_SHORT, 2, (short) (shared >= 0 ? BIND_SHARED : BIND_COPY | BIND_NEED_WAKEUP));
            address.set(JAVA_INT, 4, interfaceIndex);
            address.set(JAVA_INT, 8, queue);
            address.set(JAVA_INT, 12, Math.max(shared, 0));
            int result = Linux.bind(descriptor, address);
            // A socket that was closed lets go of its queue a little later, in the kernel's own time.
            for (int i = 0; result == -Errno.EBUSY && i < BIND_ATTEMPTS; i++) {
                LockSupport.parkNanos(BIND_INTERVAL.toNanos());
                result = Linux.bind(descriptor, address);
            }
            Linux.check(result, "bind(AF_XDP) to " + name + " queue " + queue);
        }
    }

    public int descriptor() {
        return descriptor;
    }

    public KernelRing receive() {
        return rings.get(0);
    }

    public KernelRing transmit() {
        return rings.get(1);
    }

    public KernelRing fill() {
        return rings.get(2);
    }

    public KernelRing completion() {
        return rings.get(3);
    }

    /** For any thread, while the socket is open. */
    public Lost lost() {
        try (var arena = Arena.ofConfined()) {
            // struct xdp_statistics: rx dropped, rx and tx invalid, rx ring full, fill ring empty, tx ring empty
            var statistics = arena.allocate(48, 8);
            if (Linux.getSocketOption(descriptor, SOL_XDP, STATISTICS, statistics) < 0) {
                return new Lost(0, 0);
            }
            long dropped = statistics.get(JAVA_LONG, 0); // too long, or no empty frame
            long noFrame = Math.min(dropped, statistics.get(JAVA_LONG, 32));
            return new Lost(dropped - noFrame, noFrame + statistics.get(JAVA_LONG, 24));
        }
    }

    /** The rings are gone with it. */
    @Override
    public void close() {
        rings.forEach(KernelRing::close);
        Linux.close(descriptor);
    }
}
