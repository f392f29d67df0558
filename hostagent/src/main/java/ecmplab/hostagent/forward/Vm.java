package ecmplab.hostagent.forward;

import ecmplab.packet.Ipv4;
import ecmplab.port.Port;

/** A {@link VmPort} in the numbers that packets carry. {@code index} is its place among the host's VMs. */
record Vm(int index, String name, Port port, long portMac, int dip, long mac, int vni, int gateway) {
    static Vm of(int index, VmPort vm) {
        return new Vm(
                index,
                vm.name(),
                vm.port(),
                vm.port().mac().bits(),
                Ipv4.bits(vm.dip()),
                vm.mac().bits(),
                vm.vni().value(),
                Ipv4.bits(vm.gateway()));
    }
}
