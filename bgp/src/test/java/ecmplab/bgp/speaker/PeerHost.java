package ecmplab.bgp.speaker;

import ecmplab.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace with one link to ours, in which a real routing daemon runs, with its own sockets and files in a folder of the
 * test. Daemons do not take next hops of the loopback network, so a link it must be. All is gone after {@link #close}.
 */
final class PeerHost implements AutoCloseable {
    /** Our end of the link, and the peer's. */
    final InetAddress ours;

    final InetAddress theirs;
    private final Path folder;
    private final String name;
    private final List<Process> daemons = new ArrayList<>();
    private List<String> shell = List.of();

    PeerHost(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        var random = new SplittableRandom(ProcessHandle.current().pid() ^ System.nanoTime());
        name = "rib" + Integer.toHexString(random.nextInt(0x10_0000, 0x100_0000));
        var net = "10.213." + random.nextInt(256) + ".";
        int quarter = 4 * random.nextInt(64);
        ours = InetAddress.ofLiteral(net + (quarter + 1));
        theirs = InetAddress.ofLiteral(net + (quarter + 2));
        try {
            run("ip", "netns", "add", name);
            run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
            run("ip", "addr", "add", ours.getHostAddress() + "/30", "dev", name);
            run("ip", "addr", "add", "2001:db8:ffff::1/64", "dev", name, "nodad");
            run("ip", "link", "set", name, "up");
            run("ip", "-n", name, "addr", "add", theirs.getHostAddress() + "/30", "dev", "eth0");
            run("ip", "-n", name, "addr", "add", "2001:db8:ffff::2/64", "dev", "eth0", "nodad");
            run("ip", "-n", name, "link", "set", "lo", "up");
            run("ip", "-n", name, "link", "set", "eth0", "up");
        } catch (IOException incomplete) {
            close();
            throw incomplete;
        }
    }

    /** FRRouting's bgpd, without zebra. */
    void startFrr(String configuration) throws IOException {
        Files.writeString(folder.resolve("bgpd.conf"), configuration);
        var here = folder.toString();
        start(
                "/usr/lib/frr/bgpd",
                "-S",
                "-n",
                "-Z",
                "-P",
                "0",
                "--vty_socket",
                here,
                "-i",
                here + "/bgpd.pid",
                "-f",
                here + "/bgpd.conf",
                "--log",
                "stdout");
        shell = List.of("vtysh", "--vty_socket", here, "-d", "bgpd", "-c");
    }

    /** FRRouting's zebra, bfdd and bgpd, all with this configuration. */
    void startFrrWithBfd(String configuration) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("frr.conf"), configuration);
        var here = folder.toString();
        var zserv = here + "/zserv.api";
        shell = List.of("vtysh", "--config_dir", here, "--vty_socket", here, "-c");
        Files.writeString(folder.resolve("vtysh.conf"), "");
        Files.writeString(folder.resolve("group"), "root:x:0:root\nfrr:x:0:root\nfrrvty:x:0:root\n");
        for (var name : List.of("zebra", "bfdd", "bgpd")) {
            // The namespace comes with its own mounts, where FRR finds its group with root in it.
            var words = new ArrayList<>(List.of("sh", "-c", "mount --bind group /etc/group && exec \"$@\"", name));
            if (name.equals("bfdd")) {
                // As soon as it is busy, a machine that runs tests would have it miss its own deadlines.
                words.addAll(List.of("sh", "-c", "chrt -r -p 1 $$ || true; exec \"$@\"", name));
            }
            words.addAll(List.of("/usr/lib/frr/" + name, "-u", "root", "-g", "root", "-P", "0"));
            words.addAll(List.of("-z", zserv, "--vty_socket", here, "-i", here + "/" + name + ".pid"));
            words.addAll(List.of("-f", "/dev/null", "--log", "stdout"));
            if (name.equals("bfdd")) {
                words.addAll(List.of("--bfdctl", here + "/bfdd.sock"));
            }
            start(words.toArray(String[]::new));
            Await.until(name + " answers", () -> ask("show version").contains("FRRouting"));
        }
        var load = List.of("vtysh", "--config_dir", here, "--vty_socket", here, "-f", here + "/frr.conf");
        Await.until("the daemons take their configuration", () -> {
            var loading = new ProcessBuilder(load).redirectErrorStream(true).start();
            loading.getInputStream().readAllBytes();
            return loading.waitFor() == 0;
        });
    }

    void startBird(String configuration) throws IOException {
        Files.writeString(folder.resolve("bird.conf"), configuration);
        start("bird", "-f", "-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid");
        shell = List.of("birdc", "-s", "bird.ctl");
    }

    /** The daemon's answer; empty or an error text while it does not listen yet. */
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

    /** As {@code kill -9}. */
    void killDaemon() throws InterruptedException {
        for (var daemon : daemons) {
            daemon.destroyForcibly();
            daemon.waitFor(10, TimeUnit.SECONDS);
        }
        daemons.clear();
    }

    /** Stops all daemons where they stand (SIGSTOP): their sockets stay open and silent. */
    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        for (var daemon : daemons) {
            run("kill", signal, "" + daemon.pid());
        }
    }

    /** Takes the peer's end of the link down, or up. */
    void setLink(boolean up) throws IOException, InterruptedException {
        run("ip", "-n", name, "link", "set", "eth0", up ? "up" : "down");
    }

    @Override
    public void close() throws InterruptedException {
        killDaemon();
        try {
            run("ip", "netns", "del", name);
        } catch (IOException neverMade) {
            // Then there is nothing to delete either.
        }
    }

    private void start(String... command) throws IOException {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(List.of(command));
        daemons.add(new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
    }
}
