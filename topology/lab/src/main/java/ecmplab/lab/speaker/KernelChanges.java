package ecmplab.lab.speaker;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

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
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    /** RTMGRP_LINK, RTMGRP_IPV4_IFADDR and _ROUTE, RTMGRP_IPV6_IFADDR and _ROUTE. */
    private static final int GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

    /** Octets of {@code struct sockaddr_nl}, and where the groups are in it. */
    private static final int ADDRESS_SIZE = 12;

    private static final int GROUPS_AT = 8;

    /** Octets; a longer notification is cut, which does not matter. */
    private static final int ROOM = 1 << 16;
    /** Notifications taken at a time; more are there at the next wait. */
    private static final int MOST_AT_ONCE = 1024;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment room = arena.allocate(ROOM, 8);
    private final MemorySegment polled = arena.allocate(2L * PollFd.SIZE, 8);
    private final int socket;
    private final int wakeUp;

    private KernelChanges(int socket, int wakeUp) {
        this.socket = socket;
        this.wakeUp = wakeUp;
    }

    /** @throws IOException when the kernel gives no such socket */
    public static KernelChanges open() throws IOException {
        int type = Linux.SOCK_RAW | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
        int socket = Linux.check(Linux.socket(AF_NETLINK, type, NETLINK_ROUTE), "socket(AF_NETLINK)");
        int wakeUp = -1;
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(ADDRESS_SIZE, 4);
            address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(JAVA_INT, GROUPS_AT, GROUPS);
            Linux.check(Linux.bind(socket, address), "bind to rtnetlink's groups");
            wakeUp = Linux.check(Linux.eventDescriptor(), "eventfd");
            return new KernelChanges(socket, wakeUp);
        } finally {
            if (wakeUp < 0) {
                Linux.close(socket);
            }
        }
    }

    /**
     * Waits until something may have changed since the last call, or somebody wakes it, or the time is over.
     *
     * @return whether something may have changed
     */
    public boolean await(Duration most) throws IOException {
        PollFd.set(polled, 0, socket, PollFd.POLLIN);
        PollFd.set(polled, 1, wakeUp, PollFd.POLLIN);
        int ready = Linux.poll(polled.address(), 2, (int) Math.min(Integer.MAX_VALUE, most.toMillis()));
        if (ready < 0 && ready != -Errno.EINTR) {
            Linux.check(ready, "poll of rtnetlink");
        }
        Linux.read(wakeUp, room.address(), Long.BYTES); // nothing, when nobody woke us
        boolean changed = false;
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            int octets = Linux.read(socket, room.address(), ROOM);
            if (octets == -Errno.EAGAIN) {
                break;
            }
            if (octets < 0 && octets != -Errno.ENOBUFS && octets != -Errno.EINTR) {
                Linux.check(octets, "read of rtnetlink");
            }
            changed = true;
        }
        return changed;
    }

    /** Has {@link #await} return soon. */
    public void wake() {
        try (var one = Arena.ofConfined()) {
            Linux.write(wakeUp, one.allocateFrom(JAVA_LONG, 1).address(), Long.BYTES);
        }
    }

    @Override
    public void close() {
        Linux.close(socket);
        Linux.close(wakeUp);
        arena.close();
    }
}
