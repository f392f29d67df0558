package ecmplab.lab.cli;

import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What this machine has of what labs need, and the Debian package of what it lacks. */
final class Machine {
    private Machine() {}

    /**
     * A program.
     *
     * @param wanted what for
     * @param required by every lab
     */
    record Program(String name, String file, String debianPackage, String wanted, boolean required) {
        boolean there() {
            if (file.startsWith("/")) {
                return Files.isExecutable(Path.of(file));
            }
            for (var folder : (System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin").split(":")) {
                if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, file))) {
                    return true;
                }
            }
            return false;
        }
    }

    static final List<Program> PROGRAMS = List.of(
            new Program("ip", "ip", "iproute2", "every lab", true),
            new Program("unshare", "unshare", "util-linux", "every lab", true),
            new Program("setpriv", "setpriv", "util-linux", "every lab", true),
            new Program("nsenter", "nsenter", "util-linux", "lab exec", true),
            new Program("FRRouting", "/usr/lib/frr/bgpd", "frr", "nodes of kind frr", false),
            new Program("vtysh", "vtysh", "frr", "nodes of kind frr", false),
            new Program("BIRD", "bird", "bird2", "nodes of kind bird", false),
            new Program("ovsdb-server", "ovsdb-server", "openvswitch-switch", "ovsdb: ovsdb-server", false),
            new Program("ovsdb-client", "ovsdb-client", "openvswitch-common", "looking into the database", false),
            new Program("nft", "nft", "nftables", "partitions, and loss of kernels' packets", false),
            new Program("curl", "curl", "curl", "asking a VIP by hand", false),
            new Program("ping", "ping", "iputils-ping", "asking a VIP by hand", false),
            new Program("traceroute", "traceroute", "traceroute", "asking a VIP by hand", false),
            new Program("tcpdump", "tcpdump", "tcpdump", "looking at packets", false));

    /** @throws Failure with the package line when this machine cannot run the lab */
    static void require(Lab lab) throws IOException {
        var lacking = new ArrayList<Program>();
        for (var program : PROGRAMS) {
            boolean needed = program.required()
                    || (program.debianPackage().equals("frr")
                            && !lab.nodes(Node.Frr.class).isEmpty())
                    || (program.debianPackage().equals("bird2")
                            && !lab.nodes(Node.Bird.class).isEmpty())
                    || (program.name().equals("ovsdb-server")
                            && lab.nodes(Node.Controller.class).stream()
                                    .anyMatch(node -> node.ovsdb() == Node.Store.OVSDB_SERVER));
            if (needed && !program.there()) {
                lacking.add(program);
            }
        }
        if (!lacking.isEmpty()) {
            throw new Failure(
                    Exit.NOT_POSSIBLE,
                    "this lab needs "
                            + String.join(
                                    ", ", lacking.stream().map(Program::name).toList()) + ": " + installLine(lacking));
        }
        if (!namespaces()) {
            throw new Failure(Exit.NOT_POSSIBLE, noNamespaces());
        }
    }

    static String installLine(List<Program> lacking) {
        return "sudo apt-get install --no-install-recommends "
                + String.join(
                        " ",
                        lacking.stream().map(Program::debianPackage).distinct().toList());
    }

    /** Whether this user may make the namespaces of a lab. */
    static boolean namespaces() throws IOException {
        var command = new ArrayList<>(List.of("unshare"));
        if (StateDirectory.uid() != 0) {
            command.addAll(List.of("-U", "-r"));
        }
        command.addAll(List.of("-m", "-n", "-p", "--fork", "true"));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static String noNamespaces() throws IOException {
        return StateDirectory.uid() == 0
                ? "this machine lets root make no namespaces: is this a container without CAP_SYS_ADMIN?"
                : "this machine lets ordinary users make no namespaces: run as root, or allow them with"
                        + " 'sudo sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0'";
    }
}
