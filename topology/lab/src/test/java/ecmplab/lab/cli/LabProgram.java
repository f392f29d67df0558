package ecmplab.lab.cli;

import ecmplab.lab.control.Json;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * The lab command as processes of its own, with a state directory of the test's own, as root or as an ordinary user. What
 * it left behind is what still names that directory.
 */
public final class LabProgram implements AutoCloseable {
    /** The user {@code nobody} of Debian. */
    private static final String NOBODY = "65534";

    private final Path folder;
    private final List<String> prefix;
    private final Path state;

    private LabProgram(Path folder, List<String> prefix) {
        this.folder = folder;
        this.prefix = prefix;
        state = folder.resolve("s");
    }

    /** What a command answered. */
    public record Ran(int code, String out, String err) {
        /** Of a command with {@code --json}. */
        public JsonNode json() {
            return Json.MAPPER.readTree(out);
        }
    }

    /** As whoever runs the tests. */
    public static LabProgram asSelf() throws IOException {
        return prepared(List.of());
    }

    /** As an ordinary user, also when the tests run as root. */
    public static LabProgram asOrdinaryUser() throws IOException {
        boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        return prepared(
                root
                        ? List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all")
                        : List.of());
    }

    /** Below /tmp, since a Unix socket's path is short; with the class path copied where everybody can read it. */
    private static LabProgram prepared(List<String> prefix) throws IOException {
        var folder = Files.createTempDirectory(Path.of("/tmp"), "lab");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        var program = new LabProgram(folder, prefix);
        if (!prefix.isEmpty()) {
            for (var element : classPath()) {
                copy(
                        element,
                        folder.resolve("cp-" + element.getFileName() + "-" + Integer.toHexString(element.hashCode())));
            }
        }
        return program;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** The class path of the tests: Surefire has it as a property, JUnit's launcher in its class loader. */
    private static Set<Path> classPath() {
        var path = new LinkedHashSet<Path>();
        if (LabProgram.class.getClassLoader() instanceof URLClassLoader loader) {
            for (var url : loader.getURLs()) {
                path.add(Path.of(URI.create(url.toString())));
            }
        } else {
            for (var element : System.getProperty("java.class.path").split(File.pathSeparator)) {
                path.add(Path.of(element));
            }
        }
        path.removeIf(element -> !Files.exists(element));
        return path;
    }

    /** The directory that holds this program's labs. */
    public Path state() {
        return state;
    }

    /** The test's own folder, which everybody may write. */
    public Path folder() {
        return folder;
    }

    /** A file in the test's folder. */
    public Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** Starts a command without waiting for it. */
    public Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", readableClassPath()));
        command.add("ecmplab.lab.cli.Main");
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("ECMPLAB_STATE", state.toString());
        return builder.start();
    }

    private String readableClassPath() throws IOException {
        if (prefix.isEmpty()) {
            return String.join(
                    File.pathSeparator, classPath().stream().map(Path::toString).toList());
        }
        try (var copies = Files.list(folder)) {
            return String.join(
                    File.pathSeparator,
                    copies.filter(path -> path.getFileName().toString().startsWith("cp-"))
                            .map(Path::toString)
                            .toList());
        }
    }

    /** Runs a command to its end. */
    public Ran run(String... arguments) throws IOException, InterruptedException {
        var process = start(arguments);
        process.getOutputStream().close();
        var err = new StringBuilder();
        var reader = Thread.ofVirtual().start(() -> err.append(text(process.getErrorStream())));
        var out = text(process.getInputStream());
        reader.join();
        return new Ran(process.waitFor(), out, err.toString());
    }

    /** Runs a command that must end well; when it does not, what the nodes had to say goes with the failure. */
    public Ran fine(String... arguments) throws IOException, InterruptedException {
        var ran = run(arguments);
        if (ran.code() != 0) {
            throw new AssertionError(
                    String.join(" ", arguments) + ": exit " + ran.code() + "\n" + ran.out() + ran.err() + logs());
        }
        return ran;
    }

    private String logs() throws IOException {
        if (!Files.isDirectory(state)) {
            return "";
        }
        var text = new StringBuilder();
        try (var files = Files.walk(state)) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".log")).toList()) {
                text.append("--- ").append(file).append('\n').append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private static String text(java.io.InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }

    /** Processes that belong to labs of this program: every one has its state directory on its command line. */
    public List<Long> processes() throws IOException {
        var found = new ArrayList<Long>();
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var entry : entries) {
                try {
                    if (Files.readString(entry.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            .contains(state + "/")) {
                        found.add(Long.valueOf(entry.getFileName().toString()));
                    }
                } catch (IOException ended) {
                    // ended while it was looked at
                }
            }
        }
        return found;
    }

    /** What the state directory holds, without the lock file that stays in it. */
    public List<String> remains() throws IOException {
        if (!Files.isDirectory(state)) {
            return List.of();
        }
        try (var files = Files.list(state)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> !name.equals(".lock"))
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            run("destroy", "--all");
            for (long pid : processes()) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
            var remover = new ProcessBuilder("rm", "-rf", folder.toString()).start();
            remover.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
