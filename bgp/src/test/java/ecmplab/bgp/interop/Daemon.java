package ecmplab.bgp.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A routing daemon's process, with its sockets, files and log in a folder of the test. Ends with {@link #close}. */
public final class Daemon implements AutoCloseable {
    private final Process process;
    private final List<String> shell;
    private final Path folder;

    private Daemon(List<String> command, List<String> shell, Path folder) throws IOException {
        this.shell = shell;
        this.folder = folder;
        process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }

    /**
     * @param command the program that stays in the foreground
     * @param shell the beginning of the command that asks it something; empty when there is none
     */
    public static Daemon start(Path folder, List<String> command, List<String> shell) throws IOException {
        return new Daemon(command, shell, folder);
    }

    /** FRRouting's bgpd without zebra. */
    public static Daemon frr(Path folder, InetAddress address, int port, String configuration) throws IOException {
        Files.writeString(folder.resolve("bgpd.conf"), configuration);
        var here = folder.toString();
        var command = "/usr/lib/frr/bgpd -S -n -Z -P 0 -f bgpd.conf --log stdout -p " + port + " -l "
                + address.getHostAddress() + " --vty_socket " + here + " -i " + here + "/bgpd.pid";
        return start(folder, List.of(command.split(" ")), List.of("vtysh", "--vty_socket", here, "-d", "bgpd", "-c"));
    }

    /** BIRD. */
    public static Daemon bird(Path folder, String configuration) throws IOException {
        Files.writeString(folder.resolve("bird.conf"), configuration);
        return start(
                folder,
                List.of("bird -f -c bird.conf -s bird.ctl -P bird.pid".split(" ")),
                List.of("birdc", "-s", "bird.ctl"));
    }

    /** The first thing like a version that the program prints. */
    public static String version(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var version = Pattern.compile("\\d+(\\.\\d+)+").matcher(text);
        return version.find() ? version.group() : "of an unknown version";
    }

    /** What the daemon answers to a command; empty or an error text while it does not listen yet. */
    public String ask(String command) throws IOException, InterruptedException {
        var words = new ArrayList<>(shell);
        words.addAll(shell.getLast().equals("-c") ? List.of(command) : List.of(command.split(" ")));
        var asked = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        asked.getOutputStream().close();
        var answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        return answer;
    }

    /** Stops the process where it stands: its sockets stay open and silent. */
    public void freeze() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-STOP", "" + process.pid()).start().waitFor();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Where its files are. */
    public Path folder() {
        return folder;
    }

    public String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** A port that nobody listened on a moment ago. */
    public static int freePort(InetAddress address) throws IOException {
        try (var socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        }
    }

    /** As {@code kill -9}. */
    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
