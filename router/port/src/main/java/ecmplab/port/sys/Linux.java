package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls as static methods. Pointers are absolute addresses ({@link MemorySegment#address()}): the caller keeps the
 * memory alive. A failed call returns its errno negated, as the kernel itself does; {@link #check} turns that into an
 * exception where failing is exceptional. Calls on the packet path allocate nothing once they are hot (before, the JDK
 * slices the memory that captures errno, 40 octets a call).
 */
public final class Linux {
    public static final int AF_PACKET = 17;
    public static final int AF_INET = 2;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int SOCK_CLOEXEC = 0x8_0000;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int PROT_READ_WRITE = 3;
    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x8_0000;

    static final Linker LINKER = Linker.nativeLinker();
    static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final long ERRNO_AT =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final MethodHandle SOCKET = intCall("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = intCall("bind", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            intCall("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            intCall("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CLOSE = intCall("close", JAVA_INT);
    private static final MethodHandle POLL = intCall("poll", JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECVMMSG =
            intCall("recvmmsg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SENDMMSG = intCall("sendmmsg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle SENDTO =
            longCall("sendto", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MMAP =
            longCall("mmap", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = intCall("munmap", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle EVENTFD = intCall("eventfd", JAVA_INT, JAVA_INT);
    private static final MethodHandle READ = longCall("read", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE = longCall("write", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETNS = intCall("setns", JAVA_INT, JAVA_INT);
    private static final MethodHandle SCHED_SETAFFINITY = intCall("sched_setaffinity", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT),
            ERRNO,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
            ERRNO,
            Linker.Option.firstVariadicArg(2));

    private Linux() {}

    static MethodHandle intCall(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments), ERRNO);
    }

    static MethodHandle longCall(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_LONG, arguments), ERRNO);
    }

    /** @throws SystemCallException when {@code result} is a negated errno */
    public static int check(int result, String call) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, -result);
        }
        return result;
    }

    static int errnoIfNegative(int result, MemorySegment captured) {
        return result < 0 ? -captured.get(JAVA_INT, ERRNO_AT) : result;
    }

    /** A downcall handle throws nothing of its own: what comes out is an error of the JVM or of this class. */
    static AssertionError impossible(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return new AssertionError(thrown);
    }

    public static int socket(int family, int type, int protocol) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) SOCKET.invokeExact(captured, family, type, protocol), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    public static int bind(int descriptor, MemorySegment address) {
        var captured = CAPTURED.get();
        try {
            int size = (int) address.byteSize();
            return errnoIfNegative((int) BIND.invokeExact(captured, descriptor, address.address(), size), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    public static int setSocketOption(int descriptor, int level, int option, MemorySegment value) {
        var captured = CAPTURED.get();
        try {
            long address = value.address();
            int size = (int) value.byteSize();
            return errnoIfNegative(
                    (int) SETSOCKOPT.invokeExact(captured, descriptor, level, option, address, size), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    public static int setSocketOption(int descriptor, int level, int option, int value) {
        try (var arena = Arena.ofConfined()) {
            return setSocketOption(descriptor, level, option, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /** Fills {@code value}; its whole size is offered to the kernel. */
    public static int getSocketOption(int descriptor, int level, int option, MemorySegment value) {
        var captured = CAPTURED.get();
        try (var arena = Arena.ofConfined()) {
            long size = arena.allocateFrom(JAVA_INT, (int) value.byteSize()).address();
            long address = value.address();
            return errnoIfNegative(
                    (int) GETSOCKOPT.invokeExact(captured, descriptor, level, option, address, size), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    public static int close(int descriptor) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) CLOSE.invokeExact(captured, descriptor), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /**
     * Waits for any of {@code count} entries of {@link PollFd}.
     *
     * @param timeoutMillis at most so long; negative: for ever
     */
    public static int poll(long entries, int count, int timeoutMillis) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) POLL.invokeExact(captured, entries, (long) count, timeoutMillis), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Receives up to {@code count} messages into the {@code mmsghdr}s at {@code messages}, without waiting. */
    public static int receiveMessages(int descriptor, long messages, int count) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative(
                    (int) RECVMMSG.invokeExact(captured, descriptor, messages, count, MSG_DONTWAIT, 0L), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Sends up to {@code count} of the {@code mmsghdr}s at {@code messages}, without waiting; returns how many went. */
    public static int sendMessages(int descriptor, long messages, int count) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative(
                    (int) SENDMMSG.invokeExact(captured, descriptor, messages, count, MSG_DONTWAIT), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Has the kernel transmit what the socket's ring holds, without waiting: a {@code sendto} of nothing. */
    public static int kick(int descriptor) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative(
                    (int) (long) SENDTO.invokeExact(captured, descriptor, 0L, 0L, MSG_DONTWAIT, 0L, 0), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Sends a datagram, to where the socket's kind sends what has no address: a netlink socket's goes to the kernel. */
    public static int send(int descriptor, MemorySegment data) {
        var captured = CAPTURED.get();
        try {
            long address = data.address();
            return errnoIfNegative(
                    (int) (long) SENDTO.invokeExact(captured, descriptor, address, data.byteSize(), 0, 0L, 0),
                    captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** A counter that becomes readable when written to: non-blocking, closed on exec. */
    public static int eventDescriptor() {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) EVENTFD.invokeExact(captured, 0, SOCK_NONBLOCK | SOCK_CLOEXEC), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    public static int read(int descriptor, long address, long length) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) (long) READ.invokeExact(captured, descriptor, address, length), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    public static int write(int descriptor, long address, long length) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) (long) WRITE.invokeExact(captured, descriptor, address, length), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Opens a file for reading, closed on exec. */
    public static int openForReading(String path) {
        var captured = CAPTURED.get();
        try (var arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path).address();
            return errnoIfNegative((int) OPEN.invokeExact(captured, name, O_RDONLY | O_CLOEXEC), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Moves the calling thread into the namespace that {@code descriptor} refers to. */
    public static int setNamespace(int descriptor, int type) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) SETNS.invokeExact(captured, descriptor, type), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Lets the calling thread run on one processor only. */
    public static int pinToProcessor(int processor) {
        var captured = CAPTURED.get();
        try (var arena = Arena.ofConfined()) {
            var mask = arena.allocate(128, 8); // cpu_set_t: 1024 bits
            if (processor < 0 || processor >= 1024) {
                return -Errno.EINVAL;
            }
            mask.set(JAVA_LONG, processor / 64 * 8L, 1L << processor);
            return errnoIfNegative((int) SCHED_SETAFFINITY.invokeExact(captured, 0, 128L, mask.address()), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Address of {@code length} octets to read and write, wherever the kernel likes; or its errno negated. */
    static long mmap(long length, int flags, int descriptor, long offset) {
        var captured = CAPTURED.get();
        try {
            long address = (long) MMAP.invokeExact(captured, 0L, length, PROT_READ_WRITE, flags, descriptor, offset);
            return address == -1 ? errnoIfNegative(-1, captured) : address;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int munmap(long address, long length) {
        var captured = CAPTURED.get();
        try {
            return errnoIfNegative((int) MUNMAP.invokeExact(captured, address, length), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    public static int ioctl(int descriptor, long request, MemorySegment argument) {
        var captured = CAPTURED.get();
        try {
            long address = argument.address();
            return errnoIfNegative((int) IOCTL.invokeExact(captured, descriptor, request, address), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }
}
