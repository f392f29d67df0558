package ecmplab.lab.cli;

import ecmplab.lab.supervisor.ProcessId;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Becomes a program inside a node's namespace: {@code execvp} replaces this JVM, so that terminal, signals, input and exit
 * code are the program's own.
 */
final class Enter {
    private static final int SIG_SETMASK = 2;
    private static final int SIGSET_OCTETS = 128;

    private Enter() {}

    /** The command line that runs {@code command} in the node's network namespace, in this process's working directory. */
    static List<String> commandLine(StateDirectory lab, String node, List<String> command) throws IOException {
        var supervisor = supervisor(lab);
        var line = new ArrayList<>(List.of("nsenter", "-t", "" + supervisor.pid()));
        if (!userNamespace("self").equals(userNamespace("" + supervisor.pid()))) {
            line.addAll(List.of("-U", "--preserve-credentials"));
        }
        line.addAll(List.of("-m", "ip", "netns", "exec", node));
        line.addAll(List.of("env", "-C", Path.of("").toAbsolutePath().toString()));
        line.addAll(command);
        return line;
    }

    private static ProcessId supervisor(StateDirectory lab) throws IOException {
        var file = lab.path().resolve("supervisor.pid");
        return Files.exists(file)
                ? ProcessId.parse(Files.readString(file))
                        .filter(ProcessId::alive)
                        .orElseThrow(() -> notUp(lab))
                : failed(lab);
    }

    private static ProcessId failed(StateDirectory lab) {
        throw notUp(lab);
    }

    private static Failure notUp(StateDirectory lab) {
        return new Failure(Exit.FALSE, "lab " + lab.name() + " is not up yet");
    }

    private static Path userNamespace(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns", "user"));
    }

    /** Does not return. @throws Failure when the program cannot be run */
    static void become(List<String> command) {
        System.out.flush();
        System.err.flush();
        var linker = Linker.nativeLinker();
        var symbols = linker.defaultLookup();
        var execvp = linker.downcallHandle(
                symbols.find("execvp").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        var sigprocmask = linker.downcallHandle(
                symbols.find("sigprocmask").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var words = arena.allocate(ValueLayout.ADDRESS, command.size() + 1L);
            for (int i = 0; i < command.size(); i++) {
                words.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(command.get(i)));
            }
            // the JVM blocks SIGQUIT in its threads, and a program inherits what is blocked
            int unblocked =
                    (int) sigprocmask.invokeExact(SIG_SETMASK, arena.allocate(SIGSET_OCTETS), MemorySegment.NULL);
            int result = (int) execvp.invokeExact(words.getAtIndex(ValueLayout.ADDRESS, 0), words);
            throw new Failure(
                    Exit.NOT_POSSIBLE,
                    "cannot run " + command.getFirst() + ": package util-linux has it (" + unblocked + result + ")");
        } catch (Failure failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
