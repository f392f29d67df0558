package ecmplab.port;

import ecmplab.port.xdp.KernelRing;
import ecmplab.port.xdp.XdpSocket;

/** The receiving half of an {@link XdpPort}: gives the kernel empty frames, takes full ones. */
final class XdpReceiver {
    private final KernelRing fill;
    private final KernelRing full;
    private final FramePool pool;
    private final HeldFrames held;
    private final int ringSize;
    private final int low;
    /** Frames in the fill ring, the kernel's hands, and the receive ring. */
    private int given;

    XdpReceiver(XdpSocket socket, FramePool pool, HeldFrames held, int ringSize) {
        fill = socket.fill();
        full = socket.receive();
        this.pool = pool;
        this.held = held;
        this.ringSize = ringSize;
        low = ringSize - Math.min(32, ringSize / 4);
    }

    int receive(Burst burst, PortTally tally) {
        int count = full.available(Math.min(InterfacePort.BATCH, burst.capacity() - burst.count()));
        if (count == 0) {
            return 0;
        }
        long octets = 0;
        int first = full.consumer();
        for (int i = first; i != first + count; i++) {
            long address = full.address(i);
            int length = full.length(i);
            if (!held.remove(address)) {
                throw new IllegalStateException("the kernel returned a frame that it did not have: " + address);
            }
            pool.takeInHand(address);
            burst.add(address, length);
            octets += length;
        }
        full.release(count);
        given -= count;
        tally.received(count, octets);
        return count;
    }

    void refillIfLow() {
        if (given < low) {
            refill();
        }
    }

    /** Gives the kernel as many frames as the ring holds, or as the pool has. */
    void refill() {
        int room = fill.room(ringSize - given);
        int added = 0;
        while (added < room) {
            long address = pool.acquire();
            if (address < 0) {
                break;
            }
            pool.keep(address);
            held.add(address);
            fill.append(address);
            added++;
        }
        if (added > 0) {
            given += added;
            fill.publish();
        }
    }
}
