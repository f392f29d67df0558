package ecmplab.port.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ecmplab.port.FramePool;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames of a node as its AF_XDP sockets know them: the first socket registers them, the others share that (each with
 * rings of its own), so a frame received by one is sent by another as it is. For any thread.
 */
public final class Umem {
    private static final int SOL_XDP = 283;
    private static final int REGISTER = 4;
    /** Octets that the kernel keeps free before a frame's first: it is what a driver leaves a program (XDP_PACKET_HEADROOM). */
    private static final int KERNEL_HEADROOM = 256;

    private static final int MAX_CHUNK = 4096;

    private final MemorySegment memory;
    private final int frameSize;
    private final List<XdpSocket> bound = new ArrayList<>();

    public Umem(FramePool pool) {
        memory = pool.memory();
        frameSize = pool.frameSize();
    }

    /** Octets of the longest frame that can be received. */
    public int room() {
        return Math.min(frameSize, MAX_CHUNK) - KERNEL_HEADROOM;
    }

    /** See {@link XdpSocket#open}. The socket is the caller's to give back by {@link #close}. */
    public synchronized XdpSocket open(int interfaceIndex, int queue, int ringSize, String name)
            throws SystemCallException {
        var socket = XdpSocket.open(this, interfaceIndex, queue, ringSize, name);
        bound.add(socket);
        return socket;
    }

    public synchronized void close(XdpSocket socket) {
        if (bound.remove(socket)) {
            socket.close();
        }
    }

    /** A socket that has registered the frames and is bound, or -1. */
    int boundSocket() {
        return bound.isEmpty() ? -1 : bound.getLast().descriptor();
    }

    void register(int socket, String name) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            // struct xdp_umem_reg: address u64, length u64, chunk size u32, headroom u32, flags u32
            var registration = arena.allocate(32, 8);
            registration.set(JAVA_LONG, 0, memory.address());
            registration.set(JAVA_LONG, 8, memory.byteSize());
            registration.set(JAVA_INT, 16, frameSize);
            Linux.check(
                    Linux.setSocketOption(socket, SOL_XDP, REGISTER, registration),
                    "setsockopt(XDP_UMEM_REG, " + memory.byteSize() + " octets) for " + name);
        }
    }
}
