package ecmplab.lab.fabric;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A routing daemon of someone else's as the edge router: its generated configuration and the processes to run, with
 * sockets and pid files of its own in the lab's state directory, never the system's.
 */
public final class EdgeDaemon {
    private EdgeDaemon() {}

    /** Where FRR's daemons keep their vty and zebra sockets. */
    public static Path frrSockets(Path directory, String node) {
        return directory.resolve(node + ".frr");
    }

    /** BIRD's control socket. */
    public static Path birdSocket(Path directory, String node) {
        return directory.resolve(node + ".ctl");
    }

    /**
     * FRR's daemons insist on a group {@code frrvty} with their user in it, and keep crash logs in {@code /var/tmp/frr}.
     * {@code ip netns exec} gives each a mount namespace of its own, where they get a group file of ours and an empty
     * {@code /var/tmp} (unless the lab's state is kept there).
     */
    private static final String FRR_WRAPPER = """
            mount --bind "$1/group" /etc/group || exit 70
            case $1 in /var/tmp/*) ;; *) mount -t tmpfs tmpfs /var/tmp || exit 70 ;; esac
            # as our own BFD: on a busy machine an ordinary process misses its intervals
            [ "$0" != bfdd ] || chrt -r -p 1 $$ 2> /dev/null || true
            shift
            exec "$@"
            """;

    private static final String GROUPS = "root:x:0:root\nfrr:x:0:root\nfrrvty:x:0:root\n";

    /** Makes the folder of an FRR node's sockets, with what its daemons and {@code vtysh} read there. */
    public static void prepareFrr(Path directory, String node) throws IOException {
        var sockets = Files.createDirectories(frrSockets(directory, node));
        Files.writeString(sockets.resolve("group"), GROUPS);
        Files.writeString(sockets.resolve("vtysh.conf"), "");
    }

    /** The commands of an FRR node, each a process that stays in the foreground. Zebra installs the routes. */
    public static List<List<String>> frrCommands(Path directory, String node) {
        var sockets = frrSockets(directory, node);
        var bfdd = new ArrayList<>(frrDaemon("bfdd", sockets));
        bfdd.addAll(List.of("--bfdctl", sockets.resolve("bfdd.sock").toString()));
        return List.of(frrDaemon("zebra", sockets), frrDaemon("bgpd", sockets), bfdd);
    }

    private static List<String> frrDaemon(String daemon, Path sockets) {
        return List.of(
                "sh",
                "-c",
                FRR_WRAPPER,
                daemon,
                sockets.toString(),
                "/usr/lib/frr/" + daemon,
                "-u",
                "root",
                "-g",
                "root",
                "-P",
                "0", // no TCP vty
                "-f",
                "/dev/null",
                "-z",
                sockets.resolve("zserv.api").toString(),
                "--vty_socket",
                sockets.toString(),
                "-i",
                sockets.resolve(daemon + ".pid").toString(),
                "--log",
                "stdout");
    }

    /**
     * Loads a configuration into the running daemons; fails while one of them does not answer. Without asking first, vtysh would
     * load it into those that do, and call that a success.
     */
    public static List<String> frrConfigure(Path directory, String node, Path config) {
        var command = new ArrayList<>(List.of("sh", "-c", """
                file=$1; shift
                for daemon in zebra bgpd bfdd; do "$@" -d $daemon -c 'show version' || exit; done
                exec "$@" -f "$file"
                """, "configure", config.toString()));
        command.addAll(vtysh(directory, node));
        return command;
    }

