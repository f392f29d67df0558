package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.port.Port;
import java.net.Inet4Address;
import java.util.Optional;

/**
 * A {@link VmPort} in the numbers that packets carry. {@code index} is its place among the host's VMs. IPv4 addresses are the low
 * halves of IPv4-mapped ones; of a family that the VM has not, all bits are set, which is no host's address.
 */
record Vm(
        int index,
        String name,
        Port port,
        long portMac,
        long mac,
        int vni,
        long dip4,
        long dip6High,
        long dip6Low,
        long gateway4,
        long gateway6High,
        long gateway6Low) {
    private static final long NONE = -1;

    static Vm of(int index, VmPort vm) {
        var ipv4 = address(vm, true);
        var ipv6 = address(vm, false);
        return new Vm(
                index,
                vm.name(),
                vm.port(),
                vm.port().mac().bits(),
                vm.mac().bits(),
                vm.vni().value(),
                ipv4.map(its -> FlowTuple.low(its.dip())).orElse(NONE),
                ipv6.map(its -> FlowTuple.high(its.dip())).orElse(NONE),
                ipv6.map(its -> FlowTuple.low(its.dip())).orElse(NONE),
                ipv4.map(its -> FlowTuple.low(its.gateway())).orElse(NONE),
                ipv6.map(its -> FlowTuple.high(its.gateway())).orElse(NONE),
                ipv6.map(its -> FlowTuple.low(its.gateway())).orElse(NONE));
    }

    private static Optional<VmAddress> address(VmPort vm, boolean ipv4) {
        return vm.addresses().stream()
                .filter(address -> address.dip() instanceof Inet4Address == ipv4)
                .findFirst();
    }

    /** Whether an address is the VM's own. */
    boolean isDip(long high, long low) {
        return (high == 0 && low == dip4) || (high == dip6High && low == dip6Low);
    }

    /** Whether an address is that of a gateway of the VM, which the host's kernel is. */
    boolean isGateway(long high, long low) {
        return (high == 0 && low == gateway4) || (high == gateway6High && low == gateway6Low);
    }
}
