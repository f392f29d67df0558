package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.packet.MacAddress;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A backend machine: a namespace with a real TCP stack behind its host's agent.
 *
 * @param address its direct address (DIP), in its host's subnet; of IPv4, which every VM has
 * @param ipv6 its direct address for VIPs of IPv6, where its host has an IPv6 subnet
 * @param httpPort where it serves HTTP: {@code /} names the VM and the client address it saw, {@code /health} is for probes
 * @param echoPort where it answers each line of a long-lived TCP flow
 */
public record Vm(
        String name, InetAddress address, Optional<InetAddress> ipv6, MacAddress mac, int httpPort, int echoPort) {
    /** The address that serves VIPs of a family. */
    public Optional<InetAddress> address(AddressFamily family) {
        return family == AddressFamily.IPV4_UNICAST ? Optional.of(address) : ipv6;
    }
}
