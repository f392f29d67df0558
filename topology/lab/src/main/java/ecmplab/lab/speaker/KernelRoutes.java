package ecmplab.lab.speaker;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The prefixes that the kernel's main table has routes for, connected subnets among them: next hops within them can be reached ({@code
 * next-hop-tracking: kernel}). Default routes do not count, as in FRRouting, nor do routes of interfaces that are down. Immutable.
 */
final class KernelRoutes {
    private static final int UP = 0x1;
    private static final int REJECT = 0x200;

    private final Set<Prefix> prefixes;
    /** Lengths that prefixes of a family have. */
    private final boolean[][] lengths = new boolean[AddressFamily.values().length][129];

    private KernelRoutes(Set<Prefix> prefixes) {
        this.prefixes = Set.copyOf(prefixes);
        prefixes.forEach(prefix -> lengths[prefix.family().ordinal()][prefix.length()] = true);
    }

    /** In the network namespace of the calling thread. */
    static KernelRoutes read() throws IOException {
        var ipv6 = Path.of("/proc/thread-self/net/ipv6_route");
        return parse(
                Files.readString(Path.of("/proc/thread-self/net/route")),
                Files.exists(ipv6) ? Files.readString(ipv6) : "");
    }

    /** What {@code route} and {@code ipv6_route} of {@code /proc/net} hold. */
    static KernelRoutes parse(String ipv4, String ipv6) {
        var prefixes = new HashSet<Prefix>();
        // Interface, destination, gateway, flags, three counters, mask; addresses as little-endian numbers.
        ipv4.lines().skip(1).map(line -> line.strip().split("\\s+")).forEach(fields -> {
            int length = Integer.bitCount(Integer.parseUnsignedInt(fields[7], 16));
            if (counts(Integer.parseInt(fields[3], 16), length)) {
                prefixes.add(Prefix.v4(Integer.reverseBytes(Integer.parseUnsignedInt(fields[1], 16)), length));
            }
        });
        // Destination, length, source, length, next hop, metric, two counters, flags, interface.
        ipv6.lines().map(line -> line.strip().split("\\s+")).forEach(fields -> {
            int length = Integer.parseInt(fields[1], 16);
            boolean loopback = fields[9].equals("lo");
            if (counts(Integer.parseUnsignedInt(fields[8], 16), length) && !loopback) {
                prefixes.add(Prefix.v6(
                        Long.parseUnsignedLong(fields[0].substring(0, 16), 16),
                        Long.parseUnsignedLong(fields[0].substring(16), 16),
                        length));
            }
        });
        return new KernelRoutes(prefixes);
    }

    private static boolean counts(int flags, int length) {
        return (flags & UP) != 0 && (flags & REJECT) == 0 && length > 0;
    }

    boolean reach(InetAddress address) {
        var host = Prefix.host(address);
        var known = lengths[host.family().ordinal()];
        for (int length = host.length(); length > 0; length--) {
            if (known[length] && prefixes.contains(new Prefix(host.family(), host.high(), host.low(), length))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KernelRoutes routes && routes.prefixes.equals(prefixes);
    }

    @Override
    public int hashCode() {
        return prefixes.hashCode();
    }
}
