package ecmplab.lab.fabric;

import ecmplab.lab.fabric.FabricPlan.Setup;
import ecmplab.port.Namespaces;
import ecmplab.port.Offloads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes a plan true on the kernel. Runs where {@code /run/netns} is private, so that everything made here goes away with
 * the mount namespace; nothing is ever removed by hand.
 */
public final class Fabric {
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final Path SYSCTLS = Path.of("/proc/sys/net");

    private static final Pattern FAILED_LINE = Pattern.compile("Command failed -:([0-9]+)");

    private Fabric() {}

    /** The file that stands for a node's network namespace. */
    public static Path namespace(String node) {
        return NAMESPACES.resolve(node);
    }

    /**
     * Makes namespaces, links and addresses. Takes three {@code ip} processes and one more a namespace.
     *
     * @throws IOException with what {@code ip} said
     */
    public static void raise(FabricPlan plan) throws IOException, InterruptedException {
        batch(Optional.empty(), plan.namespaces());
        for (var setup : plan.setups()) {
            inside(setup.namespace(), () -> writeSysctls(setup));
        }
        batch(Optional.empty(), plan.links());
        for (var setup : plan.setups()) {
            batch(Optional.of(setup.namespace()), setup.batch());
        }
        for (var setup : plan.setups()) {
            inside(setup.namespace(), () -> {
                for (var device : setup.devices()) {
                    Offloads.disableTransmit(device);
                }
            });
        }
    }

    /** Work that the kernel does for the namespace of the calling thread. */
    private interface Inside {
        void run() throws IOException;
    }

    private static void inside(String namespace, Inside work) throws IOException, InterruptedException {
        try {
            Namespaces.within(namespace(namespace), () -> {
                work.run();
                return namespace;
            });
        } catch (IOException | InterruptedException | RuntimeException passed) {
            throw passed;
        } catch (Exception failed) {
            throw new IOException("in namespace " + namespace + ": " + failed.getMessage(), failed);
        }
    }

    /** These files show the namespace of the thread that opens them. */
    private static void writeSysctls(Setup setup) throws IOException {
        for (var sysctl : setup.sysctls().entrySet()) {
            var file = SYSCTLS.resolve(sysctl.getKey());
            if (Files.exists(file)) { // a kernel without IPv6 has none of its settings
                Files.writeString(file, sysctl.getValue());
            }
        }
    }

    private static void batch(Optional<String> namespace, List<String> lines) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("ip"));
        namespace.ifPresent(name -> command.addAll(List.of("-n", name)));
        command.addAll(List.of("-batch", "-"));
        var ip = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = ip.outputWriter(StandardCharsets.US_ASCII)) {
            for (var line : lines) {
                in.write(line + "\n");
            }
        }
        var said = new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (ip.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said + lineOf(said, lines));
        }
    }

    /** {@code ip} names the line of the batch that failed by its number: adds its text. */
    private static String lineOf(String said, List<String> lines) {
        var match = FAILED_LINE.matcher(said);
        if (!match.find()) {
            return "";
        }
        int line = Integer.parseInt(match.group(1));
        return line <= lines.size() ? " (" + lines.get(line - 1) + ")" : "";
    }
}
