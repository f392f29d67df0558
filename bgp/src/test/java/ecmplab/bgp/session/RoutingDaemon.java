package ecmplab.bgp.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real BGP daemon on a loopback address, with its own sockets and files in a folder of the test. */
final class RoutingDaemon implements AutoCloseable {
    private final Process process;
    private final List<String> shell;
    private final Path folder;

    private RoutingDaemon(List<String> command, List<String> shell, Path folder) throws IOException {
        this.shell = shell;
        this.folder = folder;
        this.process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    /** FRRouting's bgpd without zebra. */
    static RoutingDaemon frr(Path folder, InetAddress address, int port, String configuration) throws IOException {
        Files.writeString(folder.resolve("bgpd.conf"), configuration);
        var here = folder.toString();
        return new RoutingDaemon(
                List.of(
                        "/usr/lib/frr/bgpd",
                        "-S",
                        "-n",
                        "-Z",
                        "-p",
                        "" + port,
                        "-l",
                        address.getHostAddress(),
                        "-P",
                        "0",
                        "--vty_socket",
                        here,
                        "-i",
                        here + "/bgpd.pid",
                        "-f",
                        here + "/bgpd.conf",
                        "--log",
                        "stdout"),
                List.of("vtysh", "--vty_socket", here, "-d", "bgpd", "-c"),
                folder);
    }

    static RoutingDaemon bird(Path folder, String configuration) throws IOException {
        Files.writeString(folder.resolve("bird.conf"), configuration);
        return new RoutingDaemon(
                List.of("bird", "-f", "-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid"),
                List.of("birdc", "-s", "bird.ctl"),
                folder);
    }

    /** What the daemon answers to a command; empty while it does not listen yet. */
    String ask(String command) throws IOException, InterruptedException {
        var words = new ArrayList<>(shell);
        words.addAll(shell.contains("birdc") ? List.of(command.split(" ")) : List.of(command));
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
    void freeze() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-STOP", "" + process.pid()).start().waitFor();
    }

    void kill() {
        process.destroyForcibly();
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** A port that nobody listened on a moment ago. */
    static int freePort(InetAddress address) throws IOException {
        try (var socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
