package ecmplab.router;

import ecmplab.port.PortCounters;
import java.util.Map;

/**
 * What the router has counted since its start; every map has all its keys, zeros too.
 *
 * @param packets frames by what became of them
 * @param drops frames dropped, by reason
 * @param icmp errors sent, and those not sent by reason
 * @param neighborDrops frames dropped for want of a neighbour, by interface, by reason
 * @param ports by interface
 */
public record RouterCounters(
        Map<String, Long> packets,
        Map<String, Long> drops,
        Map<String, Long> icmp,
        Map<String, Map<String, Long>> neighborDrops,
        Map<String, PortCounters> ports,
        Routing routing) {
    /**
     * @param prefixes in the FIB
     * @param coalesced routes whose flows may have moved because there was no room for a group of their own
     * @param ungrouped routes without a group because there was no room
     * @param refused BGP prefixes beyond the limit
     * @param carrierLosses how often an interface lost its carrier
     */
    public record Routing(int prefixes, int groups, long coalesced, long ungrouped, long refused, long carrierLosses) {}
}
