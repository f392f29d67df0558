package ecmplab.lab.speaker;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.speaker.OwnRoute;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Announces the subnets of this machine's interfaces ({@code redistribute: connected}), with ORIGIN INCOMPLETE: not loopback, not
 * link-local, not of an interface that is down. {@link #update} is called by one thread, now and then or when
 * {@link KernelChanges} says so.
 */
public final class ConnectedRoutes {
    private static final PathAttributes ATTRIBUTES = PathAttributes.of(Origin.INCOMPLETE, AsPath.EMPTY);

    private static final Path IPV6 = Path.of("/proc/thread-self/net/if_inet6");
    /** IFA_F_TENTATIVE and IFA_F_DADFAILED. */
    private static final int TENTATIVE = 0x40;

    private static final int DUPLICATE = 0x08;

    private final Consumer<OwnRoute> announce;
    private final Consumer<Prefix> withdraw;
    private final Set<Prefix> announced = new HashSet<>();

    ConnectedRoutes(Consumer<OwnRoute> announce, Consumer<Prefix> withdraw) {
        this.announce = announce;
        this.withdraw = withdraw;
    }

    public static ConnectedRoutes of(Speaker speaker) {
        return new ConnectedRoutes(speaker::announce, speaker::withdraw);
    }

    /**
     * Announces and withdraws what changed since the last time.
     *
     * @param wanted whether to announce any at all
     */
    public void update(boolean wanted) throws IOException {
        update(wanted ? connected() : Set.of());
    }

    void update(Set<Prefix> now) {
        for (var prefix : now) {
            if (announced.add(prefix)) {
                announce.accept(new OwnRoute(prefix, ATTRIBUTES));
            }
        }
        for (var prefix : Set.copyOf(announced)) {
            if (!now.contains(prefix)) {
                announced.remove(prefix);
                withdraw.accept(prefix);
            }
        }
    }

    private static Set<Prefix> connected() throws IOException {
        var subnets = new TreeSet<Prefix>();
        for (var each : NetworkInterface.networkInterfaces().toList()) {
            if (counts(each)) {
                each.getInterfaceAddresses().stream()
                        .filter(address ->
                                address.getAddress() instanceof Inet4Address four && !four.isLinkLocalAddress())
                        .map(address -> Prefix.of(address.getAddress(), address.getNetworkPrefixLength()))
                        .forEach(subnets::add);
            }
        }
        if (Files.exists(IPV6)) {
            subnets.addAll(ipv6(Files.readString(IPV6)));
        }
        return subnets;
    }

    /**
     * What {@code /proc/net/if_inet6} holds, which interfaces that are down are not in: address, interface, length, scope, flags, name. A
     * JVM that began when there was no IPv6 address never knows of one, hence not from {@link NetworkInterface}.
     */
    static Set<Prefix> ipv6(String text) {
        var subnets = new TreeSet<Prefix>();
        text.lines().map(line -> line.strip().split("\\s+")).forEach(fields -> {
            boolean global = Integer.parseInt(fields[3], 16) == 0;
            boolean usable = (Integer.parseInt(fields[4], 16) & (TENTATIVE | DUPLICATE)) == 0;
            if (global && usable && !fields[5].equals("lo")) {
                subnets.add(Prefix.v6(
                        Long.parseUnsignedLong(fields[0].substring(0, 16), 16),
                        Long.parseUnsignedLong(fields[0].substring(16), 16),
                        Integer.parseInt(fields[2], 16)));
            }
        });
        return subnets;
    }

    private static boolean counts(NetworkInterface each) {
        try {
            return each.isUp() && !each.isLoopback();
        } catch (SocketException goneMeanwhile) {
            return false;
        }
    }
}
