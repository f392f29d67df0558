package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowLimits;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a MUX is.
 *
 * @param number 0 to 255, in every frame it sends
 * @param address its own in the underlay, source of its VXLAN over IPv4 and of its ICMP
 * @param ipv6Address as {@code address}, of IPv6; null when it has none and reaches no IPv6 hosts
 * @param gateway the router in its subnet that all it sends goes to, IPv6 too
 * @param ownAddresses others that its kernel answers for
 * @param flows of IPv4; the table of IPv6 flows holds {@link FlowLimits#half half} as many
 * @param flowSeed of the hash of its flow table; random, and its secret
 */
public record MuxSettings(
        int number,
        Inet4Address address,
        @Nullable Inet6Address ipv6Address,
        Inet4Address gateway,
        Set<InetAddress> ownAddresses,
        FlowLimits flows,
        long flowSeed) {
    public MuxSettings {
        if (number < 0 || number > 0xFF) {
            throw new IllegalArgumentException("MUX number " + number + ": must be 0 to 255");
        }
        ownAddresses = Set.copyOf(ownAddresses);
    }

    /** A MUX without an IPv6 address: it forwards IPv6 VIPs too, to IPv4 hosts. */
    public MuxSettings(
            int number,
            Inet4Address address,
            Inet4Address gateway,
            Set<InetAddress> ownAddresses,
            FlowLimits flows,
            long flowSeed) {
        this(number, address, null, gateway, ownAddresses, flows, flowSeed);
    }

    List<Inet4Address> ownIpv4() {
        return ownAddresses.stream()
                .filter(Inet4Address.class::isInstance)
                .map(Inet4Address.class::cast)
                .toList();
    }

    List<Inet6Address> ownIpv6() {
        var own = ownAddresses.stream().filter(Inet6Address.class::isInstance).map(Inet6Address.class::cast);
        return Stream.concat(own, Stream.ofNullable(ipv6Address)).toList();
    }
}
