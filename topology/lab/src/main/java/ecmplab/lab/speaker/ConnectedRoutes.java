package ecmplab.lab.speaker;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.speaker.OwnRoute;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import java.net.NetworkInterface;
import java.net.SocketException;
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
    public void update(boolean wanted) throws SocketException {
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

    private static Set<Prefix> connected() throws SocketException {
        var subnets = new TreeSet<Prefix>();
        for (var each : NetworkInterface.networkInterfaces().toList()) {
            if (!counts(each)) {
                continue;
            }
            each.getInterfaceAddresses().stream()
                    .filter(address -> !address.getAddress().isLinkLocalAddress())
                    .map(address -> Prefix.of(address.getAddress(), address.getNetworkPrefixLength()))
                    .forEach(subnets::add);
        }
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
