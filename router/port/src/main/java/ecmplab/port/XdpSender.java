package ecmplab.port;

import ecmplab.port.sys.Errno;
import ecmplab.port.sys.Linux;
import ecmplab.port.xdp.KernelRing;
import ecmplab.port.xdp.XdpSocket;

/**
 * The sending half of an {@link XdpPort}. In copy mode the kernel takes descriptors only while it is called (here, or by the
 * poll(2) of the same thread), copies the frame and gives it back when the copy has been consumed.
 */
final class XdpSender {
    /** Times that the kernel is asked to go on with frames that it stopped at, before they wait for the next call. */
    private static final int MAX_STALLS = 2;

    private final int socket;
    private final KernelRing ring;
    private final KernelRing completion;
    private final FramePool pool;
    private final HeldFrames held;
    private final PortTally tally;
    private final long nowhere;

    /** Index in the ring up to which frames were counted as sent or dropped. */
    private int counted;
    /** Frames counted as dropped which the kernel has not yet told to have taken. */
    private int droppedAhead;
    /** Frames that the kernel copies are being sent of. */
    private int sending;

    private boolean down;

    XdpSender(XdpSocket socket, FramePool pool, HeldFrames held, PortTally tally) {
        this.socket = socket.descriptor();
        ring = socket.transmit();
        completion = socket.completion();
        this.pool = pool;
        this.held = held;
        this.tally = tally;
        nowhere = pool.memory().byteSize();
    }

    /** Whether the kernel has something to be reminded of, or frames of ours. */
    boolean isPending() {
        return sending > 0;
    }

    /** Takes over the frames; each leaves, waits in the ring, or is dropped and counted. */
    void send(Burst queue) {
        takeBack();
        int count = queue.count();
        if (down && count > 0 && isStillDown()) {
            dropAll(queue, 0, PortDrop.PORT_DOWN);
            return;
        }
        int room = ring.room(count);
        for (int i = 0; i < room; i++) {
            held.add(queue.address(i));
            ring.append(queue.address(i), queue.length(i));
        }
        if (room > 0) {
            sending += room;
            ring.publish();
        }
        if (room < count) {
            dropAll(queue, room, PortDrop.TX_FULL);
        }
        push();
        takeBack();
    }

    private void dropAll(Burst queue, int first, PortDrop reason) {
        for (int i = first; i < queue.count(); i++) {
            pool.release(queue.address(i));
        }
        tally.drop(reason, queue.count() - first);
    }

    private boolean isStillDown() {
        int result = Linux.kick(socket);
        down = isDown(-result);
        settle(false);
        return down;
    }

    private static boolean isDown(int errno) {
        return errno == Errno.ENETDOWN || errno == Errno.ENXIO || errno == Errno.ENODEV;
    }

    /** Calls the kernel until it has taken all, or cannot now. */
    private void push() {
        int stalls = 0;
        while (ring.taken() != ring.producer() && ring.needsWakeUp()) {
            int result = Linux.kick(socket);
            boolean dropped = result == -Errno.EBUSY; // by the interface, which had no room for this one
            if (dropped) {
                tally.drop(PortDrop.TX_FULL);
            }
            boolean moved = settle(dropped);
            if (result >= 0 || dropped || result == -Errno.EAGAIN || result == -Errno.ENOBUFS) {
                takeBack(); // a full completion ring stops the kernel
                stalls = moved || dropped ? 0 : stalls + 1;
                if (stalls > MAX_STALLS) {
                    return;
                }
            } else {
                down = isDown(-result);
                withdraw(down ? PortDrop.PORT_DOWN : PortDrop.TX_REFUSED);
                return;
            }
        }
    }

    /**
     * Counts what the kernel has taken since the last time.
     *
     * @param lastDropped whether the last frame that it took did not leave
     * @return whether it had taken any
     */
    private boolean settle(boolean lastDropped) {
        int taken = ring.taken();
        int frames = taken - counted; // negative after a withdrawal
        if (frames <= 0) {
            droppedAhead += lastDropped ? 1 : 0;
            return false;
        }
        int first = counted + Math.min(frames, droppedAhead);
        droppedAhead -= first - counted;
        int end = taken;
        if (lastDropped) {
            if (first == end) {
                droppedAhead++;
            } else {
                end--;
            }
        }
        long octets = 0;
        for (int i = first; i != end; i++) {
            octets += ring.length(i);
        }
        tally.sent(end - first, octets);
        counted = taken;
        return true;
    }

    /** Gives the frames that have left to the pool. */
    private void takeBack() {
        if (sending == 0) {
            return;
        }
        int count = completion.available(Integer.MAX_VALUE);
        if (count == 0) {
            return;
        }
        int first = completion.consumer();
        for (int i = first; i != first + count; i++) {
            long address = completion.address(i);
            if (held.remove(address)) {
                pool.release(address);
                sending--;
            }
        }
        completion.release(count);
    }

    /**
     * Drops what the kernel has not taken: it will not look before it is called again, and then finds descriptors that lead
     * nowhere, which it skips.
     */
    private void withdraw(PortDrop reason) {
        takeBack();
        int dropped = 0;
        for (int i = ring.taken(); i != ring.producer(); i++) {
            long address = ring.address(i);
            if (held.remove(address)) {
                pool.release(address);
                sending--;
                dropped++;
            }
            ring.overwrite(i, nowhere, 0);
        }
        tally.drop(reason, dropped);
        counted = ring.producer();
        droppedAhead = 0;
    }
}
