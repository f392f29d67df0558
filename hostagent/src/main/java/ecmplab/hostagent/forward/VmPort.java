package ecmplab.hostagent.forward;

import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.Port;
import java.net.InetAddress;
import java.util.List;

/**
 * A VM and the host's end of its cable.
 *
 * @param name for people
 * @param port the host's end; its MAC address is the VM's gateways'
 * @param addresses the VM's own, one or two, of different families
 * @param mac the VM's own MAC address
 * @param vni network that {@code mac} and {@code addresses} mean something in
 */
public record VmPort(String name, Port port, List<VmAddress> addresses, MacAddress mac, Vni vni) {
    public VmPort {
        addresses = List.copyOf(addresses);
        long families = addresses.stream()
                .map(address -> address.dip().getClass())
                .distinct()
                .count();
        if (addresses.isEmpty() || families < addresses.size()) {
            throw new IllegalArgumentException("VM " + name + " with " + addresses
                    + ": must have one address of a family, of one family at least");
        }
    }

    /** A VM of one family. */
    public VmPort(String name, Port port, InetAddress dip, MacAddress mac, Vni vni, InetAddress gateway) {
        this(name, port, List.of(new VmAddress(dip, gateway)), mac, vni);
    }
}
