package ecmplab.lab.supervisor;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Sends signals by number, as the JDK knows only two of them, and looks processes up in {@code /proc}, which inside a lab
 * numbers them otherwise.
 */
enum Signals {
    KILL(9),
    CONT(18),
    STOP(19);

    private static final MethodHandle SEND = handle();

    private final int number;

    Signals(int number) {
        this.number = number;
    }

    private static MethodHandle handle() {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find("kill").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    /** @param pid in the PID namespace of this process */
    void send(long pid) throws IOException {
        int result;
        try {
            result = (int) SEND.invokeExact((int) pid, number);
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
        if (result != 0) {
            throw new IOException("kill(" + pid + ", SIG" + name() + ") failed: no such process");
        }
    }
}
