package ecmplab.router;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Ipv4;
import ecmplab.router.forward.NextHop;
import ecmplab.router.forward.RouterInterface;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every next hop ever used, by id, and which connected subnet each address is on. A next hop that is on none is inaccessible:
 * there is no recursion, since every BGP neighbour here is on a link. Belongs to the control thread.
 */
final class NextHops {
    /** Sets remembered so that routes share them; forgotten, they are only made anew. */
    private static final int MAX_SETS = 16_384;

    private final List<RouterInterface> interfaces;
    private final int limit;
    private final Map<NextHop, Integer> ids = new HashMap<>();
    private final List<NextHop> nextHops = new ArrayList<>();
    private final Map<List<RouteListener.NextHop>, NextHopSet> sets = new HashMap<>();
    private NextHop[] published = {};

    NextHops(List<RouterInterface> interfaces, int limit) {
        this.interfaces = interfaces;
        this.limit = limit;
    }

    /** All, by id; the array is never written to again. */
    NextHop[] array() {
        if (published.length != nextHops.size()) {
            published = nextHops.toArray(NextHop[]::new);
        }
        return published;
    }

    /** The neighbours on an interface themselves. */
    NextHopSet connected(int link) {
        var name = Optional.of(interfaces.get(link).name());
        return NextHopSet.of(List.of(new NextHopSet.Via(
                Optional.empty(), name, 1, Optional.empty(), id(new NextHop(link, NextHop.ON_LINK)))));
    }

    NextHopSet configured(List<Inet4Address> addresses) {
        return NextHopSet.of(addresses.stream()
                .map(address -> via(address, 1, Optional.empty()))
                .toList());
    }

    /** What BGP says for a prefix. Routes of a family that is not forwarded have no active next hop. */
    NextHopSet learnt(AddressFamily family, List<RouteListener.NextHop> heard) {
        if (family != AddressFamily.IPV4_UNICAST) {
            return NextHopSet.of(heard.stream()
                    .map(hop -> inaccessible(hop.address(), hop.weight(), Optional.of(hop.peer())))
                    .toList());
        }
        if (sets.size() >= MAX_SETS) {
            sets.clear();
        }
        return sets.computeIfAbsent(
                heard,
                all -> NextHopSet.of(all.stream()
                        .map(hop -> via(hop.address(), hop.weight(), Optional.of(hop.peer())))
                        .toList()));
    }

    private NextHopSet.Via via(InetAddress address, long weight, Optional<InetAddress> peer) {
        for (int link = 0; link < interfaces.size(); link++) {
            var via = interfaces.get(link);
            if (address instanceof Inet4Address v4
                    && via.prefix().contains(Prefix.host(v4))
                    && !v4.equals(via.address())) {
                int id = id(new NextHop(link, Ipv4.bits(v4)));
                return new NextHopSet.Via(Optional.of(address), Optional.of(via.name()), weight, peer, id);
            }
        }
        return inaccessible(address, weight, peer);
    }

    private static NextHopSet.Via inaccessible(InetAddress address, long weight, Optional<InetAddress> peer) {
        return new NextHopSet.Via(Optional.of(address), Optional.empty(), weight, peer, NextHopSet.Via.INACTIVE);
    }

    private int id(NextHop nextHop) {
        var known = ids.get(nextHop);
        if (known != null) {
            return known;
        }
        if (nextHops.size() >= limit) {
            return NextHopSet.Via.INACTIVE;
        }
        ids.put(nextHop, nextHops.size());
        nextHops.add(nextHop);
        return nextHops.size() - 1;
    }
}
