package ecmplab.bgp.rib;

import ecmplab.bgp.policy.PolicyContext;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The routing tables of a speaker. Input ({@link #up}, {@link #apply}, {@link #announce} and so on) changes them; {@link #pass} then
 * tells the listener and the peers what came of it. Not thread-safe: everything is called by one thread, the RIB's.
 */
public final class Rib {
    /** Told what comes of routes. Must not call the RIB. */
    @FunctionalInterface
    public interface Listener {
        /** Once a pass, with all prefixes whose next hops changed in it. */
        void changed(List<NextHopChange> changes);

        /** Asked before routes change and once a pass; what changed while this is false is not gathered, and never told. */
        default boolean isListening() {
            return true;
        }

        /** Once a pass in which best paths changed, each with what was best before; {@code lost} further ones were too many. */
        default void bestChanged(List<BestChange> changes, long lost) {}

        /** Asked once a pass, and by {@link Rib#follow}; what changes while it is false is not gathered. */
        default boolean isFollowing() {
            return false;
        }

        /**
         * The peer announces as many routes as its limit warns of; or more than the maximum, which are refused: its session is to be ended.
         * Once each for a session and family.
         */
        default void prefixLimit(Peer peer, AddressFamily family, int routes, boolean exceeded) {}
    }

    /** How many routes a batch announced and withdrew. */
    public record Applied(int announced, int withdrawn) {}

    private RibConfig config;
    private final Listener listener;
    private final AttributeTable attributes;
    private final NextHopSets nextHopSets;
    private final Map<AddressFamily, LocRib> tables = new EnumMap<>(AddressFamily.class);
    private final List<@Nullable Peer> peers = new ArrayList<>();
    /** Peers that are gone, but that routes not yet told of may still be from. */
    private final List<Peer> retired = new ArrayList<>();

    private final Peer local;
    private final Page page = new Page();
    private final BatchReader reader;
    private int nextSerial = 1;

    public Rib(RibConfig config, Listener listener) {
        this.config = config;
        this.listener = listener;
        attributes = new AttributeTable(config);
        nextHopSets = new NextHopSets(attributes);
        var anyAddress = new InetSocketAddress(0).getAddress();
        var self = new PeerIdentity(anyAddress, config.localAs(), config.routerId(), PeerKind.LOCAL);
        local = new Peer(self, Peer.LOCAL_INDEX, 0, null);
        peers.add(local);
        for (var family : AddressFamily.values()) {
            var table = new LocRib(family, config, attributes, nextHopSets, this::limitReached);
            tables.put(family, table);
            addIn(local, table, false);
        }
        reader = new BatchReader(attributes, this::table, local);
    }

    /** A session is established with a peer that has not kept anything: see the other {@code up}. */
    public Peer up(PeerIdentity identity, PeerTerms terms, Outlet outlet) {
        return up(identity, terms, outlet, Set.of());
    }

    /**
     * A session is established: the peer is told all routes of its families, each family ending with End-of-RIB. Routes of its last
     * session that {@link #down(Peer, Set)} kept stay, stale, in the families that the peer has preserved forwarding for (RFC 4724
     * section 4.2); the others go.
     */
    public Peer up(PeerIdentity identity, PeerTerms terms, Outlet outlet, Set<AddressFamily> preserved) {
        follow();
        var before = stale(identity.address());
        boolean isSame = before != null && before.identity.equals(identity);
        if (before != null && !isSame) {
            expire(before);
        }
        var peer = isSame ? Objects.requireNonNull(before) : newPeer(identity, terms);
        peer.isUp = true;
        peer.terms = terms;
        peer.isReflectorClient = terms.reflectorClient();
        for (var family : AddressFamily.values()) {
            var table = table(family);
            var kept = peer.in(family);
            boolean hasPathIds = terms.addPathReceive().contains(family);
            boolean stays = preserved.contains(family) && terms.families().contains(family);
            if (kept != null && !(stays && kept.hasPathIds == hasPathIds)) {
                table.remove(kept);
                peer.in.remove(family);
            }
            if (terms.families().contains(family)) {
                var in = peer.in(family);
                setTerms(in == null ? addIn(peer, table, hasPathIds) : in, terms);
                peer.out.put(family, group(table, identity, terms).add(peer, outlet));
            }
        }
        return peer;
    }

    /** The session is over: a sweep of its columns. Returns how many routes it had announced. */
    public int down(Peer peer) {
        return down(peer, Set.of());
    }

    /**
     * The session is over, but the routes of some families are kept, stale, as the peer restarts (RFC 4724 section 4.2): until it is back
     * and has announced all again ({@link #sweepStale}, or its End-of-RIB), or {@link #expire} says that it did not come back. Routes that
     * were stale already go. Returns how many routes went.
     */
    public int down(Peer peer, Set<AddressFamily> kept) {
        follow();
        if (!peer.isUp) {
            return 0;
        }
        int routes = 0;
        peer.isUp = false;
        for (var member : peer.out.values()) {
            leave(member);
        }
        peer.out.clear();
        for (var family : AddressFamily.values()) {
            var in = peer.in(family);
            if (in != null && kept.contains(family)) {
                var table = table(family);
                routes += table.sweepStale(in);
                table.markStale(in);
                in.endOfRib = false;
                in.warned = false;
                in.exceeded = false;
            } else if (in != null) {
                routes += in.receivedCount;
                table(family).remove(in);
                peer.in.remove(family);
            }
        }
        if (peer.in.isEmpty()) {
            retired.add(peer);
        }
        return routes;
    }

    /** The peer did not come back within its restart time: what {@link #down(Peer, Set)} kept of it goes. Returns how many routes that was. */
    public int expire(Peer peer) {
        follow();
        if (peer.isUp || peer.in.isEmpty()) {
            return 0;
        }
        int routes = 0;
        for (var in : peer.in.values()) {
            routes += in.receivedCount;
            table(in.family).remove(in);
        }
        peer.in.clear();
        retired.add(peer);
        return routes;
    }

    /** Routes of the family go that the peer has not announced again since it restarted or began a refresh. Returns how many. */
    public int sweepStale(Peer peer, AddressFamily family) {
        follow();
        var in = peer.in(family);
        return in == null ? 0 : table(family).sweepStale(in);
    }

    /** The peer begins to announce all its routes of the family again (RFC 7313 section 4). */
    public void beginRefresh(Peer peer, AddressFamily family) {
        var in = peer.in(family);
        if (in != null && peer.isUp) {
            table(family).markStale(in);
        }
    }

    /** The peer has announced all its routes of the family again: others go. Returns how many. */
    public int endRefresh(Peer peer, AddressFamily family) {
        return peer.isUp ? sweepStale(peer, family) : 0;
    }

    /**
     * The peer's terms are others from now on, but for those that its session negotiated. Its routes are judged again from what it
     * announced before, without a refresh, and it is told the differences.
     *
     * @throws IllegalArgumentException when families or ADD-PATH are others
     */
    public void terms(Peer peer, PeerTerms terms) {
        follow();
        var before = peer.terms;
        if (before == null || !peer.isUp) {
            return;
        }
        if (!before.families().equals(terms.families())
                || !before.addPathReceive().equals(terms.addPathReceive())
                || !before.addPathSend().keySet().equals(terms.addPathSend().keySet())) {
            throw new IllegalArgumentException(
                    "families and ADD-PATH of " + peer + " are negotiated: reset the session");
        }
        peer.terms = terms;
        for (var in : peer.in.values()) {
            if (setTerms(in, terms)) {
                table(in.family).judgeAgain(in);
                in.forget();
            }
        }
        for (var member : List.copyOf(peer.out.values())) {
            var table = table(member.group.key.family());
            var group = group(table, peer.identity, terms);
            if (group != member.group) {
                peer.out.put(table.family(), group.move(member, sameForm(group.key, member.group.key)));
                dropIfEmpty(member.group);
            }
        }
        if (peer.isReflectorClient != terms.reflectorClient()) {
            peer.isReflectorClient = terms.reflectorClient();
            for (var table : tables.values()) {
                table.groups.stream()
                        .filter(group -> group.key.kind() == PeerKind.IBGP)
                        .forEach(UpdateGroup::markAll);
            }
        }
    }

    /**
     * Goes on with other settings: routes are judged and decided again, and peers are told the differences. A lower maximum of prefixes
     * refuses further ones only.
     *
     * @throws IllegalArgumentException when AS or router id are others, which takes another RIB; the hash seed and the rest stay
     */
    public void configure(RibConfig changed) {
        follow();
        if (!changed.localAs().equals(config.localAs()) || !changed.routerId().equals(config.routerId())) {
            throw new IllegalArgumentException("AS " + changed.localAs() + " and router id " + changed.routerId()
                    + ": must be " + config.localAs() + " and " + config.routerId() + ", as before");
        }
        boolean readsOtherwise = !changed.clusterId().equals(config.clusterId())
                || changed.honourGracefulShutdown() != config.honourGracefulShutdown();
        config = changed;
        tables.values().forEach(table -> table.configure(changed));
        if (readsOtherwise) {
            attributes.configure(changed);
            for (var peer : peers) {
                if (peer != null && !peer.isLocal()) {
                    judgeAgain(peer);
                }
            }
        }
        tables.values().forEach(LocRib::decideAgain);
        if (readsOtherwise) {
            // LOCAL_PREF and CLUSTER_LIST, which change with these settings, are told within the AS.
            for (var table : tables.values()) {
                table.groups.stream()
                        .filter(group -> group.key.kind() == PeerKind.IBGP)
                        .forEach(group -> group.configure(changed));
            }
        }
    }

    private void judgeAgain(Peer peer) {
        for (var in : peer.in.values()) {
            in.forget();
            in.rule = new ImportRule(peer.identity, Objects.requireNonNull(peer.terms), config, attributes);
            table(in.family).judgeAgain(in);
            in.forget();
        }
    }

    /** Whether packets could be sent to next hops may be another answer now; routes are decided again where it is. */
    public void nextHopsChanged() {
        follow();
        var changed = attributes.askNextHopsAgain();
        if (changed.size() > 0) {
            tables.values().forEach(table -> table.decideAgain(changed));
        }
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
        follow();
        return peer.isUp ? reader.replay(peer, batch) : new Applied(0, 0);
    }

    /**
     * The peer wants all routes of the family again (RFC 2918).
     *
     * @param isDemarcated whether it is to be told where they begin and end (RFC 7313)
     */
    public void refresh(Peer peer, AddressFamily family, boolean isDemarcated) {
        var member = peer.out.get(family);
        if (peer.isUp && member != null) {
            member.group.refresh(member, isDemarcated);
        }
    }

    /**
     * Originates the prefix, or replaces its attributes; the block as {@link RouteBatch} says. Without a next hop, peers get their session's
     * address of ours; with one, they get that.
     */
    public void announce(Prefix prefix, byte[] block) {
        follow();
        int attribute = attributes.intern(block, 0, block.length);
        var table = table(prefix.family());
        table.makeRoom(1);
        int id = table.prefixes.add(prefix.high(), prefix.low(), prefix.length());
        table.reach(localIn(prefix.family()), id, 0, attribute);
        attributes.release(attribute);
    }

    /** Originates the prefix no longer. */
    public void withdraw(Prefix prefix) {
        follow();
        var table = table(prefix.family());
        int id = table.prefixes.find(prefix.high(), prefix.low(), prefix.length());
        table.unreach(localIn(prefix.family()), id, 0);
    }

    /**
     * Tells the listener what changed, then the peers. Peers whose outlet is not writable are told what is so when they are again;
     * call this then.
     *
     * @return whether more is left to do at once
     */
    public boolean pass() {
        var changes = new ArrayList<NextHopChange>();
        boolean isListening = listener.isListening();
        boolean isFollowed = follow();
        for (var table : tables.values()) {
            table.drainChanges(isListening ? changes : null);
        }
        if (!changes.isEmpty()) {
            listener.changed(changes);
        }
        if (isFollowed) {
            tellBestChanges();
        }
        boolean more = false;
        boolean drained = true;
        for (var table : tables.values()) {
            for (var group : table.groups) {
                boolean left = group.drain();
                drained &= !left;
                more |= left;
                more |= group.catchUp();
            }
        }
        if (drained) {
            // No table of what peers were told names them any longer.
            retired.forEach(peer -> peers.set(peer.index, null));
            retired.clear();
        }
        return more;
    }

    /** Asks the listener whether it listens and follows, from now on; and says whether it follows. */
    public boolean follow() {
        boolean isFollowed = listener.isFollowing();
        boolean isListening = isFollowed || listener.isListening();
        for (var table : tables.values()) {
            table.listen(isListening);
            table.follow(isFollowed);
        }
        return isFollowed;
    }

    /**
     * Forgets prefixes that nothing refers to any longer, some at a time: for when there is nothing else to do.
     *
     * @return whether more is left to do
     */
    public boolean tidy() {
        boolean more = false;
        for (var table : tables.values()) {
            more |= table.removeUnused();
        }
        return more;
    }

    private void tellBestChanges() {
        var changes = new ArrayList<BestChange>();
        long lost = 0;
        for (var table : tables.values()) {
            lost += table.drainBestChanges(changes);
        }
        if (!changes.isEmpty() || lost > 0) {
            listener.bestChanged(changes, lost);
        }
    }

    /** What is in the tables, for those who ask. */
    public RibView view() {
        return new RibView(this);
    }

    /** The peer at the address whose session is established, or of which stale routes are kept. */
    public Optional<Peer> peer(InetAddress address) {
        for (var peer : peers) {
            if (peer != null && !peer.isLocal() && peer.identity.address().equals(address)) {
                if (peer.isUp || !peer.in.isEmpty()) {
                    return Optional.of(peer);
                }
            }
        }
        return Optional.empty();
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

    private Peer peer(int index) {
        return Objects.requireNonNull(peers.get(index));
    }

    private AdjRibIn localIn(AddressFamily family) {
        return Objects.requireNonNull(local.in(family));
    }

    private Peer newPeer(PeerIdentity identity, PeerTerms terms) {
        int index = peers.indexOf(null);
        if (index < 0) {
            index = peers.size();
            peers.add(null);
        }
        var peer = new Peer(identity, index, nextSerial++, terms);
        peers.set(index, peer);
        return peer;
    }

    /** The peer at the address that went, and of which routes are kept. */
    private @Nullable Peer stale(InetAddress address) {
        var peer = peer(address).orElse(null);
        return peer == null || peer.isUp ? null : peer;
    }

    private static AdjRibIn addIn(Peer peer, LocRib table, boolean hasPathIds) {
        var in = new AdjRibIn(peer, table.family(), hasPathIds);
        peer.in.put(table.family(), in);
        table.addColumn(in);
        return in;
    }

    /** Whether routes are judged another way from now on. */
    private boolean setTerms(AdjRibIn in, PeerTerms terms) {
        in.limit = terms.limits().get(in.family);
        var before = in.rule;
        if (before != null && before.isAs(terms)) {
            return false;
        }
        in.forget();
        in.rule = new ImportRule(in.peer.identity, terms, config, attributes);
        return true;
    }

    private void limitReached(AdjRibIn in, boolean exceeded) {
        if (exceeded ? !in.exceeded : !in.warned) {
            in.warned = true;
            in.exceeded |= exceeded;
            listener.prefixLimit(in.peer, in.family, in.receivedCount, exceeded);
        }
    }

    private void leave(Member member) {
        member.group.remove(member);
        dropIfEmpty(member.group);
    }

    private void dropIfEmpty(UpdateGroup group) {
        if (group.members.isEmpty()) {
            table(group.key.family()).remove(group);
        }
    }

    private UpdateGroup group(LocRib table, PeerIdentity identity, PeerTerms terms) {
        var family = table.family();
        var nextHop = terms.nextHops().get(family);
        boolean extended = terms.extendedNextHop().contains(family);
        if (nextHop == null && extended) {
            nextHop = terms.nextHops().get(AddressFamily.IPV6_UNICAST);
        }
        var policy = terms.exportPolicy();
        var key = new UpdateGroup.Key(
                family,
                identity.kind(),
                policy,
                policy.dependsOnNeighbor()
                        ? new PolicyContext(config.localAs(), identity.address(), identity.asn())
                        : null,
                nextHop == null || NextHop.isMartian(nextHop) ? null : nextHop,
                terms.fourOctetAs(),
                terms.maxMessageSize(),
                extended,
                terms.addPathSend().getOrDefault(family, 0),
                terms.reflectorClient(),
                terms.nextHopSelf(),
                terms.sharedSubnet(),
                terms.checks().role(),
                terms.sendLimits().getOrDefault(family, Integer.MAX_VALUE));
        for (var group : table.groups) {
            if (group.key.equals(key)) {
                return group;
            }
        }
        var group = new UpdateGroup(key, table, attributes, config, page, this::peer);
        table.add(group);
        return group;
    }

    /** Whether equal routes look the same to members of both, so that they need not be told again. */
    private static boolean sameForm(UpdateGroup.Key one, UpdateGroup.Key other) {
        return Objects.equals(one.nextHop(), other.nextHop())
                && Objects.equals(one.role(), other.role())
                && one.fourOctetAs() == other.fourOctetAs()
                && one.maxMessageSize() == other.maxMessageSize();
    }
}
