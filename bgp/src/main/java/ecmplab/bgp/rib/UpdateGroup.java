package ecmplab.bgp.rib;

import ecmplab.bgp.capability.Role;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PolicyContext;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Prefix;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Peers that are told the same: their common Adj-RIB-Out, and the prefixes whose route has changed since they were told. A change sets
 * a bit and takes a place in a queue once, so the last writer wins and a flood coalesces. Each UPDATE is encoded once and goes to all
 * members but the one that the route came from; a member that cannot take it gets a {@link Lag} of its own.
 */
final class UpdateGroup {
    /** Pages sent in one pass, before input is looked at again. */
    private static final int PAGES_PER_PASS = 64;

    /**
     * What members have in common.
     *
     * @param neighbor null when the policy is the same for all neighbours
     * @param nextHop our own address; null when there is none
     * @param addPath how many paths of a prefix are told at most; 0 is one, without path id
     * @param sendLimit prefixes told at most
     */
    record Key(
            AddressFamily family,
            PeerKind kind,
            Policy policy,
            @Nullable PolicyContext neighbor,
            @Nullable InetAddress nextHop,
            boolean fourOctetAs,
            int maxMessageSize,
            boolean extendedNextHop,
            int addPath,
            boolean reflectorClient,
            boolean nextHopSelf,
            @Nullable Prefix sharedSubnet,
            @Nullable Role role,
            int sendLimit) {}

    final Key key;
    final List<Member> members = new ArrayList<>();
    /** Peer indexes of {@link #members}. */
    private final IdSet memberPeers = new IdSet();
    /** One, or when several paths are told, as many as there are columns: place i has the paths of column i. */
    final List<AdjRibOut> outs = new ArrayList<>(1);

    final UpdateWriter writer;
    final ExportRule rule;
    private final LocRib loc;
    private final AttributeTable attributes;
    private final IdSet dirty = new IdSet();
    private final IntQueue queue = new IntQueue();
    /** Changes that are taken after their rows were read. */
    private final int[] turn = new int[256];
    /** Keeps reads from being optimised away that are to fetch memory early. */
    @SuppressWarnings("UnusedVariable") // reading is all that is wanted
    private long touched;

    private final Page page;
    private final boolean tellsNothing;
    /** Prefixes not told because of the limit. */
    private final IdSet overLimit = new IdSet();

    private int announced;

    /**
     * @param page scratch memory, which groups share
     * @param peers by peer index
     */
    UpdateGroup(Key key, LocRib loc, AttributeTable attributes, RibConfig config, Page page, IntFunction<Peer> peers) {
        this.key = key;
        this.loc = loc;
        this.attributes = attributes;
        this.page = page;
        tellsNothing = key.policy().rejectsAll();
        writer = new UpdateWriter(key, loc.prefixes, attributes, config, peers);
        rule = new ExportRule(key, loc.prefixes, attributes, config, writer);
        outs.add(new AdjRibOut(loc, attributes));
        markAll();
    }

    /** The member is told the whole table, then End-of-RIB, then what changes. */
    Member add(Peer peer, Outlet outlet) {
        var lag = new Lag(true);
        var member = join(peer, outlet, lag);
        resend(peer, lag, false);
        return member;
    }

    /** A member of another group of the table comes here: it is told the differences. */
    Member move(Member from, boolean sameForm) {
        while (drain()) {}
        var lagBefore = from.lag;
        var lag = new Lag(lagBefore != null && lagBefore.isInitial);
        lag.isDemarcated = lagBefore != null && lagBefore.isDemarcated;
        lag.hasBegun = lagBefore != null && lagBefore.hasBegun;
        var member = join(from.peer, from.outlet, lag);
        member.endOfRibSent = from.endOfRibSent;
        int places = Math.max(outs.size(), from.group.outs.size());
        makePlaces(places);
        for (int p = 0; p < loc.prefixes.limit(); p++) {
            boolean unsure = lagBefore != null && lagBefore.pending.contains(p);
            boolean differs = false;
            for (int place = 0; place < places; place++) {
                boolean any = from.wasTold(place, p) || announcedTo(from.peer, place, p) != AttributeTable.NONE;
                differs |= unsure ? any : differs(from, place, p, sameForm);
            }
            if (differs) {
                pend(lag, p);
                for (int place = 0; place < places; place++) {
                    lag.setAnnounced(place, p, from.wasTold(place, p));
                }
            }
        }
        from.group.remove(from);
        return member;
    }

