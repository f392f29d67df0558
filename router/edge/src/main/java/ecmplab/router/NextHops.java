package ecmplab.router;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.router.forward.NextHop;
import ecmplab.router.forward.RouterInterface;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

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
    private final Map<Heard, NextHopSet> sets = new HashMap<>();
    private NextHop[] published = {};

    /** Links without carrier: what is on them is not used. */
    private final BitSet down = new BitSet();

    private record Heard(AddressFamily family, List<RouteListener.NextHop> nextHops) {}

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
        return NextHopSet.of(List.of(onLink(link)));
    }

    private NextHopSet.Via onLink(int link) {
        var name = Optional.of(interfaces.get(link).name());
        return new NextHopSet.Via(Optional.empty(), name, 1, Optional.empty(), id(NextHop.onLink(link)));
    }

    /** Says whether a link has carrier; returns whether that is news. Sets made before are to be {@link #again made again}. */
    boolean setCarrier(int link, boolean up) {
        if (down.get(link) != up) {
            return false;
        }
        down.set(link, !up);
        sets.clear();
        return true;
    }

    /** Ids of all next hops on a link. */
    BitSet on(int link) {
        var ids = new BitSet();
        for (int id = 0; id < nextHops.size(); id++) {
            ids.set(id, nextHops.get(id).link() == link);
        }
        return ids;
    }

    /** A set as it is by the links' state now; the same one where nothing differs. */
    NextHopSet again(NextHopSet set) {
        var vias = set.vias().stream().map(this::again).toList();
        return vias.equals(set.vias()) ? set : NextHopSet.of(vias);
    }

    private NextHopSet.Via again(NextHopSet.Via via) {
        return via.interfaceName()
                .map(name -> via.address()
                        .map(address -> via(address, via.weight(), via.peer()))
                        .orElseGet(() -> onLink(linkOf(name))))
                .orElse(via);
    }

    /** The place of an interface, or -1. */
    int linkOf(String name) {
        return IntStream.range(0, interfaces.size())
                .filter(link -> interfaces.get(link).name().equals(name))
                .findFirst()
                .orElse(-1);
    }

    NextHopSet configured(List<InetAddress> addresses) {
        return NextHopSet.of(addresses.stream()
                .map(address -> via(address, 1, Optional.empty()))
                .toList());
    }

    /** What BGP says for a prefix: an IPv4 route may have IPv6 next hops (RFC 8950), not the other way round. */
    NextHopSet learnt(AddressFamily family, List<RouteListener.NextHop> heard) {
        if (sets.size() >= MAX_SETS) {
            sets.clear();
        }
        return sets.computeIfAbsent(
                new Heard(family, heard),
                all -> NextHopSet.of(all.nextHops().stream()
                        .map(hop -> family == AddressFamily.IPV6_UNICAST && hop.address() instanceof Inet4Address
                                ? inaccessible(hop.address(), hop.weight(), Optional.of(hop.peer()))
                                : via(hop.address(), hop.weight(), Optional.of(hop.peer())))
                        .toList()));
    }

    private NextHopSet.Via via(InetAddress address, long weight, Optional<InetAddress> peer) {
        for (int link = 0; link < interfaces.size(); link++) {
            var via = interfaces.get(link);
            if (isNeighbor(via, address)) {
                int id = id(NextHop.via(link, address));
                return new NextHopSet.Via(Optional.of(address), Optional.of(via.name()), weight, peer, id);
            }
        }
        return inaccessible(address, weight, peer);
    }

    private static boolean isNeighbor(RouterInterface via, InetAddress address) {
        var host = Prefix.host(address);
        return address instanceof Inet4Address
                ? via.prefix().contains(host) && !address.equals(via.address())
                : via.ipv6()
                        .filter(own -> own.prefix().contains(host) && !address.equals(own.address()))
                        .isPresent();
    }

    private static NextHopSet.Via inaccessible(InetAddress address, long weight, Optional<InetAddress> peer) {
        return new NextHopSet.Via(Optional.of(address), Optional.empty(), weight, peer, NextHopSet.Via.INACTIVE);
    }

    private int id(NextHop nextHop) {
        if (down.get(nextHop.link())) {
            return NextHopSet.Via.INACTIVE;
        }
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
