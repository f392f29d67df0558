package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.port.neighbor.OwnAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A host's provider addresses in the numbers that packets carry. Immutable. */
final class HostAddresses {
    private final @Nullable Inet4Address ipv4;
    private final @Nullable Inet6Address ipv6;
    private final int ipv4Bits;
    private final long ipv4Low;
    private final long ipv6High;
    private final long ipv6Low;

    /** @param own one or two, of different families */
    HostAddresses(List<InetAddress> own) {
        ipv4 = own.stream()
                .filter(Inet4Address.class::isInstance)
                .map(Inet4Address.class::cast)
                .findFirst()
                .orElse(null);
        ipv6 = own.stream()
                .filter(Inet6Address.class::isInstance)
                .map(Inet6Address.class::cast)
                .findFirst()
                .orElse(null);
        ipv4Bits = ipv4 == null ? 0 : Ipv4.bits(ipv4);
        // Without an address of a family: one that no packet has.
        ipv4Low = ipv4 == null ? -1 : FlowTuple.mapped(ipv4Bits);
        ipv6High = ipv6 == null ? -1 : Ipv6.high(ipv6);
        ipv6Low = ipv6 == null ? -1 : Ipv6.low(ipv6);
    }

    static HostAddresses of(HostConfig config) {
        return new HostAddresses(
                config.addresses().stream().map(ProviderAddress::address).toList());
    }

    /** Whether an address, of either family, is the host's. */
    boolean isOwn(long high, long low) {
        return (high == 0 && low == ipv4Low) || (high == ipv6High && low == ipv6Low);
    }

    boolean isOwn(InetAddress address) {
        return isOwn(FlowTuple.high(address), FlowTuple.low(address));
    }

    /** Whether the host can send VXLAN to {@code other}. */
    boolean reaches(InetAddress other) {
        return other instanceof Inet4Address ? ipv4 != null : ipv6 != null;
    }

    /** As in {@link Ipv4}; 0 without one. */
    int ipv4() {
        return ipv4Bits;
    }

    long ipv6High() {
        return ipv6High;
    }

    long ipv6Low() {
        return ipv6Low;
    }

    OwnAddresses asked() {
        return new OwnAddresses(ipv4, ipv6);
    }
}
