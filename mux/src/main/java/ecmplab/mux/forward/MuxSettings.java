package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowLimits;
import java.net.Inet4Address;
import java.util.Set;

/**
 * What a MUX is.
 *
 * @param number 0 to 255, in every frame it sends
 * @param address its own in the underlay, source of its VXLAN and ICMP
 * @param gateway the router in its subnet that all it sends goes to
 * @param ownAddresses others that its kernel answers for
 * @param flowSeed of the hash of its flow table; random, and its secret
 */
public record MuxSettings(
        int number,
        Inet4Address address,
        Inet4Address gateway,
        Set<Inet4Address> ownAddresses,
        FlowLimits flows,
        long flowSeed) {
    public MuxSettings {
        if (number < 0 || number > 0xFF) {
            throw new IllegalArgumentException("MUX number " + number + ": must be 0 to 255");
        }
        ownAddresses = Set.copyOf(ownAddresses);
    }
}