    /** Whether a member that follows the other group would be told another route here. */
    private boolean differs(Member other, int place, int prefix, boolean sameForm) {
        int before = other.group.announcedTo(other.peer, place, prefix);
        int now = announcedTo(other.peer, place, prefix);
        if (before == AttributeTable.NONE || now == AttributeTable.NONE) {
            return before != now;
        }
        return !sameForm
                || !writer.same(
                        now, origin(place, prefix), other.group.writer, before, other.group.origin(place, prefix));
    }

    /**
     * Tells the member all routes again (RFC 2918).
     *
     * @param isDemarcated whether it is told where that begins and ends (RFC 7313); not while it is still told the first table
     */
    void refresh(Member member, boolean isDemarcated) {
        var lag = member.lag == null ? new Lag(false) : member.lag;
        member.lag = lag;
        lag.isDemarcated |= isDemarcated && !lag.isInitial;
        lag.next = 0;
        resend(member.peer, lag, true);
    }

    /** Writes by other settings from now on, and tells all members all routes again that way. */
    void configure(RibConfig config) {
        writer.configure(config);
        rule.forget();
        members.forEach(member -> refresh(member, false));
    }

    void remove(Member member) {
        members.remove(member);
        memberPeers.remove(member.peer.index);
        rule.removeMember(member.peer.identity.address());
        markNextHop(member.peer);
        if (member.lag != null) {
            var pending = member.lag.pending;
            for (int prefix = pending.next(0); prefix >= 0; prefix = pending.next(prefix + 1)) {
                loc.release(prefix);
            }
        }
        if (members.isEmpty()) {
            outs.forEach(AdjRibOut::clear);
            while (!queue.isEmpty()) {
                loc.release(queue.remove());
            }
            rule.clear();
        }
    }

    /** The prefix's best route, or for a group that is told several any route, may have changed. */
    void mark(int prefix) {
        if (dirty.add(prefix)) {
            queue.add(prefix);
        }
    }

    /** Tells the members what changed. Returns whether more is left to do at once. */
    boolean drain() {
        for (int pages = 0; !queue.isEmpty(); pages++) {
            if (pages == PAGES_PER_PASS) {
                return true;
            }
            page.clear();
            while (!queue.isEmpty() && !page.isFull()) {
                takeTurn(Math.min(queue.size(), Math.min(turn.length, Page.CAPACITY - page.size)));
            }
            if (page.size > 0) {
                deliver();
            }
        }
        rule.forget();
        return false;
    }

    /** Takes so many changes, after their rows were read: see {@link PrefixTable#touch}. */
    private void takeTurn(int count) {
        for (int i = 0; i < count; i++) {
            turn[i] = queue.remove();
        }
        touched = loc.touchBest(turn, count) + outs.getFirst().touch(turn, count);
        for (int i = 0; i < count; i++) {
            int prefix = turn[i];
            dirty.remove(prefix);
            if (overLimit.size() > 0) {
                overLimit.remove(prefix);
            }
            if (key.addPath() > 0) {
                takePaths(prefix);
            } else {
                takeBest(prefix);
            }
        }
    }

    /** Tells members that lag what they take now. Returns whether more is left to do at once. */
    boolean catchUp() {
        boolean more = false;
        for (var member : members) {
            if (member.lag != null) {
                more |= catchUp(member, member.lag);
            }
        }
        return more;
    }

    /** Whether all changes were told to those members that follow. */
    boolean isDrained() {
        return queue.isEmpty();
    }

    /** Attribute id of what the peer is told about the prefix as path of that place. */
    int announcedTo(Peer peer, int place, int prefix) {
        return place < outs.size() ? outs.get(place).announcedTo(peer, prefix) : AttributeTable.NONE;
    }

    /** Routes that the peer is told. */
    int announcedTo(Peer peer) {
        int announced = 0;
        for (var out : outs) {
            announced += out.announcedTo(peer);
        }
        return announced;
    }

    /** Prefixes not told because of the group's limit. */
    int overLimit() {
        return overLimit.size();
    }

    int origin(int place, int prefix) {
        return place < outs.size() ? outs.get(place).origin(prefix) : 0;
    }

    private Member join(Peer peer, Outlet outlet, Lag lag) {
        var member = new Member(peer, this, outlet);
        member.lag = lag;
        members.add(member);
        memberPeers.add(peer.index);
        rule.addMember(peer.identity.address());
        markNextHop(peer);
        return member;
    }

