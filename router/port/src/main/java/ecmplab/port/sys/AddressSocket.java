package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;

/**
 * Asks the kernel for the addresses of a namespace's interfaces, and hears of their changes (rtnetlink(7)). Belongs to the
 * namespace of the thread that opened it; used by one thread at a time.
 */
public final class AddressSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int GROUP_IPV4_ADDRESSES = 0x10;
    private static final int GROUP_IPV6_ADDRESSES = 0x100;

    /** {@code struct nlmsghdr}: length u32, type u16, flags u16, sequence u32, port u32. */
    private static final int HEADER = 16;

    private static final int DONE = 3;
    private static final int ERROR = 2;
    private static final int NEW_ADDRESS = 20;
    private static final int GET_ADDRESS = 22;
    private static final int REQUEST_DUMP = 0x301;

    /** {@code struct ifaddrmsg}: family u8, prefix length u8, flags u8, scope u8, interface u32. */
    private static final int ADDRESS_MESSAGE = 8;

    private static final int ATTRIBUTE_ADDRESS = 1;
    /** The own end of a point-to-point link, where {@code ADDRESS} is the other; for IPv4 always there. */
    private static final int ATTRIBUTE_LOCAL = 2;

    private static final int BUFFER = 64 << 10;
    private static final int PATIENCE_MILLIS = 5_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER, 8);
    private final MemorySegment entry = arena.allocate(PollFd.SIZE, 8);
    private final int socket;
    private int sequence;

    public AddressSocket() throws SystemCallException {
        socket = Linux.check(
                Linux.socket(AF_NETLINK, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC | Linux.SOCK_NONBLOCK, 0),
                "socket(AF_NETLINK)");
        var address = arena.allocate(12, 4); // struct sockaddr_nl: family u16, pad u16, port u32, groups u32
        address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
        address.set(JAVA_INT, 8, GROUP_IPV4_ADDRESSES | GROUP_IPV6_ADDRESSES);
        int bound = Linux.bind(socket, address);
        if (bound < 0) {
            close();
        }
        Linux.check(bound, "bind(AF_NETLINK)");
    }

    /** Readable when an address has come or gone; then call {@link #addresses}. */
    public int descriptor() {
        return socket;
    }

    /** All addresses of all interfaces now. What was told of changes before is used up. */
    public Set<InetAddress> addresses() throws SystemCallException {
        sequence++;
        var request = buffer.asSlice(0, HEADER + ADDRESS_MESSAGE).fill((byte) 0);
        request.set(JAVA_INT, 0, HEADER + ADDRESS_MESSAGE);
        request.set(JAVA_SHORT, 4, (short) GET_ADDRESS);
        request.set(JAVA_SHORT, 6, (short) REQUEST_DUMP);
        request.set(JAVA_INT, 8, sequence);
        Linux.check(Linux.send(socket, request), "send(RTM_GETADDR)");
        var found = new HashSet<InetAddress>();
        boolean more = true;
        while (more) {
            int length = Linux.read(socket, buffer.address(), BUFFER);
            if (length == -Errno.EAGAIN) {
                PollFd.set(entry, 0, socket, PollFd.POLLIN);
                if (Linux.poll(entry.address(), 1, PATIENCE_MILLIS) == 0) {
                    throw new SystemCallException("the kernel's answer to RTM_GETADDR", Errno.EAGAIN);
                }
            } else if (length != -Errno.ENOBUFS) { // news that found no room: the answer has all of it anyway
                more = take(Linux.check(length, "read(RTM_GETADDR)"), found);
            }
        }
        return found;
    }

    /** Reads the messages in the buffer; whether more are to come. */
    private boolean take(int length, Set<InetAddress> found) throws SystemCallException {
        int at = 0;
        while (at + HEADER <= length) {
            int size = buffer.get(JAVA_INT, at);
            if (size < HEADER || size > length - at) {
                throw new SystemCallException("a netlink message of " + size + " octets", Errno.EINVAL);
            }
            if (buffer.get(JAVA_INT, at + 8) == sequence) {
                switch (buffer.get(JAVA_SHORT, at + 4)) {
                    case DONE -> {
                        return false;
                    }
                    case ERROR -> throw new SystemCallException("RTM_GETADDR", -buffer.get(JAVA_INT, at + HEADER));
                    case NEW_ADDRESS -> takeAddress(at + HEADER, at + size, found);
                    default -> {}
                }
            }
            at += (size + 3) & -4;
        }
        return true;
    }

    private void takeAddress(int start, int end, Set<InetAddress> found) {
        InetAddress address = null;
        int at = start + ADDRESS_MESSAGE;
        while (at + 4 <= end) { // struct rtattr: length u16, type u16
            int size = buffer.get(JAVA_SHORT, at) & 0xFFFF;
            int type = buffer.get(JAVA_SHORT, at + 2);
            if (size < 4 || size > end - at) {
                break;
            }
            if (type == ATTRIBUTE_LOCAL || (type == ATTRIBUTE_ADDRESS && address == null)) {
                try {
                    address = InetAddress.getByAddress(
                            buffer.asSlice(at + 4L, size - 4L).toArray(JAVA_BYTE));
                } catch (UnknownHostException notAnAddress) {
                    break; // of another family: not ours to know
                }
            }
            at += (size + 3) & -4;
        }
        if (address != null) {
            found.add(address);
        }
    }

    @Override
    public void close() {
        Linux.close(socket);
        arena.close();
    }
}
