package ecmplab.lab.show;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.wire.AddressFamily;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Capabilities of an OPEN in words, as operators call them. */
final class CapabilityText {
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;
    private static final int UNICAST = 1;

    private CapabilityText() {}

    static String of(Capability capability) {
        return switch (capability) {
            case Capability.Multiprotocol(var afi, var safi) -> "address family " + family(afi, safi);
            case Capability.RouteRefresh() -> "route refresh";
            case Capability.ExtendedNextHop(var entries) ->
                "extended next hop"
                        + list(entries.stream()
                                .map(entry -> family(entry.afi(), entry.safi()) + " by "
                                        + (entry.nextHopAfi() == IPV6 ? "IPv6" : "AFI " + entry.nextHopAfi()))
                                .toList());
            case Capability.ExtendedMessage() -> "extended messages";
            case Capability.Role(var role) -> "role " + role;
            case Capability.GracefulRestart restart ->
                "graceful restart, " + restart.restartSeconds() + " s" + (restart.restarting() ? ", restarting" : "")
                        + (restart.notification() ? ", after notifications too" : "")
                        + list(restart.entries().stream()
                                .map(entry -> family(entry.afi(), entry.safi())
                                        + (entry.forwardingPreserved() ? " (forwarding preserved)" : ""))
                                .toList());
            case Capability.FourOctetAs(var asn) -> "four-octet AS " + asn;
            case Capability.AddPath(var entries) ->
                "add-path"
                        + list(entries.stream()
                                .map(entry -> family(entry.afi(), entry.safi())
                                        + (entry.receives() ? " receive" : "")
                                        + (entry.sends() ? " send" : ""))
                                .toList());
            case Capability.EnhancedRouteRefresh() -> "enhanced route refresh";
            case Capability.HostName(var host, var domain) ->
                "host name " + host + (domain.isEmpty() ? "" : "." + domain);
            case Capability.SoftwareVersion(var version) -> "software " + version;
            case Capability.Unknown(var code, var value) -> "code " + code + ", " + value.length() + " octets";
        };
    }

    /** Such as {@code IPv4 unicast, IPv6 unicast}. */
    static String families(Collection<AddressFamily> families) {
        return families.stream()
                .map(family -> family(family.afi(), family.safi()))
                .collect(Collectors.joining(", "));
    }

    private static String family(int afi, int safi) {
        var name = afi == IPV4 ? "IPv4" : afi == IPV6 ? "IPv6" : "AFI " + afi;
        return name + (safi == UNICAST ? " unicast" : " SAFI " + safi);
    }

    private static String list(List<String> entries) {
        return entries.isEmpty() ? "" : ": " + String.join(", ", entries);
    }
}