    /** A peer came or went whose own address may be the next hop of what the group is told: that is told another way then. */
    private void markNextHop(Peer peer) {
        int nextHop = attributes.nextHops().find(peer.identity.address());
        if (nextHop < 0 || members.isEmpty()) {
            return;
        }
        rule.forget();
        for (var out : outs) {
            for (int p = out.next(0); p >= 0; p = out.next(p + 1)) {
                if (attributes.nextHop(out.attribute(p)) == nextHop) {
                    mark(p);
                }
            }
        }
    }

    /** @param again whether the peer was told the routes before */
    private void resend(Peer peer, Lag lag, boolean again) {
        for (int p = nextAnnouncedTo(peer, 0); p >= 0; p = nextAnnouncedTo(peer, p + 1)) {
            if (pend(lag, p) && again) {
                noteTold(peer, lag, p);
            }
        }
    }

    private int nextAnnouncedTo(Peer peer, int start) {
        int next = -1;
        for (var out : outs) {
            int found = out.nextAnnouncedTo(peer, start);
            next = found < 0 || (next >= 0 && next < found) ? next : found;
        }
        return next;
    }

    /** The member was told what the tables say of the prefix now. */
    private void noteTold(Peer peer, Lag lag, int prefix) {
        for (int place = 0; place < outs.size(); place++) {
            if (announcedTo(peer, place, prefix) != AttributeTable.NONE) {
                lag.setAnnounced(place, prefix, true);
            }
        }
    }

    private boolean pend(Lag lag, int prefix) {
        return lag.pending.add(prefix);
    }

    /** Moves the Loc-RIB's best route of the prefix to the Adj-RIB-Out, and to the page when that changes anything. */
    private void takeBest(int prefix) {
        int best = loc.best(prefix);
        int attribute = best == LocRib.NO_BEST ? AttributeTable.NONE : rule.export(loc.column(best), prefix);
        take(0, prefix, attribute, attribute == AttributeTable.NONE ? 0 : rule.origin());
        loc.release(prefix);
    }

    private void makePlaces(int places) {
        while (outs.size() < places) {
            outs.add(new AdjRibOut(loc, attributes));
        }
    }

    /** Moves the paths of the prefix to the Adj-RIB-Out, as many as may be told, and to the page what changed. */
    private void takePaths(int prefix) {
        makePlaces(loc.columns.length);
        int count = loc.rank(prefix, key.addPath());
        for (int place = 0; place < outs.size(); place++) {
            boolean among = false;
            for (int i = 0; i < count; i++) {
                among |= loc.ranked(i) == place;
            }
            int attribute = among ? rule.export(loc.column(place), prefix) : AttributeTable.NONE;
            take(place, prefix, attribute, attribute == AttributeTable.NONE ? 0 : rule.origin());
        }
        loc.release(prefix);
    }

    private void take(int place, int prefix, int exported, int exportedOrigin) {
        var out = outs.get(place);
        int before = out.attribute(prefix);
        int attribute = limited(prefix, before, exported);
        int origin = attribute == AttributeTable.NONE ? 0 : exportedOrigin;
        int originBefore = out.origin(prefix);
        if (attribute == before ? origin == originBefore : isSame(before, originBefore, attribute, origin)) {
            return;
        }
        out.set(prefix, attribute, origin);
        announced += (attribute == AttributeTable.NONE ? 0 : 1) - (before == AttributeTable.NONE ? 0 : 1);
        int peerBefore = AdjRibOut.peer(originBefore);
        int except = attribute == AttributeTable.NONE ? peerBefore : AdjRibOut.peer(origin);
        page.add(
                prefix,
                place,
                attribute,
                origin,
                memberPeers.contains(except) ? except : Page.NOBODY,
                before,
                peerBefore);
        if (overLimit.size() > 0 && announced < key.sendLimit()) {
            mark(overLimit.next(0));
        }
    }

    /** Whether the members are told the same by other attributes as before. */
    private boolean isSame(int before, int originBefore, int attribute, int origin) {
        return before != AttributeTable.NONE
                && attribute != AttributeTable.NONE
                && writer.same(before, originBefore, writer, attribute, origin);
    }

    /** The route, or none when it would be one too many. */
    private int limited(int prefix, int before, int exported) {
        if (exported != AttributeTable.NONE && before == AttributeTable.NONE && announced >= key.sendLimit()) {
            overLimit.add(prefix);
            return AttributeTable.NONE;
        }
        return exported;
    }

    /** Encodes the page once and gives it to all members that follow; for those that lag it is noted. */
    private void deliver() {
        boolean anyFollows = false;
        for (var member : members) {
            anyFollows |= member.lag == null;
        }
        if (anyFollows) {
            var written = writer.write(page);
            for (var member : members) {
                if (member.lag == null && !deliver(member, written)) {
                    member.lag = new Lag(false);
                }
            }
            written.release();
        }
        for (var member : members) {
            if (member.lag != null) {
                note(member.peer, member.lag);
            }
        }
    }

