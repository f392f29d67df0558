package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.lab.control.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * The {@code lab} command as a process of its own, with state of its own, as root or as nobody. {@link #close} destroys what it
 * started and checks that nothing is left.
 */
final class LabTool implements AutoCloseable {
    private static final int NOBODY = 65_534;
    private static final long PATIENCE_SECONDS = 240;

    private final Path folder;
    private final Path state;
    private final List<String> program;
    private final List<String> as;

    private LabTool(Path folder, List<String> classPath, List<String> as) {
        this.folder = folder;
        this.as = as;
        state = folder.resolve("state");
        program = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(File.pathSeparator, classPath),
                "ecmplab.lab.cli.Main");
    }

    record Said(int code, String out, String err) {
        JsonNode json() {
            return Json.MAPPER.readTree(out);
        }
    }

    /** As the user that runs the tests. */
    static LabTool here() throws IOException {
        return new LabTool(
                Files.createTempDirectory("labtest"),
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
                List.of());
    }

    /** As an ordinary user without any right, which only root can arrange: the classes are copied to where it may read. */
    static LabTool asNobody() throws IOException {
        var folder = Files.createTempDirectory(
                "labtest", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        var copies = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            var from = Path.of(entry);
            if (Files.exists(from)) {
                var to = folder.resolve("class-path").resolve(copies.size() + "-" + from.getFileName());
                copy(from, to);
                copies.add(to.toString());
            }
        }
        var home = Files.createDirectory(folder.resolve("nobody"));
        Files.setAttribute(home, "unix:uid", NOBODY);
        return new LabTool(
                home, copies, List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(
                        file,
                        file.equals(from)
                                ? to
                                : to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** A folder for files of the test, that the tool may read. */
    Path folder() {
        return folder;
    }

    Path state() {
        return state;
    }

    /** Starts the command; its output goes to pipes. */
    Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(as);
        command.addAll(program);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("ECMPLAB_STATE", state.toString());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    /** Runs the command to its end. */
    Said run(String... arguments) {
        try {
            var process = start(arguments);
            process.getOutputStream().close();
            var err = new StringBuilder();
            var reader = Thread.ofVirtual().start(() -> {
                try {
                    err.append(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
                } catch (IOException gone) {
                    throw new UncheckedIOException(gone);
                }
            });
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("no end of " + String.join(" ", arguments) + ": " + out);
            }
            reader.join();
            return new Said(process.exitValue(), out, err.toString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Runs the command, which must end well. */
    Said fine(String... arguments) {
        var said = run(arguments);
        assertEquals(0, said.code(), () -> String.join(" ", arguments) + "\n" + said.out() + said.err() + logs());
        return said;
    }

    /** What the nodes had to say, for failures. */
    private String logs() {
        var text = new StringBuilder();
        try (var files = Files.walk(state)) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".log")).toList()) {
                text.append("--- ").append(file).append('\n').append(Files.readString(file));
            }
        } catch (IOException gone) {
            text.append("(no logs: ").append(gone).append(")\n");
        }
        return text.toString();
    }

    /** Processes with the state directory in their command line: those of the labs of this tool. */
    List<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(state.toString()))
                .toList();
    }

    @Override
    public void close() throws IOException {
        if (Files.isDirectory(state)) {
            run("destroy", "--all");
        }
        assertEquals(List.of(), processes(), "processes left");
        var top = as.isEmpty() ? folder : folder.getParent();
        try (var all = Files.walk(top)) {
            for (var path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
