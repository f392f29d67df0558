package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The {@code bpf} system call (bpf(2)), for which the C library has no function. */
public final class BpfSystemCall {
    private static final int NUMBER = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

    private static final MethodHandle SYSCALL = Linux.LINKER.downcallHandle(
            Linux.LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT),
            Linux.ERRNO,
            Linker.Option.firstVariadicArg(1));

    private BpfSystemCall() {}

    /**
     * @param attributes {@code union bpf_attr}, as far as the command needs it
     * @return a descriptor, or 0, or a negated errno
     */
    public static int bpf(int command, MemorySegment attributes) {
        var captured = Linux.CAPTURED.get();
        try {
            long address = attributes.address();
            int size = (int) attributes.byteSize();
            return Linux.errnoIfNegative(
                    (int) (long) SYSCALL.invokeExact(captured, (long) NUMBER, command, address, size), captured);
        } catch (Throwable thrown) {
            throw Linux.impossible(thrown);
        }
    }
}
