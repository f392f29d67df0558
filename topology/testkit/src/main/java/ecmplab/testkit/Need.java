package ecmplab.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Something of the machine that a test may need. */
public enum Need {
    FRR("frr", "/usr/lib/frr/bgpd"),
    BIRD("bird2", "bird"),
    OPENBGPD("openbgpd", "bgpctl"),
    GOBGP("gobgpd", "gobgpd"),
    EXABGP("exabgp", "exabgp"),
    OVSDB_SERVER("openvswitch-switch", "ovsdb-server"),
    OVSDB_CLIENT("openvswitch-common", "ovsdb-client"),
    TSHARK("tshark", "tshark"),
    CURL("curl", "curl"),
    PING("iputils-ping", "ping"),
    TRACEROUTE("traceroute", "traceroute"),
    IPROUTE("iproute2", "ip"),
    NFT("nftables", "nft"),
    /** Network namespaces as root. */
    ROOT("root", "ip") {
        @Override
        boolean met() {
            return super.met() && succeeds("unshare", "-m", "-n", "-p", "--fork", "true");
        }
    },
    /** A kernel with AF_XDP, and the right to load programs into it, which a user namespace does not give. */
    AF_XDP("AF_XDP and bpf(2) in the initial user namespace", "ip") {
        private static final int CAP_BPF = 39;

        @Override
        boolean met() {
            return super.met()
                    && ROOT.met()
                    && lines("/proc/net/protocols").anyMatch(line -> line.startsWith("XDP "))
                    && lines("/proc/self/uid_map").anyMatch(line -> line.strip().matches("0 +0 +4294967295"))
                    && lines("/proc/self/status")
                            .filter(line -> line.startsWith("CapEff:"))
                            .anyMatch(line ->
                                    (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> CAP_BPF & 1) != 0);
        }
    },
    /** Network namespaces in a user namespace, as an ordinary user. */
    USER_NAMESPACES("unprivileged user namespaces", "ip") {
        @Override
        boolean met() {
            return super.met() && succeeds("unshare", "-U", "-r", "-m", "-n", "-p", "--fork", "true");
        }
    };

    private final String what;
    private final String program;

    Need(String what, String program) {
        this.what = what;
        this.program = program;
    }

    /** The Debian package, or the right, that meets the need. */
    public String what() {
        return what;
    }

    boolean met() {
        if (program.startsWith("/")) {
            return Files.isExecutable(Path.of(program));
        }
        var path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        for (var folder : path.split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static Stream<String> lines(String file) {
        try {
            return Files.readString(Path.of(file)).lines();
        } catch (IOException absent) {
            return Stream.empty();
        }
    }

    private static boolean succeeds(String... command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
