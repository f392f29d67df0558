package ecmplab.port.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import ecmplab.port.sys.Errno;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PollFd;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A socket to the kernel's routing tables: acknowledged requests in batches, dumps, and news of the groups it joined. Used by one thread at a
 * time. A socket that asks should join no group: its answers would wait behind news.
 */
public final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int ADD_MEMBERSHIP = 1;
    private static final int CAP_ACK = 10;
    private static final int EXT_ACK = 11;
    private static final int STRICT_CHECK = 12;

    /** {@code struct nlmsghdr}: length u32, type u16, flags u16, sequence u32, port u32. */
    private static final int HEADER = 16;

    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int REQUEST = 1;
    private static final int ACKNOWLEDGE = 4;
    private static final int DUMP = 0x300;
    /** The table changed while it was dumped. */
    private static final int DUMP_INTERRUPTED = 0x10;

    private static final int ACKNOWLEDGEMENT_TEXT = 1;
    private static final int ACKNOWLEDGEMENT_FIXED = 4;

    private static final int BUFFER = 64 << 10;
    /** Requests in flight: their acknowledgements fit into the socket's buffer whatever its size. */
    private static final int BATCH = 64;

    private static final int NEWS_BUFFER = 16 << 20;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int DUMP_TRIES = 5;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER, 8);
    private final MemorySegment entry = arena.allocate(PollFd.SIZE, 8);
    private final int socket;
    private int sequence;
    private int port;

    /** @param groups multicast groups to hear news of, such as {@code RTNLGRP_IPV4_ROUTE} */
    public NetlinkSocket(int... groups) throws SystemCallException {
        socket = Linux.check(
                Linux.socket(AF_NETLINK, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC | Linux.SOCK_NONBLOCK, 0),
                "socket(AF_NETLINK)");
        try {
            var address = arena.allocate(12, 4); // struct sockaddr_nl: family u16, pad u16, port u32, groups u32
            address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
            Linux.check(Linux.bind(socket, address), "bind(AF_NETLINK)");
            for (int option : new int[] {CAP_ACK, EXT_ACK, STRICT_CHECK}) {
                Linux.check(Linux.setSocketOption(socket, SOL_NETLINK, option, 1), "setsockopt(SOL_NETLINK)");
            }
            if (groups.length > 0) {
                // Best effort: a burst of news beyond the buffer is told as such, and answered by a dump.
                Linux.setSocketOption(socket, SOL_SOCKET, SO_RCVBUFFORCE, NEWS_BUFFER);
            }
            for (int group : groups) {
                Linux.check(
                        Linux.setSocketOption(socket, SOL_NETLINK, ADD_MEMBERSHIP, group), "NETLINK_ADD_MEMBERSHIP");
            }
        } catch (SystemCallException failed) {
            close();
            throw failed;
        }
    }

    /** Readable when there is news. */
    public int descriptor() {
        return socket;
    }

    /** The kernel's number of this socket, as {@link Message#port} has it; 0 before the first answer. */
    public int port() {
        return port;
    }

    /**
     * Has the kernel do what is asked, in this order, and waits for all acknowledgements.
     *
     * @return for each request why it was refused, or empty
     * @throws SystemCallException when answers were lost: what was done is not known
     */
    public List<Optional<Refusal>> change(List<Request> requests) throws SystemCallException {
        var results = new ArrayList<Optional<Refusal>>(requests.size());
        int next = 0;
        while (next < requests.size()) {
            int from = next;
            int first = sequence + 1;
            int length = 0;
            while (next < requests.size()
                    && next - from < BATCH
                    && length + HEADER + requests.get(next).size() <= BUFFER) {
                length += put(length, requests.get(next++), ACKNOWLEDGE);
            }
            if (next == from) {
                throw new SystemCallException(
                        "a request of " + requests.get(from).size() + " octets", Errno.EMSGSIZE);
            }
            Linux.check(Linux.send(socket, buffer.asSlice(0, length)), "send(rtnetlink)");
            collect(first, next - from, results);
        }
        return results;
    }

    /** Reads acknowledgements, which come in the order of the requests. */
    private void collect(int first, int count, List<Optional<Refusal>> results) throws SystemCallException {
        int[] answered = {0};
        while (answered[0] < count) {
            receive("acknowledgements", message -> {
                if (message.type() == ERROR && message.sequence() == first + answered[0]) {
                    port = message.port();
                    answered[0]++;
                    results.add(refusal(message));
                }
            });
        }
    }

    private static Optional<Refusal> refusal(Message message) {
        int errno = -message.word(0);
        if (errno == 0) {
            return Optional.empty();
        }
        var text = message.attributes(ACKNOWLEDGEMENT_FIXED + HEADER)
                .octets(ACKNOWLEDGEMENT_TEXT)
                .map(octets -> new String(octets, StandardCharsets.UTF_8).replace("\0", ""))
                .orElse("");
        return Optional.of(new Refusal(errno, text));
    }

    /** Gives all that a dump answers to {@code to}, from the start again when the table changed meanwhile: {@code restart} first. */
    public void dump(Request request, Runnable restart, Consumer<Message> to) throws SystemCallException {
        for (int attempt = 0; attempt < DUMP_TRIES; attempt++) {
            restart.run();
            if (dumpOnce(request, to)) {
                return;
            }
        }
        throw new SystemCallException(
                request.what() + ": the table changed during each of " + DUMP_TRIES + " dumps", Errno.EINTR);
    }

    private boolean dumpOnce(Request request, Consumer<Message> to) throws SystemCallException {
        int length = put(0, request, DUMP);
        int expected = sequence;
        Linux.check(Linux.send(socket, buffer.asSlice(0, length)), "send(rtnetlink)");
        boolean[] state = {false, true}; // done, whole
        int[] errno = {0};
        while (!state[0]) {
            receive(request.what(), message -> {
                if (message.sequence() != expected) {
                    return;
                }
                port = message.port();
                state[1] &= (message.flags() & DUMP_INTERRUPTED) == 0;
                if (message.type() == DONE || message.type() == ERROR) {
                    state[0] = true;
                    errno[0] = Math.max(0, -message.word(0));
                } else {
                    to.accept(message);
                }
            });
        }
        if (errno[0] == Errno.EINTR) {
            return false;
        }
        Linux.check(-errno[0], request.what());
        return state[1];
    }

    /**
     * Gives the news that waits to {@code to}, without waiting.
     *
     * @return false when news was lost, because more came than the buffer holds
     */
    public boolean news(Consumer<Message> to) throws SystemCallException {
        boolean whole = true;
        while (true) {
            int length = Linux.read(socket, buffer.address(), BUFFER);
            if (length == -Errno.EAGAIN) {
                return whole;
            }
            if (length == -Errno.ENOBUFS) {
                whole = false;
            } else {
                split(Linux.check(length, "read(rtnetlink)"), to);
            }
        }
    }

    private void receive(String what, Consumer<Message> to) throws SystemCallException {
        while (true) {
            int length = Linux.read(socket, buffer.address(), BUFFER);
            if (length != -Errno.EAGAIN) {
                split(Linux.check(length, "read(" + what + ")"), to);
                return;
            }
            PollFd.set(entry, 0, socket, PollFd.POLLIN);
            if (Linux.poll(entry.address(), 1, PATIENCE_MILLIS) == 0) {
                throw new SystemCallException("the kernel's answer: " + what, Errno.EAGAIN);
            }
        }
    }

    private int put(int at, Request request, int flags) {
        var body = request.octets();
        int length = HEADER + body.length;
        buffer.set(JAVA_INT, at, length);
        buffer.set(JAVA_SHORT, at + 4L, (short) request.type());
        buffer.set(JAVA_SHORT, at + 6L, (short) (REQUEST | flags | request.flags()));
        buffer.set(JAVA_INT, at + 8L, ++sequence);
        buffer.set(JAVA_INT, at + 12L, 0);
        MemorySegment.copy(body, 0, buffer, JAVA_BYTE, at + (long) HEADER, body.length);
        return length;
    }

    private void split(int length, Consumer<Message> to) throws SystemCallException {
        // A copy, since who is told may ask something by the same buffer.
        var octets =
                ByteBuffer.wrap(buffer.asSlice(0, length).toArray(JAVA_BYTE)).order(ByteOrder.nativeOrder());
        int at = 0;
        while (at + HEADER <= length) {
            int size = octets.getInt(at);
            if (size < HEADER || size > length - at) {
                throw new SystemCallException("a netlink message of " + size + " octets", Errno.EINVAL);
            }
            to.accept(new Message(
                    octets.getShort(at + 4),
                    octets.getShort(at + 6),
                    octets.getInt(at + 8),
                    octets.getInt(at + 12),
                    octets.slice(at + HEADER, size - HEADER).order(ByteOrder.nativeOrder())));
            at += (size + 3) & -4;
        }
    }

    @Override
    public void close() {
        Linux.close(socket);
        arena.close();
    }
}
