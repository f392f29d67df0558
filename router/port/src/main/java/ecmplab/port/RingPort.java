package ecmplab.port;

import ecmplab.port.ring.ReceiveRing;
import ecmplab.port.ring.TransmitRing;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.MemorySegment;

/**
 * A network interface of the kernel, by packet sockets with rings in shared memory (TPACKET_V2): frames are copied between
 * rings and pool, and the kernel is called to send only. Else as {@link KernelPort}, in rights, checksums and what the kernel
 * sees.
 */
public final class RingPort extends InterfacePort {
    /** Frames that the receive ring holds: 2 MiB of slots of 2048 octets. */
    private static final int RECEIVE_SLOTS = 1024;

    private static final int TRANSMIT_SLOTS = 256;
    /** Times that the kernel is asked to go on with a burst that it stopped at. */
    private static final int MAX_STALLS = 2;

    private final ReceiveRing in;
    private final TransmitRing out;

    private RingPort(InterfaceRequest device, FramePool pool, ReceiveRing in, TransmitRing out)
            throws SystemCallException {
        super(device, pool);
        this.in = in;
        this.out = out;
    }

    /** Opens an interface of the calling thread's network namespace. It may be down. */
    public static RingPort open(String interfaceName, FramePool pool, Accept accept) throws SystemCallException {
        try (var device = new InterfaceRequest(interfaceName)) {
            int index = device.index();
            var out = TransmitRing.open(interfaceName, index, TRANSMIT_SLOTS, pool.frameSize());
            ReceiveRing in = null;
            try {
                in = ReceiveRing.open(interfaceName, index, RECEIVE_SLOTS, pool.frameSize(), KernelPort.filter(accept));
                return new RingPort(device, pool, in, out);
            } catch (SystemCallException failed) {
                out.close();
                if (in != null) {
                    in.close();
                }
                throw failed;
            }
        }
    }

    @Override
    public PortKind kind() {
        return PortKind.RING;
    }

    @Override
    int fetch(Burst burst) {
        return fetch(in, burst, BATCH, pool, tally);
    }

    /** Copies up to {@code most} frames from a ring into frames of the pool; returns how many were appended. */
    static int fetch(ReceiveRing in, Burst burst, int most, FramePool pool, PortTally tally) {
        int added = 0;
        long octets = 0;
        while (added < most && !burst.isFull() && !in.isEmpty()) {
            int length = in.length();
            if (in.truncated() || length > pool.room()) {
                tally.drop(PortDrop.RX_OVERSIZE);
                in.advance();
                continue;
            }
            long address = pool.acquire();
            if (address < 0) {
                break;
            }
            long frame = in.frame();
            MemorySegment.copy(in.memory(), frame, pool.memory(), address, length);
            OpenChecksum.complete(in.memory(), frame - ReceiveRing.VNET_HEADER, pool.memory(), address, length);
            in.advance();
            burst.add(address, length);
            octets += length;
            added++;
        }
        if (added > 0) {
            tally.received(added, octets);
        }
        return added;
    }

    @Override
    void transmit(Burst queue) {
        int refused = 0;
        for (int i = 0; i < queue.count(); i++) {
            if (!out.append(pool.memory(), queue.address(i), queue.length(i))) {
                refused++; // the kernel still works on what was there
            }
            pool.release(queue.address(i));
        }
        if (refused > 0) {
            tally.drop(PortDrop.TX_FULL, refused);
        }
        int stalls = 0;
        int result;
        do {
            result = out.send();
            stalls = settle() > 0 ? 0 : stalls + 1;
        } while (result < 0 && mayGoOn(-result) && stalls < MAX_STALLS);
        int left = out.retract();
        if (left > 0) {
            tally.drop(reason(-result), left);
        }
    }

    /** Counts what has left, or is about to. */
    private int settle() {
        int frames = 0;
        long octets = 0;
        for (int length = out.settle(); length >= 0; length = out.settle()) {
            frames++;
            octets += length;
        }
        tally.sent(frames, octets);
        return frames;
    }

    private static boolean mayGoOn(int errno) {
        return errno == Errno.EAGAIN || errno == Errno.ENOBUFS;
    }

    private static PortDrop reason(int errno) {
        return switch (errno) {
            case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV -> PortDrop.PORT_DOWN;
            case Errno.EAGAIN, Errno.ENOBUFS -> PortDrop.TX_FULL;
            default -> PortDrop.TX_REFUSED;
        };
    }

    @Override
    int openDescriptor() {
        return in.descriptor();
    }

    @Override
    void countLost() {
        tally.drop(PortDrop.RX_KERNEL_FULL, in.dropsSinceLastAsked());
    }

    @Override
    void release() {
        in.close();
        out.close();
    }
}