    /** A {@code vtysh} command line for the node. */
    public static List<String> vtysh(Path directory, String node, String... arguments) {
        var sockets = frrSockets(directory, node).toString();
        var command = new ArrayList<>(List.of("vtysh", "--config_dir", sockets, "--vty_socket", sockets));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command of a BIRD node, in the foreground. */
    public static List<String> birdCommand(Path directory, String node, Path config) {
        return List.of(
                "sh",
                "-c",
                "chrt -r -p 1 $$ 2> /dev/null; exec \"$@\"", // for its BFD, as for FRR's
                "bird",
                "bird",
                "-f",
                "-c",
                config.toString(),
                "-s",
                birdSocket(directory, node).toString(),
                "-P",
                directory.resolve(node + ".bird.pid").toString());
    }

    /** A {@code birdc} command line for the node. */
    public static List<String> birdc(Path directory, String node, String... words) {
        var command = new ArrayList<>(
                List.of("birdc", "-s", birdSocket(directory, node).toString()));
        command.addAll(List.of(words));
        return command;
    }

    /** An {@code frr.conf} that peers with every MUX and installs all equal paths. */
    public static String frrConfig(Lab lab, Node.Frr frr) {
        var text = new StringBuilder();
        long hold = frr.bgp().holdTime().toSeconds();
        text.append("hostname ").append(frr.name()).append('\n');
        text.append("log timestamp precision 3\n");
        if (frr.bgp().bfd().isPresent()) {
            text.append("debug bfd peer\n"); // tells when a path fails, which nothing else of bfdd does
        }
        text.append("router bgp ").append(frr.bgp().as()).append('\n');
        text.append(" bgp router-id ").append(frr.bgp().routerId()).append('\n');
        text.append(" no bgp ebgp-requires-policy\n");
        text.append(" bgp log-neighbor-changes\n");
        text.append(" bgp bestpath as-path multipath-relax\n");
        text.append(" timers bgp ").append(hold / 3).append(' ').append(hold).append('\n');
        var neighbors = NodeConfigs.neighbors(lab, frr.name());
        for (var neighbor : neighbors) {
            var address = " neighbor " + neighbor.remote().getHostAddress();
            text.append(address).append(" remote-as ").append(neighbor.as()).append('\n');
            text.append(address).append(" description ").append(neighbor.node()).append('\n');
            text.append(address)
                    .append(" timers connect ")
                    .append(Math.max(1, frr.bgp().connectRetry().toSeconds()))
                    .append('\n');
            frr.bgp()
                    .bfd()
                    .ifPresent(timers -> text.append(address)
                            .append(" bfd %d %d %d\n"
                                    .formatted(
                                            timers.multiplier(),
                                            timers.receive().toMillis(),
                                            timers.transmit().toMillis())));
        }
        for (var family : frr.bgp().families()) {
            text.append(" address-family ").append(word(family)).append(" unicast\n  maximum-paths 64\n");
            neighbors.forEach(neighbor -> text.append("  neighbor ")
                    .append(neighbor.remote().getHostAddress())
                    .append(" activate\n"));
            text.append(" exit-address-family\n");
        }
        return text.append("exit\n").toString();
    }

    /** What both daemons call a family. */
    private static String word(AddressFamily family) {
        return family == AddressFamily.IPV4_UNICAST ? "ipv4" : "ipv6";
    }

    /** A {@code bird.conf} that peers with every MUX and merges equal paths into one kernel route. */
    public static String birdConfig(Lab lab, Node.Bird bird) {
        long hold = bird.bgp().holdTime().toSeconds();
        var text = new StringBuilder("""
                log stderr all;
                debug protocols { states, events };
                router id %s;
                protocol device { scan time 2; }
                %stemplate bgp muxes {
                  local as %s;
                  hold time %d;
                  keepalive time %d;
                  connect delay time 0;
                  connect retry time %d;
                  error wait time 1, 4;
                  bfd %s;
                %s}
                """.formatted(
                        bird.bgp().routerId(),
                        each(bird, """
                                protocol direct { %1$s; }
                                protocol kernel {
                                  merge paths on limit 64;
                                  %1$s { import none; export where source = RTS_BGP; };
                                }
                                """),
                        bird.bgp().as(),
                        hold,
                        hold / 3,
                        Math.max(1, bird.bgp().connectRetry().toSeconds()),
                        bird.bgp().bfd().isPresent() ? "on" : "off",
                        each(bird, "  %s { import all; export none; };\n")));
        bird.bgp()
                .bfd()
                .ifPresent(timers -> text.append("""
                        protocol bfd {
                          interface "*" { min rx interval %d ms; min tx interval %d ms; multiplier %d; };
                        }
                        """.formatted(
                                timers.receive().toMillis(), timers.transmit().toMillis(), timers.multiplier())));
        for (var neighbor : NodeConfigs.neighbors(lab, bird.name())) {
            text.append("protocol bgp %s from muxes { neighbor %s as %s; }\n"
                    .formatted(birdProtocol(neighbor.node()), neighbor.remote().getHostAddress(), neighbor.as()));
        }
        return text.toString();
    }

    /** A piece of configuration for each family that the node offers. */
    private static String each(Node.Bird bird, String piece) {
        return bird.bgp().families().stream()
                .map(family -> piece.formatted(word(family)))
                .collect(Collectors.joining());
    }

    /** What BIRD calls the session with a node; its words have no hyphens. */
    public static String birdProtocol(String node) {
        return node.replace('-', '_');
    }
}
