package ecmplab.lab.speaker;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ecmplab.port.netlink.NetlinkSocket;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PollFd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Tells that links, addresses or routes of the kernel may be others (rtnetlink(7)), in the network namespace that it was opened in. What
 * the notifications say is not looked at: who waits reads all of it again, so that a notification lost for want of room (ENOBUFS) costs
 * nothing. One thread waits and closes; any may {@link #wake} it.
 */
public final class KernelChanges implements AutoCloseable {
    /** RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR and _ROUTE, RTNLGRP_IPV6_IFADDR and _ROUTE. */
    private static final int[] GROUPS = {1, 5, 7, 9, 11};

    private final Arena arena = Arena.ofShared();
    private final MemorySegment polled = arena.allocate(2L * PollFd.SIZE, 8);
    private final MemorySegment count = arena.allocate(JAVA_LONG);
    private final NetlinkSocket socket;
    private final int wakeUp;

    private KernelChanges(NetlinkSocket socket, int wakeUp) {
        this.socket = socket;
        this.wakeUp = wakeUp;
    }

    /** @throws IOException when the kernel gives no such socket */
    public static KernelChanges open() throws IOException {
        var socket = new NetlinkSocket(GROUPS);
        int wakeUp = Linux.eventDescriptor();
        if (wakeUp < 0) {
            socket.close();
        }
        return new KernelChanges(socket, Linux.check(wakeUp, "eventfd"));
    }

    /**
     * Waits until something may have changed since the last call, or somebody wakes it, or the time is over.
     *
     * @return whether something may have changed
     */
    public boolean await(Duration most) throws IOException {
        PollFd.set(polled, 0, socket.descriptor(), PollFd.POLLIN);
        PollFd.set(polled, 1, wakeUp, PollFd.POLLIN);
        int ready = Linux.poll(polled.address(), 2, (int) Math.min(Integer.MAX_VALUE, most.toMillis()));
        if (ready < 0 && ready != -Errno.EINTR) {
            Linux.check(ready, "poll of rtnetlink");
        }
        Linux.read(wakeUp, count.address(), Long.BYTES); // nothing, when nobody woke us
        boolean[] changed = {false};
        boolean whole = socket.news(told -> changed[0] = true);
        return changed[0] || !whole;
    }

    /** Has {@link #await} return soon. */
    public void wake() {
        try (var one = Arena.ofConfined()) {
            Linux.write(wakeUp, one.allocateFrom(JAVA_LONG, 1).address(), Long.BYTES);
        }
    }

    @Override
    public void close() {
        socket.close();
        Linux.close(wakeUp);
        arena.close();
    }
}
