package ecmplab.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import ecmplab.packet.Checksum;
import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.Messages;
import ecmplab.port.sys.PacketSocket;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

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
public final class KernelPort implements Port {
    /** Which received frames a port hands on. */
    public enum Accept {
        /** Those to the interface's own address, multicast and broadcast, as a network card does. */
        OWN,
        /** All that the kernel sees, as a card in promiscuous mode that a bridge floods. */
        ALL
    }

    /** {@code struct virtio_net_hdr}: flags u8, gso type u8, header length, gso size, checksum start and offset u16. */
    private static final int VNET_HEADER = 10;

    private static final int VNET_NEEDS_CHECKSUM = 1;
    private static final int VNET_CHECKSUM_START = 6;
    private static final int VNET_CHECKSUM_OFFSET = 8;
    private static final ValueLayout.OfShort NATIVE_U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int BATCH = 64;

    private final String name;
    private final MacAddress mac;
    private final int mtu;
    private final FramePool pool;
    private final long poolAddress;
    private final PortTally tally = new PortTally();

    private final Messages inbound;
    private final Messages outbound;
    private final long[] posted = new long[BATCH];
    private final long[] queued = new long[BATCH];
    private int queuedCount;

    /** Guards the descriptors against being closed while in use; held for a burst, never while waiting. */
    private final Object sockets = new Object();

    private final int receiver;
    private final int sender;
    private volatile boolean closed;
    private volatile long timesDown;

    private KernelPort(String name, InterfaceRequest device, FramePool pool, int receiver, int sender)
            throws SystemCallException {
        this.name = name;
        this.mac = device.mac();
        this.mtu = device.mtu();
        this.pool = pool;
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
            PacketSocket.configureReceiver(receiver, accept == Accept.OWN, interfaceName);
            var port = new KernelPort(interfaceName, device, pool, receiver, sender);
            PacketSocket.bindToReceive(receiver, index, interfaceName); // last: from here on frames arrive
            receiver = -1;
            sender = -1;
            return port;
        } finally {
            closeIfOpen(receiver);
            closeIfOpen(sender);
        }
    }

    private static void closeIfOpen(int socket) {
        if (socket >= 0) {
            Linux.close(socket);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public FramePool pool() {
        return pool;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    public int receive(Burst burst) {
        int wanted = post(Math.min(BATCH, burst.capacity() - burst.count()));
        int got = 0;
        if (wanted > 0) {
            synchronized (sockets) {
                got = closed ? 0 : Linux.receiveMessages(receiver, inbound.address(0), wanted);
            }
        }
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
        long header = posted[index] - VNET_HEADER;
        if ((memory.get(JAVA_BYTE, header) & VNET_NEEDS_CHECKSUM) != 0) {
            int start = memory.get(NATIVE_U16, header + VNET_CHECKSUM_START) & 0xFFFF;
            int at = start + (memory.get(NATIVE_U16, header + VNET_CHECKSUM_OFFSET) & 0xFFFF);
            if (at + 2 <= length) {
                // The field holds the sum of the pseudo header: summing over it completes the checksum.
                int checksum = Checksum.of(memory, posted[index] + start, length - start);
                memory.set(U16, posted[index] + at, (short) (checksum == 0 ? 0xFFFF : checksum));
            }
        }
        return true;
    }

    @Override
    public boolean send(long address, int length) {
        if (closed || length > mtu + Ethernet.LENGTH) {
            tally.drop(closed ? PortDrop.CLOSED : PortDrop.OVERSIZE);
            pool.release(address);
            return false;
        }
        if (queuedCount == BATCH) {
            flush();
        }
        pool.keep(address);
        outbound.buffer(queuedCount, poolAddress + address, length);
        queued[queuedCount++] = address;
        return true;
    }

    @Override
    public void flush() {
        int next = 0;
        while (next < queuedCount) {
            int sent;
            synchronized (sockets) {
                sent = closed ? -Errno.EBADF : Linux.sendMessages(sender, outbound.address(next), queuedCount - next);
            }
            next += sent > 0 ? countSent(next, sent) : dropFrom(next, -sent);
        }
        for (int i = 0; i < queuedCount; i++) {
            pool.release(queued[i]);
        }
        queuedCount = 0;
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
    private int dropFrom(int first, int errno) {
        int rest = queuedCount - first;
        return switch (errno) {
            case Errno.EBADF -> drop(PortDrop.CLOSED, rest);
            case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV -> drop(PortDrop.PORT_DOWN, rest);
            case Errno.EAGAIN -> drop(PortDrop.TX_FULL, rest);
            case Errno.ENOBUFS -> drop(PortDrop.TX_FULL, 1);
            case Errno.EMSGSIZE -> drop(PortDrop.OVERSIZE, 1);
            default -> drop(PortDrop.TX_REFUSED, 1);
        };
    }

    private int drop(PortDrop reason, int frames) {
        tally.drop(reason, frames);
        return frames;
    }

    @Override
    public int descriptor() {
        return closed ? -1 : receiver;
    }

    /** How often the interface was found to have gone down. */
    public long timesDown() {
        return timesDown;
    }

    @Override
    public PortCounters counters() {
        synchronized (sockets) {
            if (!closed) {
                tally.drop(PortDrop.RX_KERNEL_FULL, PacketSocket.dropsSinceLastAsked(receiver));
            }
        }
        return tally.snapshot();
    }

    @Override
    public void close() {
        synchronized (sockets) {
            if (!closed) {
                closed = true;
                Linux.close(receiver);
                Linux.close(sender);
            }
        }
    }
}
