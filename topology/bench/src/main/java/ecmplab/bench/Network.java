package ecmplab.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Two network namespaces joined by a veth pair: the harness's own, which it is started in, and the speaker's. Daemons see connected
 * neighbours with ordinary next hops; nothing touches the machine's own network, and nothing is left when the processes end.
 */
final class Network implements AutoCloseable {
    private static final String HERE = "bench0";
    private static final String THERE = "bench1";

    private final Process holder;

    private Network(Process holder) {
        this.holder = holder;
    }

    /** @throws IOException when this process is not in a network namespace of its own, or may not make another */
    static Network setUp() throws IOException, InterruptedException {
        if (Files.readAllLines(Path.of("/proc/self/net/route")).size() > 1) {
            throw new IOException("not in a network namespace of its own: start it by scripts/bench");
        }
        var holder = new ProcessBuilder("unshare", "--net", "sleep", "infinity").start();
        var network = new Network(holder);
        try {
            network.awaitNamespace();
            run(List.of("ip", "link", "set", "lo", "up"));
            run(List.of("ip", "link", "add", HERE, "type", "veth", "peer", "name", THERE, "netns", "" + holder.pid()));
            network.address(false, HERE, Layout.peerNetworks());
            network.address(true, THERE, Layout.speakerNetworks());
            run(network.inside(List.of("ip", "link", "set", "lo", "up")));
            return network;
        } catch (IOException failed) {
            network.close();
            throw failed;
        }
    }

    /** The command, to be run where the speaker is. */
    List<String> inside(List<String> command) {
        var words = new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net"));
        words.addAll(command);
        return words;
    }

    private void address(boolean inside, String device, List<String> networks)
            throws IOException, InterruptedException {
        for (var network : networks) {
            var command = new ArrayList<>(List.of("ip", "address", "add", network, "dev", device));
            if (network.contains(":")) {
                command.add("nodad");
            }
            run(inside ? inside(command) : command);
        }
        var up = List.of("ip", "link", "set", device, "up");
        run(inside ? inside(up) : up);
    }

    private void awaitNamespace() throws IOException, InterruptedException {
        var own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        var other = Path.of("/proc/" + holder.pid() + "/ns/net");
        while (Files.readSymbolicLink(other).equals(own)) {
            if (!holder.isAlive()) {
                throw new IOException(
                        "unshare --net: " + text(holder.getErrorStream().readAllBytes()));
            }
            Thread.sleep(5);
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = text(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
