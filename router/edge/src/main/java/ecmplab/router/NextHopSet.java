package ecmplab.router;

import ecmplab.router.ecmp.Member;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The next hops of a route, shared by all routes with the same.
 *
 * @param vias best first
 * @param members the active ones as a group has them; weights of one next hop heard from several peers do not add up
 */
record NextHopSet(List<Via> vias, List<Member> members) {
    static final NextHopSet NONE = of(List.of());

    /**
     * @param address empty for neighbours on the link itself
     * @param interfaceName empty when the address is on no connected subnet: the next hop is inaccessible
     * @param peer who told us, for BGP
     * @param id in the forwarding table, or {@link #INACTIVE}: inaccessible, or on a link without carrier
     */
    record Via(
            Optional<InetAddress> address,
            Optional<String> interfaceName,
            long weight,
            Optional<InetAddress> peer,
            int id) {
        static final int INACTIVE = -1;

        boolean active() {
            return id != INACTIVE;
        }
    }

    static NextHopSet of(List<Via> vias) {
        var weights = new TreeMap<Integer, Integer>();
        for (var via : vias) {
            if (via.active()) {
                weights.merge(via.id(), Math.clamp(via.weight(), 1, Integer.MAX_VALUE), Math::max);
            }
        }
        var members = weights.entrySet().stream()
                .map(entry -> new Member(entry.getKey(), entry.getValue()))
                .toList();
        return new NextHopSet(List.copyOf(vias), members);
    }

    /** The addresses of the active next hops, best first. */
    List<InetAddress> addresses() {
        return vias.stream()
                .filter(Via::active)
                .flatMap(via -> via.address().stream())
                .distinct()
                .toList();
    }
}
