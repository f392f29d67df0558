package ecmplab.hostagent.forward;

import ecmplab.packet.Ipv4;
import ecmplab.port.Port;
import java.net.Inet4Address;

/** A {@link VmPort} in the numbers that packets carry. {@code index} is its place among the host's VMs. */
record Vm(int index, String name, Port port, long portMac, int dip, long mac, int vni, int gateway) {
    static Vm of(int index, VmPort vm) {
        var ipv4 = vm.addresses().stream()
                .filter(address -> address.dip() instanceof Inet4Address)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("VM " + vm.name() + ": must have an IPv4 address"));
        return new Vm(
                index,
                vm.name(),
                vm.port(),
                vm.port().mac().bits(),
                Ipv4.bits(ipv4.dip()),
                vm.mac().bits(),
                vm.vni().value(),
                Ipv4.bits(ipv4.gateway()));
    }
}
