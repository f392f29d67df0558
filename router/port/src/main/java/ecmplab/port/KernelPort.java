package ecmplab.port;

import ecmplab.port.sys.Errno;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.Messages;
import ecmplab.port.sys.PacketSocket;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;

/**
 * A network interface of the kernel, by packet sockets (packet(7)) with {@code recvmmsg} and {@code sendmmsg}: the kernel
 * copies straight from and to the frames of the pool. Needs CAP_NET_RAW in the user namespace that owns the network
 * namespace. The kernel's own stack sees the received frames too.
 *
 * <p>A frame whose TCP or UDP checksum its sender left to a network card that is not there (see {@link Offloads}) is
 * completed on receipt. A super-packet of segmentation offload does not fit into a frame and is dropped as
 * {@link PortDrop#RX_OVERSIZE}.
 *
 * <p>When the interface goes down, sending drops as {@link PortDrop#PORT_DOWN}; when it comes up again, the port works
 * again.
 */
public final class KernelPort extends InterfacePort {
    /** Octets of the {@code virtio_net_hdr} before each received frame. */
    private static final int VNET_HEADER = 10;

    private final long poolAddress;
    private final Messages inbound;
    private final Messages outbound;
    private final long[] posted = new long[BATCH];
    private final int receiver;
    private final int sender;
    private volatile long timesDown;

    private KernelPort(InterfaceRequest device, FramePool pool, int receiver, int sender) throws SystemCallException {
        super(device, pool);
        this.poolAddress = pool.memory().address();
        this.receiver = receiver;
        this.sender = sender;
        var arena = Arena.ofAuto();
        inbound = new Messages(BATCH, arena);
        outbound = new Messages(BATCH, arena);
    }

    /** Opens an interface of the calling thread's network namespace, for frames to its own address. */
    public static KernelPort open(String interfaceName, FramePool pool) throws SystemCallException {
        return open(interfaceName, pool, Accept.OWN);
    }

    /** Opens an interface of the calling thread's network namespace. It may be down. */
    public static KernelPort open(String interfaceName, FramePool pool, Accept accept) throws SystemCallException {
        int receiver = -1;
        int sender = -1;
        try (var device = new InterfaceRequest(interfaceName)) {
            int index = device.index();
            sender = PacketSocket.open(interfaceName);
            PacketSocket.configureSender(sender, interfaceName);
            PacketSocket.bindToSend(sender, index, interfaceName);
            receiver = PacketSocket.open(interfaceName);
            PacketSocket.configureReceiver(receiver, filter(accept), interfaceName);
            var port = new KernelPort(device, pool, receiver, sender);
            PacketSocket.bindToReceive(receiver, index, interfaceName); // last: from here on frames arrive
            receiver = -1;
            sender = -1;
            return port;
        } finally {
            closeIfOpen(receiver);
            closeIfOpen(sender);
        }
    }

    static PacketSocket.Filter filter(Accept accept) {
        return switch (accept) {
            case OWN -> PacketSocket.Filter.THIS_HOST;
            case ALL -> PacketSocket.Filter.ALL;
        };
    }

    private static void closeIfOpen(int socket) {
        if (socket >= 0) {
            Linux.close(socket);
        }
    }

    @Override
    public PortKind kind() {
        return PortKind.MMSG;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    int fetch(Burst burst) {
        int wanted = post(Math.min(BATCH, burst.capacity() - burst.count()));
        int got = wanted == 0 ? 0 : Linux.receiveMessages(receiver, inbound.address(0), wanted);
        if (got == -Errno.ENETDOWN) {
            timesDown++; // told once; the next call finds nothing, and frames again when it is up
        }
        int added = 0;
        long octets = 0;
        for (int i = 0; i < wanted; i++) {
            if (i >= got || !complete(i)) {
                pool.release(posted[i]);
                continue;
            }
            int length = inbound.length(i) - VNET_HEADER;
            burst.add(posted[i], length);
            octets += length;
            added++;
        }
        tally.received(added, octets);
        return added;
    }

    /** Gives the kernel up to {@code wanted} frames to fill; the header of the offloads goes in front of each. */
    private int post(int wanted) {
        for (int i = 0; i < wanted; i++) {
            long address = pool.acquire();
            if (address < 0) {
                return i;
            }
            posted[i] = address;
            inbound.buffer(i, poolAddress + address - VNET_HEADER, pool.room() + VNET_HEADER);
        }
        return wanted;
    }

    /** Whether received frame {@code index} is whole; computes the checksum that its sender left open. */
    private boolean complete(int index) {
        int length = inbound.length(index) - VNET_HEADER;
        if (inbound.truncated(index) || length < 0) {
            tally.drop(PortDrop.RX_OVERSIZE);
            return false;
        }
        var memory = pool.memory();
        OpenChecksum.complete(memory, posted[index] - VNET_HEADER, memory, posted[index], length);
        return true;
    }

    @Override
    void transmit(Burst queue) {
        int count = queue.count();
        for (int i = 0; i < count; i++) {
            outbound.buffer(i, poolAddress + queue.address(i), queue.length(i));
        }
        int next = 0;
        while (next < count) {
            int sent = Linux.sendMessages(sender, outbound.address(next), count - next);
            next += sent > 0 ? countSent(next, sent) : dropFrom(count - next, -sent);
        }
        for (int i = 0; i < count; i++) {
            pool.release(queue.address(i));
        }
    }

    private int countSent(int first, int sent) {
        long octets = 0;
        for (int i = first; i < first + sent; i++) {
            octets += outbound.length(i);
        }
        tally.sent(sent, octets);
        return sent;
    }

    /** Counts what cannot leave: all the rest when no other would fare better, else the first. Returns how many. */
    private int dropFrom(int rest, int errno) {
        return switch (errno) {
            case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV -> drop(rest, PortDrop.PORT_DOWN);
            case Errno.EAGAIN -> drop(rest, PortDrop.TX_FULL);
            case Errno.ENOBUFS -> drop(1, PortDrop.TX_FULL);
            case Errno.EMSGSIZE -> drop(1, PortDrop.OVERSIZE);
            default -> drop(1, PortDrop.TX_REFUSED);
        };
    }

    private int drop(int frames, PortDrop reason) {
        tally.drop(reason, frames);
        return frames;
    }

    @Override
    int openDescriptor() {
        return receiver;
    }

    /** How often the interface was found to have gone down. */
    public long timesDown() {
        return timesDown;
    }

    @Override
    void countLost() {
        tally.drop(PortDrop.RX_KERNEL_FULL, PacketSocket.dropsSinceLastAsked(receiver));
    }

    @Override
    void release() {
        Linux.close(receiver);
        Linux.close(sender);
    }
}