    private boolean deliver(Member member, ByteBuf written) {
        if (!member.outlet.isWritable()) {
            return false;
        }
        int peer = member.peer.index;
        var messages = page.excepts(peer) ? writer.writeFor(peer, page, written) : written.retainedDuplicate();
        if (!messages.isReadable()) {
            messages.release();
            return true;
        }
        return member.outlet.send(messages);
    }

    /** The page's prefixes are pending from now on; those that were so before have been noted then as what the member was told. */
    private void note(Peer peer, Lag lag) {
        for (int first = 0, end; first < page.size; first = end) {
            int prefix = page.prefix[first];
            end = first + 1;
            while (end < page.size && page.prefix[end] == prefix) {
                end++;
            }
            if (pend(lag, prefix)) {
                if (key.addPath() > 0) {
                    noteTold(peer, lag, prefix);
                }
                for (int i = first; i < end; i++) {
                    lag.setAnnounced(page.place[i], prefix, page.wasTold(i, peer.index));
                }
            }
        }
    }

    /** Whether export policy rejects everything, so that no change matters. */
    boolean tellsNothing() {
        return tellsNothing;
    }

    /** Whether the group needs the prefix's id: for what was told, or is to be. */
    boolean refersTo(int prefix) {
        for (var out : outs) {
            if (out.attribute(prefix) != AttributeTable.NONE) {
                return true;
            }
        }
        for (var member : members) {
            if (member.lag != null && member.lag.pending.contains(prefix)) {
                return true;
            }
        }
        return dirty.contains(prefix);
    }

    /** All prefixes are looked at again. */
    void markAll() {
        rule.forget();
        if (tellsNothing) {
            return;
        }
        for (int prefix = loc.nextWithBest(0); prefix >= 0; prefix = loc.nextWithBest(prefix + 1)) {
            mark(prefix);
        }
    }

    private boolean catchUp(Member member, Lag lag) {
        for (int pages = 0; pages < PAGES_PER_PASS; pages++) {
            if (!member.outlet.isWritable()) {
                return false;
            }
            if (lag.isDemarcated && !lag.hasBegun) {
                lag.hasBegun = member.outlet.send(writer.demarcation(Framing.REFRESH_BEGINS));
                if (!lag.hasBegun) {
                    return false;
                }
            }
            if (lag.pending.size() == 0) {
                finish(member, lag);
                return false;
            }
            gather(member, lag);
            if (page.size > 0 && !member.outlet.send(writer.write(page))) {
                return false;
            }
            settle(lag);
        }
        return true;
    }

    /** The next pending prefixes, with what the member is to be told about each. */
    private void gather(Member member, Lag lag) {
        page.clear();
        for (int p = lag.pending.next(lag.next); p >= 0 && !page.isFull(); p = lag.pending.next(p + 1)) {
            int before = page.size;
            for (int place = 0; place < outs.size(); place++) {
                int attribute = announcedTo(member.peer, place, p);
                if (attribute != AttributeTable.NONE || lag.isAnnounced(place, p)) {
                    int origin = attribute == AttributeTable.NONE ? 0 : origin(place, p);
                    page.add(p, place, attribute, origin, Page.NOBODY, AttributeTable.NONE, 0);
                }
            }
            if (page.size == before) {
                lag.pending.remove(p);
                loc.release(p);
            }
        }
        // Begins at the lowest id again once the end was reached.
        lag.next = page.isFull() ? page.prefix[page.size - 1] + 1 : 0;
    }

    private void settle(Lag lag) {
        for (int i = 0; i < page.size; i++) {
            lag.settle(page.place[i], page.prefix[i]);
            if (lag.pending.remove(page.prefix[i])) {
                loc.release(page.prefix[i]);
            }
        }
    }

    /** Nothing is pending: the member follows from now on; the first table ends with End-of-RIB (RFC 4724 section 2). */
    private void finish(Member member, Lag lag) {
        if (!queue.isEmpty()) {
            return;
        }
        if (lag.isInitial) {
            if (!member.outlet.send(writer.endOfRib())) {
                return;
            }
            member.endOfRibSent = true;
        }
        if (lag.isDemarcated && !member.outlet.send(writer.demarcation(Framing.REFRESH_ENDS))) {
            return;
        }
        member.lag = null;
    }
}
