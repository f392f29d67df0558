package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The routing tables of a speaker. Input ({@link #up}, {@link #apply}, {@link #announce} and so on) changes them; {@link #pass} then
 * tells the listener and the peers what came of it. Not thread-safe: everything is called by one thread, the RIB's.
 */
public final class Rib {
    /** Told once a pass, with all prefixes whose next hops changed in it. */
    @FunctionalInterface
    public interface Listener {
        void changed(List<NextHopChange> changes);
    }

    /** How many routes a batch announced and withdrew. */
    public record Applied(int announced, int withdrawn) {}

    private final RibConfig config;
    private final Listener listener;
    private final AttributeTable attributes;
    private final NextHopSets nextHopSets = new NextHopSets();
    private final Map<AddressFamily, LocRib> tables = new EnumMap<>(AddressFamily.class);
    private final List<@Nullable Peer> peers = new ArrayList<>();
    private final Peer local;
    private final Page page = new Page();
    private final BatchReader reader = new BatchReader();
    private int nextSerial = 1;

    public Rib(RibConfig config, Listener listener) {
        this.config = config;
        this.listener = listener;
        attributes = new AttributeTable(config.localAs(), config.usableNextHop(), config.hashSeed());
        var anyAddress = new InetSocketAddress(0).getAddress();
        var self = new PeerIdentity(anyAddress, config.localAs(), config.routerId(), PeerKind.LOCAL);
        local = new Peer(self, Peer.LOCAL_INDEX, 0);
        peers.add(local);
        for (var family : AddressFamily.values()) {
            var table = new LocRib(family, config, attributes, nextHopSets);
            tables.put(family, table);
            addIn(local, table, Policy.ACCEPT_ALL);
        }
    }

    /** A session is established: the peer is told all routes of its families, each family ending with End-of-RIB. */
    public Peer up(PeerIdentity identity, PeerTerms terms, Outlet outlet) {
        int index = peers.indexOf(null);
        if (index < 0) {
            index = peers.size();
            peers.add(null);
        }
        var peer = new Peer(identity, index, nextSerial++);
        peers.set(index, peer);
        for (var family : AddressFamily.values()) {
            if (terms.families().contains(family)) {
                var table = table(family);
                addIn(peer, table, terms.importPolicy());
                peer.out.put(family, group(table, identity, terms).add(peer, outlet));
            }
        }
        return peer;
    }

    /** The session is over: a sweep of its columns. Returns how many routes it had announced. */
    public int down(Peer peer) {
        if (!peer.isUp) {
            return 0;
        }
        int routes = 0;
        peer.isUp = false;
        for (var member : peer.out.values()) {
            member.group.remove(member);
            if (member.group.members.isEmpty()) {
                table(member.group.key.family()).groups.remove(member.group);
            }
        }
        for (var in : peer.in.values()) {
            routes += in.receivedCount;
            table(in.family).remove(in);
        }
        peers.set(peer.index, null);
        return routes;
    }

    /** Whether all changes have gone to the peer's outlet. */
    public boolean isUpToDate(Peer peer) {
        for (var member : peer.out.values()) {
            if (member.lag != null || !member.group.isDrained()) {
                return false;
            }
        }
        return true;
    }

    /** Replays what the peer's session learnt, and says how much that was. */
    public Applied apply(Peer peer, RouteBatch batch) {
        return peer.isUp ? reader.replay(peer, batch) : new Applied(0, 0);
    }

    /** The peer wants all routes of the family again (RFC 2918). */
    public void refresh(Peer peer, AddressFamily family) {
        var member = peer.out.get(family);
        if (peer.isUp && member != null) {
            member.group.refresh(member);
        }
    }

    /** Originates the prefix, or replaces its attributes; the block as {@link RouteBatch} says, without a next hop. */
    public void announce(Prefix prefix, byte[] block) {
        int attribute = attributes.intern(block, 0, block.length);
        table(prefix.family()).reach(localIn(prefix.family()), prefix.high(), prefix.low(), prefix.length(), attribute);
        attributes.release(attribute);
    }

    /** Originates the prefix no longer. */
    public void withdraw(Prefix prefix) {
        table(prefix.family()).unreach(localIn(prefix.family()), prefix.high(), prefix.low(), prefix.length());
    }

    /**
     * Tells the listener what changed, then the peers. Peers whose outlet is not writable are told what is so when they are again;
     * call this then.
     *
     * @return whether more is left to do at once
     */
    public boolean pass() {
        var changes = new ArrayList<NextHopChange>();
        for (var table : tables.values()) {
            table.drainChanges(changes);
        }
        if (!changes.isEmpty()) {
            listener.changed(changes);
        }
        boolean more = false;
        for (var table : tables.values()) {
            for (var group : table.groups) {
                more |= group.drain();
                more |= group.catchUp();
            }
        }
        return more;
    }

    /** What is in the tables, for those who ask. */
    public RibView view() {
        return new RibView(this);
    }

    LocRib table(AddressFamily family) {
        return Objects.requireNonNull(tables.get(family));
    }

    AttributeTable attributes() {
        return attributes;
    }

    NextHopSets nextHopSets() {
        return nextHopSets;
    }

    Peer peer(int index) {
        return Objects.requireNonNull(peers.get(index));
    }

    private AdjRibIn localIn(AddressFamily family) {
        return Objects.requireNonNull(local.in(family));
    }

    private static void addIn(Peer peer, LocRib table, Policy policy) {
        var in = new AdjRibIn(peer, table.family(), policy);
        peer.in.put(table.family(), in);
        table.add(in);
    }

    private UpdateGroup group(LocRib table, PeerIdentity identity, PeerTerms terms) {
        var key = new UpdateGroup.Key(
                table.family(),
                identity.kind(),
                terms.exportPolicy(),
                terms.nextHops().get(table.family()),
                terms.fourOctetAs(),
                terms.maxMessageSize());
        for (var group : table.groups) {
            if (group.key.equals(key)) {
                return group;
            }
        }
        var group = new UpdateGroup(key, table, attributes, config.localAs(), page, config.allocator());
        table.groups.add(group);
        return group;
    }

    /** Replays batches into the tables: one look-up of attributes an UPDATE. */
    private final class BatchReader implements RouteBatch.Sink {
        private Peer peer = Rib.this.local;
        private int attribute = AttributeTable.NONE;
        private int announced;
        private int withdrawn;

        Applied replay(Peer from, RouteBatch batch) {
            peer = from;
            announced = 0;
            withdrawn = 0;
            batch.replay(this);
            attributes.release(attribute);
            attribute = AttributeTable.NONE;
            return new Applied(announced, withdrawn);
        }

        @Override
        public void attributes(byte[] octets, int from, int length) {
            attributes.release(attribute);
            attribute = attributes.intern(octets, from, length);
        }

        @Override
        public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            var in = peer.in(family);
            announced++;
            if (in != null) {
                if (attributes.any(attribute, BlockFacts.LOOP)) {
                    peer.loops++;
                }
                table(family).reach(in, high, low, prefixLength, attribute);
            }
        }

        @Override
        public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            var in = peer.in(family);
            withdrawn++;
            if (in != null) {
                table(family).unreach(in, high, low, prefixLength);
            }
        }

        @Override
        public void endOfRib(AddressFamily family) {
            var in = peer.in(family);
            if (in != null) {
                in.endOfRib = true;
            }
        }
    }
}
