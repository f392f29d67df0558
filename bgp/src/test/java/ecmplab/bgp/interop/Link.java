package ecmplab.bgp.interop;

import ecmplab.bgp.wire.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A network namespace for a daemon, with one link to ours and addresses of both families on it. All is gone after {@link #close}. */
final class Link implements AutoCloseable {
    final InetAddress ours;
    final InetAddress theirs;
    final InetAddress oursSix;
    final InetAddress theirsSix;
    private final String name;

    Link() throws IOException, InterruptedException {
        var random = new SplittableRandom(ProcessHandle.current().pid() ^ System.nanoTime());
        int number = random.nextInt(0x1000, 0x4000);
        name = "ebi" + Integer.toHexString(number);
        var four = "10.214." + (number >> 6 & 0xFF) + ".";
        int first = 4 * (number & 0x3F);
        var six = "fd00:ec1a:" + Integer.toHexString(number) + "::";
        ours = InetAddress.ofLiteral(four + (first + 1));
        theirs = InetAddress.ofLiteral(four + (first + 2));
        oursSix = InetAddress.ofLiteral(six + "1");
        theirsSix = InetAddress.ofLiteral(six + "2");
        try {
            run("ip netns add " + name);
            run("ip link add " + name + " type veth peer name eth0 netns " + name);
            run("ip addr add " + ours.getHostAddress() + "/30 dev " + name);
            run("ip addr add " + oursSix.getHostAddress() + "/64 dev " + name + " nodad");
            run("ip link set " + name + " up");
            run("ip -n " + name + " addr add " + theirs.getHostAddress() + "/30 dev eth0");
            run("ip -n " + name + " addr add " + theirsSix.getHostAddress() + "/64 dev eth0 nodad");
            run("ip -n " + name + " link set lo up");
            run("ip -n " + name + " link set eth0 up");
        } catch (IOException incomplete) {
            close();
            throw incomplete;
        }
    }

    /** An address as RFC 5952 writes it. */
    static String text(InetAddress address) {
        var host = Prefix.host(address).toString();
        return host.substring(0, host.indexOf('/'));
    }

    /** Until {@link #unmute}, nothing goes from the daemon to our IPv4 address, so no session comes up. */
    void mute() throws IOException, InterruptedException {
        run("ip -n " + name + " route add blackhole " + ours.getHostAddress() + "/32");
    }

    void unmute() throws IOException, InterruptedException {
        run("ip -n " + name + " route del blackhole " + ours.getHostAddress() + "/32");
    }

    /** The command that runs another in the namespace. */
    List<String> inside(List<String> command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", name), command.stream())
                .toList();
    }

    @Override
    public void close() throws InterruptedException {
        try {
            run("ip netns del " + name);
        } catch (IOException neverMade) {
            // Then there is nothing to delete either.
        }
    }

    private static void run(String command) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output.strip());
        }
    }
}
