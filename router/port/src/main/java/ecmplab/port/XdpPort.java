package ecmplab.port;

import ecmplab.packet.Ethernet;
import ecmplab.port.bpf.XdpProgram;
import ecmplab.port.ring.ReceiveRing;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.PacketSocket;
import ecmplab.port.sys.SystemCallException;
import ecmplab.port.xdp.Steering;
import ecmplab.port.xdp.Umem;
import ecmplab.port.xdp.XdpAttachment;
import ecmplab.port.xdp.XdpSocket;
import org.jspecify.annotations.Nullable;

/**
 * A network interface of the kernel, by AF_XDP: frames come and go in the pool's own memory, which is shared with the kernel,
 * and the kernel's own stack does not see what comes here (see {@link Steering}). Needs CAP_BPF and CAP_NET_ADMIN in the
 * initial user namespace.
 *
 * <p>ARP and neighbour discovery are the kernel's; the port gets copies of them through a small packet socket, so that a
 * neighbour cache learns as it does from the other kinds of port.
 *
 * <p>A checksum that a sender left to a network card (see {@link Offloads}) is not completed here: its offloads must be off.
 */
public final class XdpPort extends InterfacePort {
    /** Slots of the ring for neighbours' messages. */
    private static final int SIDE_SLOTS = 64;

    /** Neighbours' messages that are taken at once: they do not crowd out packets. */
    private static final int SIDE_BATCH = 8;

    private final PortKind kind;
    private final XdpAttachment attachment;
    private final @Nullable ReceiveRing side;
    private final HeldFrames held;
    private final XdpReceiver receiver;
    private final XdpSender sender;
    private XdpSocket.Lost lost = new XdpSocket.Lost(0, 0);
    /** Who received or sent last: the pool is that thread's. */
    private @Nullable Thread user;

    private XdpPort(
            InterfaceRequest device,
            FramePool pool,
            PortKind kind,
            XdpAttachment attachment,
            @Nullable ReceiveRing side,
            int ringSize)
            throws SystemCallException {
        super(device, pool);
        this.kind = kind;
        this.attachment = attachment;
        this.side = side;
        held = new HeldFrames(pool);
        receiver = new XdpReceiver(attachment.socket(), pool, held, ringSize);
        sender = new XdpSender(attachment.socket(), pool, held, tally);
    }

    /**
     * Opens an interface of the calling thread's network namespace. It may be down. Takes frames of the pool: called by the
     * pool's thread, or before that starts.
     *
     * @param umem of the pool, shared by all its ports
     * @param steering what comes here; with {@link Steering#EVERYTHING} the kernel sees nothing of the interface
     * @param kind {@link PortKind#XDP} or {@link PortKind#XDP_GENERIC}
     * @param ringSize frames given to the kernel to fill; a power of two
     */
    static XdpPort open(String interfaceName, FramePool pool, Umem umem, Steering steering, PortKind kind, int ringSize)
            throws SystemCallException {
        try (var device = new InterfaceRequest(interfaceName)) {
            int index = device.index();
            check(device, umem);
            ReceiveRing side = null;
            XdpAttachment attachment = null;
            XdpPort port = null;
            try {
                attachment = XdpAttachment.open(device, umem, steering, ringSize);
                if (steering.own() != null) {
                    side = ReceiveRing.open(
                            interfaceName, index, SIDE_SLOTS, pool.frameSize(), PacketSocket.Filter.NEIGHBOR_MESSAGES);
                }
                port = new XdpPort(device, pool, kind, attachment, side, ringSize);
                port.receiver.refill();
                attachment.attach(kind == PortKind.XDP ? XdpProgram.Mode.NATIVE : XdpProgram.Mode.GENERIC);
                return port;
            } catch (SystemCallException failed) {
                if (port != null) {
                    port.close();
                } else {
                    closeAll(attachment, side);
                }
                throw failed;
            }
        }
    }

    private static void check(InterfaceRequest device, Umem umem) throws SystemCallException {
        int queues = device.receiveQueues();
        if (queues != 1) {
            throw new SystemCallException(
                    device.name() + " has " + queues + " receive queues, a port takes one (ethtool -L)",
                    Errno.EOPNOTSUPP);
        }
        int longest = device.mtu() + Ethernet.LENGTH;
        if (longest > umem.room()) {
            throw new SystemCallException(
                    device.name() + ": frames of " + longest + " octets do not fit, at most " + umem.room(),
                    Errno.EMSGSIZE);
        }
    }

    private static void closeAll(@Nullable XdpAttachment attachment, @Nullable ReceiveRing side) {
        if (attachment != null) {
            attachment.close();
        }
        if (side != null) {
            side.close();
        }
    }

    @Override
    public PortKind kind() {
        return kind;
    }

    @Override
    int fetch(Burst burst) {
        user = Thread.currentThread();
        int added = receiver.receive(burst, tally);
        receiver.refillIfLow();
        if (side != null && !side.isEmpty()) {
            added += RingPort.fetch(side, burst, SIDE_BATCH, pool, tally);
        }
        return added;
    }

    @Override
    boolean transmitPending() {
        return sender.isPending();
    }

    @Override
    void transmit(Burst queue) {
        user = Thread.currentThread();
        sender.send(queue);
    }

    @Override
    int openDescriptor() {
        return attachment.socket().descriptor();
    }

    @Override
    public int sideDescriptor() {
        return side == null || isClosed() ? -1 : side.descriptor();
    }

    @Override
    public int held() {
        return held.count();
    }

    @Override
    void countLost() {
        var now = attachment.socket().lost();
        tally.drop(PortDrop.RX_OVERSIZE, now.tooLong() - lost.tooLong());
        tally.drop(PortDrop.RX_KERNEL_FULL, now.noRoom() - lost.noRoom());
        lost = now;
        if (side != null) {
            tally.drop(PortDrop.RX_KERNEL_FULL, side.dropsSinceLastAsked());
        }
    }

    @Override
    void release() {
        closeAll(attachment, side);
        if (user == null || user == Thread.currentThread() || !user.isAlive()) {
            giveBack();
        }
    }

    @Override
    void giveBack() {
        held.releaseAll();
    }
}
