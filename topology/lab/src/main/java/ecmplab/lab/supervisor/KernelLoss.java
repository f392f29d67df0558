package ecmplab.lab.supervisor;

import ecmplab.lab.file.Line;
import ecmplab.port.Impairment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Loses packets that a node's kernel receives by a port, with an nftables chain of the lab's own at the port's ingress. It can lose, at random or
 * all; it cannot delay. Only ingress is used: at egress the sender would be told of the loss, as by no real line.
 */
final class KernelLoss {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MILLION = 1_000_000;
    private static final Pattern COUNTER = Pattern.compile("counter packets ([0-9]+)");

    private final Path folder;

    /** @param folder where the tables are written, for nft to read and for people to see */
    KernelLoss(Path folder) {
        this.folder = folder;
    }

    /** Whether the kernel's packets can be done what is wanted, or nothing is wanted of them. */
    static boolean suffices(Impairment wanted) {
        return wanted.delay().isZero() && wanted.duplicate() == 0 && wanted.bitsPerSecond() == 0;
    }

    static boolean wanted(Impairment impairment) {
        return impairment.partition() || impairment.loss() > 0;
    }

    /**
     * From now on so much is lost of what comes in by the port.
     *
     * @throws IOException when there is no {@code nft}, or it refuses
     */
    void set(Line.Port port, Impairment impairment) throws IOException, InterruptedException {
        var file = folder.resolve(port.node() + "." + port.device() + ".nft");
        Files.writeString(file, ruleset(port, impairment), StandardCharsets.US_ASCII);
        nft(port.node(), "-f", file.toString());
    }

    static String ruleset(Line.Port port, Impairment impairment) {
        var table = "netdev " + table(port);
        var empty = "add table " + table + "\ndelete table " + table + "\n"; // one transaction with what follows
        if (!wanted(impairment)) {
            return empty;
        }
        var chance = impairment.partition() || impairment.loss() == 1
                ? ""
                : "numgen random mod " + MILLION + " < " + Math.max(1, Math.round(impairment.loss() * MILLION)) + " ";
        return empty + """
                table %s {
                  chain in {
                    type filter hook ingress device "%s" priority -500; policy accept;
                    %scounter drop
                  }
                }
                """.formatted(table, port.device(), chance);
    }

    private static String table(Line.Port port) {
        return "line-" + port.device();
    }

    /** Packets lost so far by what is in force; nothing when that cannot be told. */
    OptionalLong lost(Line.Port port) throws InterruptedException {
        try {
            var counter = COUNTER.matcher(nft(port.node(), "list", "table", "netdev", table(port)));
            return counter.find() ? OptionalLong.of(Long.parseLong(counter.group(1))) : OptionalLong.empty();
        } catch (IOException absent) {
            return OptionalLong.empty();
        }
    }

    private static String nft(String node, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", node, "nft"));
        command.addAll(List.of(words));
        var result = Tool.run(command, PATIENCE);
        if (!result.fine()) {
            throw new IOException(
                    result.text().contains("No such file or directory")
                                    && result.text().contains("exec of")
                            ? "losing packets of kernels needs nft: sudo apt-get install --no-install-recommends nftables"
                            : String.join(" ", command) + ": " + result.text().strip());
        }
        return result.text();
    }
}
