package ecmplab.bgp.speaker;

import ecmplab.bgp.session.Guests;
import ecmplab.bgp.session.Neighbor;
import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of a speaker: those configured, and those that are here from listen ranges. One thread at a time changes what is
 * configured, any may ask; guests come and go on the event loop.
 */
final class NeighborLinks {
    private final SessionServer server;
    private final Exchanges exchanges;
    private final PathWatch paths;
    private final Events events;
    private final Map<InetAddress, NeighborLink> links = new ConcurrentHashMap<>();
    /** As they are configured now. */
    private final Map<Prefix, ListenRange> ranges = new ConcurrentHashMap<>();

    NeighborLinks(SessionServer server, Exchanges exchanges, PathWatch paths, Events events) {
        this.server = server;
        this.exchanges = exchanges;
        this.paths = paths;
        this.events = events;
    }

    /**
     * Begins with the neighbour; a guest at its address gives way.
     *
     * @throws IllegalArgumentException when it is there already
     */
    void add(NeighborConfig neighbor) {
        var known = links.get(neighbor.address());
        if (known != null && known.range() == null) {
            throw new IllegalArgumentException(
                    "neighbour " + neighbor.address().getHostAddress() + " is there already");
        }
        if (known != null) {
            remove(neighbor.address());
        }
        var link = new NeighborLink(neighbor, null, server, exchanges, paths, events);
        links.put(neighbor.address(), link);
        link.start();
    }

    /** Ends its session with Cease/3. */
    void remove(InetAddress address) {
        server.remove(get(address).neighbor);
        links.remove(address);
        paths.forget(address);
    }

    /** Whoever connects from the range is a neighbour from now on, as long as its session lasts. */
    void add(ListenRange range) {
        ranges.put(range.prefix(), range);
        var password = range.template().session().transport().md5Password();
        server.acceptRange(range.prefix(), range.limit(), password, new RangeGuests(range.prefix()));
    }

    private void remove(ListenRange range) {
        ranges.remove(range.prefix());
        server.closeRange(range.prefix());
    }

    /** Goes on with other neighbours and ranges. Those that stay change in place; what they cannot change ends their sessions. */
    void reconfigure(SpeakerConfig wanted) {
        var addresses = new HashSet<InetAddress>();
        wanted.neighbors().forEach(neighbor -> addresses.add(neighbor.address()));
        for (var link : List.copyOf(links.values())) {
            if (link.range() == null && !addresses.contains(link.address())) {
                remove(link.address());
            }
        }
        for (var neighbor : wanted.neighbors()) {
            var link = links.get(neighbor.address());
            if (link == null || link.range() != null) {
                add(neighbor);
            } else if (!link.config().equals(neighbor)) {
                link.reconfigure(neighbor);
            }
        }
        reconfigureRanges(wanted.ranges());
    }

    private void reconfigureRanges(List<ListenRange> wanted) {
        var now = new ConcurrentHashMap<Prefix, ListenRange>();
        wanted.forEach(range -> now.put(range.prefix(), range));
        for (var range : List.copyOf(ranges.values())) {
            var other = now.get(range.prefix());
            if (other == null || !range.hasPasswordOf(other)) {
                remove(range); // with its sessions: a key is that of the whole range
            } else if (!other.equals(range)) {
                ranges.put(range.prefix(), other);
                server.limitRange(range.prefix(), other.limit());
                links.values().stream()
                        .filter(link -> range.prefix().equals(link.range()))
                        .forEach(link -> link.reconfigure(other.at(link.address())));
            }
        }
        wanted.stream().filter(range -> !ranges.containsKey(range.prefix())).forEach(this::add);
    }

    /** @throws IllegalArgumentException when there is no such neighbour */
    NeighborLink get(InetAddress address) {
        var link = links.get(address);
        if (link == null) {
            throw new IllegalArgumentException("no neighbour " + address.getHostAddress());
        }
        return link;
    }

    /** In order of address. */
    List<NeighborLink> ordered() {
        var ordered = new ArrayList<>(links.values());
        ordered.sort(Comparator.comparing(link -> Prefix.host(link.address())));
        return ordered;
    }

    /** Neighbours of a range. What is configured for them may change while the range stays. */
    private final class RangeGuests implements Guests {
        private final Prefix prefix;

        RangeGuests(Prefix prefix) {
            this.prefix = prefix;
        }

        @Override
        public @Nullable Neighbor admit(InetAddress peer) {
            var range = ranges.get(prefix);
            if (range == null || links.containsKey(peer)) {
                return null;
            }
            var link = new NeighborLink(range.at(peer), prefix, server, exchanges, paths, events);
            links.put(peer, link);
            link.neighbor.start();
            return link.neighbor;
        }

        @Override
        public void left(Neighbor guest) {
            var address = guest.config().remoteAddress();
            var link = links.get(address);
            if (link != null && Objects.equals(link.neighbor, guest) && links.remove(address, link)) {
                paths.forget(address);
            }
        }
    }
}
