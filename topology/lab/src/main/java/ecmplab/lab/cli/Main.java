package ecmplab.lab.cli;

import ecmplab.lab.node.NodeProcess;
import ecmplab.lab.supervisor.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** The one program of the lab: the command line, and by its first word also a supervisor or a node. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int code = run(arguments);
        System.out.flush();
        System.exit(code);
    }

    static int run(String[] arguments) {
        var rest = arguments.length == 0
                ? List.<String>of()
                : Arrays.asList(arguments).subList(1, arguments.length);
        boolean help = rest.contains("-h") || rest.contains("--help");
        try {
            return switch (arguments.length == 0 || help ? "" : arguments[0]) {
                case "show", "sh" -> new Show(System.out, System.err).run(rest);
                case "watch" -> new Show(System.out, System.err).watch(rest);
                case "wait" -> new Wait(System.out, System.err).run(rest);
                case "supervisor" -> Supervisor.run(Path.of(rest.getFirst()));
                case "warm-up" -> WarmUp.run(rest.getFirst());
                case "node" -> NodeProcess.run(Path.of(rest.getLast()));
                default -> commandLine().execute(arguments);
            };
        } catch (Failure failure) {
            System.err.println(failure.getMessage());
            return failure.code();
        } catch (IOException failed) {
            System.err.println(message(failed));
            return Exit.FALSE;
        } catch (InterruptedException interrupted) {
            return Exit.FALSE;
        }
    }

    static CommandLine commandLine() {
        return commandLine(new LabCommand());
    }

    /** With the exit codes of {@link Exit}. */
    static CommandLine commandLine(Object command) {
        return new CommandLine(command).setExecutionExceptionHandler((failed, which, parsed) -> {
            which.getErr().println(message(failed));
            return failed instanceof Failure failure ? failure.code() : Exit.FALSE;
        });
    }

    /** What a person is told; a fault of ours, which is anything but bad input, with its place. */
    private static String message(Exception failed) {
        return switch (failed) {
            case Failure failure -> String.valueOf(failure.getMessage());
            case java.nio.file.FileSystemException file ->
                file.getReason() == null
                        ? file.getFile() + ": " + file.getClass().getSimpleName()
                        : file.getReason();
            case IOException io -> String.valueOf(io.getMessage());
            default -> {
                failed.printStackTrace();
                yield failed.toString();
            }
        };
    }
}
