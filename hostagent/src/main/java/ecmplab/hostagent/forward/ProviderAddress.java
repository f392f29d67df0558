package ecmplab.hostagent.forward;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * What a host is on the underlay in one family.
 *
 * @param address provider address (PA) on the underlay interface, where VXLAN for this host is sent
 * @param prefixLength of the underlay subnet; other addresses in it are neighbours
 * @param gateway next hop of everything else, clients included
 */
public record ProviderAddress(InetAddress address, int prefixLength, InetAddress gateway) {
    public ProviderAddress {
        if (address.getClass() != gateway.getClass()) {
            throw new IllegalArgumentException("provider address " + address.getHostAddress() + " with gateway "
                    + gateway.getHostAddress() + ": must be of one family");
        }
        int most = address instanceof Inet4Address ? 32 : 128;
        if (prefixLength < 0 || prefixLength > most) {
            throw new IllegalArgumentException("prefix length " + prefixLength + ": must be 0 to " + most);
        }
    }
}
