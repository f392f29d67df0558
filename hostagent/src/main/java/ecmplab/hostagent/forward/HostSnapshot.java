package ecmplab.hostagent.forward;

import ecmplab.hostagent.forward.PolicyOutcome.GenerationInPlace;
import ecmplab.hostagent.nat.NatCounters;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.PortCounters;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * A host agent as it stood when asked.
 *
 * @param addresses provider addresses
 * @param drops packets by the one reason each was dropped for; {@code outer-}, {@code inner-} and {@code vm-} are malformed
 *     packets by where they were found, {@code neighbor-} are packets whose next hop has no known MAC address
 */
public record HostSnapshot(
        List<InetAddress> addresses,
        PortCounters underlay,
        List<VmStatus> vms,
        List<GenerationInPlace> generations,
        NatCounters nat,
        Map<HostCount, Long> counts,
        Map<String, Long> drops) {
    /** A VM and the counters of the host's end of its cable: {@code tx} is towards the VM. */
    public record VmStatus(String name, List<VmAddress> addresses, MacAddress mac, Vni vni, PortCounters port) {}

    public HostSnapshot {
        addresses = List.copyOf(addresses);
        vms = List.copyOf(vms);
        generations = List.copyOf(generations);
    }
}
