package ecmplab.bgp.bfd;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Supplier;

/**
 * The system calls that BFD needs and neither the JDK's nor Netty's sockets offer: the TTL of what was received, a wait that ends to the
 * microsecond, a real-time priority. A failed call returns its errno negated. For 64-bit Linux.
 */
final class Linux {
    static final int ECONNREFUSED = 111;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOL_SOCKET = 1;
    static final int SO_PRIORITY = 12;
    static final int IPPROTO_IP = 0;
    static final int IP_TOS = 1;
    static final int IP_TTL = 2;
    static final int IP_RECVTTL = 12;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_UNICAST_HOPS = 16;
    static final int IPV6_V6ONLY = 26;
    static final int IPV6_RECVHOPLIMIT = 51;
    static final int IPV6_HOPLIMIT = 52;
    static final int IPV6_TCLASS = 67;

    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x8_0000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int SCHED_RR = 2;
    private static final int SCHED_RESET_ON_FORK = 0x4000_0000;
    private static final int PRIO_PROCESS = 0;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final long ERRNO_AT =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = call("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CONNECT = call("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            call("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle EVENTFD = call("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle READ = call("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE = call("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PPOLL = call("ppoll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RECVMSG = call("recvmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SEND = call("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SETSCHEDULER =
            call("sched_setscheduler", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SETPRIORITY = call("setpriority", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

    private Linux() {}

    private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), ERRNO);
    }

    /** @throws IOException when {@code result} is a negated errno */
    static int check(int result, Supplier<String> call) throws IOException {
        if (result < 0) {
            throw new IOException(call.get() + ": errno " + -result);
        }
        return result;
    }

    private static int result(long result, MemorySegment captured) {
        return result < 0 ? -captured.get(JAVA_INT, ERRNO_AT) : (int) result;
    }

    /** A downcall handle throws nothing of its own: what comes out is an error of the JVM or of this class. */
    private static AssertionError impossible(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return new AssertionError(thrown);
    }

    static int datagramSocket(int family) {
        var captured = CAPTURED.get();
        try {
            int type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
            return result((int) SOCKET.invokeExact(captured, family, type, 0), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int bind(int descriptor, MemorySegment address) {
        var captured = CAPTURED.get();
        try {
            int size = (int) address.byteSize();
            return result((int) BIND.invokeExact(captured, descriptor, address.address(), size), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int connect(int descriptor, MemorySegment address) {
        var captured = CAPTURED.get();
        try {
            int size = (int) address.byteSize();
            return result((int) CONNECT.invokeExact(captured, descriptor, address.address(), size), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int setSocketOption(int descriptor, int level, int option, int value) {
        var captured = CAPTURED.get();
        try (var arena = Arena.ofConfined()) {
            long at = arena.allocateFrom(JAVA_INT, value).address();
            return result(
                    (int) SETSOCKOPT.invokeExact(captured, descriptor, level, option, at, Integer.BYTES), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int close(int descriptor) {
        var captured = CAPTURED.get();
        try {
            return result((int) CLOSE.invokeExact(captured, descriptor), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** A counter that becomes readable when written to. */
    static int eventDescriptor() {
        var captured = CAPTURED.get();
        try {
            return result((int) EVENTFD.invokeExact(captured, 0, SOCK_NONBLOCK | SOCK_CLOEXEC), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Reads or writes the eight octets of an event descriptor. */
    static int transferEvent(int descriptor, MemorySegment eightOctets, boolean write) {
        var captured = CAPTURED.get();
        try {
            long at = eightOctets.address();
            long moved = write
                    ? (long) WRITE.invokeExact(captured, descriptor, at, 8L)
                    : (long) READ.invokeExact(captured, descriptor, at, 8L);
            return result(moved, captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** @param timeout address of a {@code timespec}; 0 to wait for ever */
    static int poll(long entries, int count, long timeout) {
        var captured = CAPTURED.get();
        try {
            return result((int) PPOLL.invokeExact(captured, entries, (long) count, timeout, 0L), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Receives into a {@code msghdr}, without waiting. */
    static int receive(int descriptor, long message) {
        var captured = CAPTURED.get();
        try {
            return result((long) RECVMSG.invokeExact(captured, descriptor, message, MSG_DONTWAIT), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int send(int descriptor, MemorySegment octets) {
        var captured = CAPTURED.get();
        try {
            long at = octets.address();
            long size = octets.byteSize();
            return result((long) SEND.invokeExact(captured, descriptor, at, size, MSG_DONTWAIT), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /**
     * Gives a thread the lowest real-time priority: it runs before all ordinary threads of the machine.
     *
     * @param thread the kernel's number of it; 0 for the calling one
     */
    static int makeRealTime(int thread) {
        var captured = CAPTURED.get();
        try (var arena = Arena.ofConfined()) {
            long priority = arena.allocateFrom(JAVA_INT, 1).address();
            int policy = SCHED_RR | SCHED_RESET_ON_FORK;
            return result((int) SETSCHEDULER.invokeExact(captured, thread, policy, priority), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Sets the nice value of the calling thread (on Linux it is the thread's, not the process's). */
    static int setNice(int nice) {
        var captured = CAPTURED.get();
        try {
            return result((int) SETPRIORITY.invokeExact(captured, PRIO_PROCESS, 0, nice), captured);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }
}
