package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Peers that are told the same: their common Adj-RIB-Out, and the prefixes whose route has changed since they were told. A change sets
 * a bit and takes a place in a queue once, so the last writer wins and a flood coalesces. Each UPDATE is encoded once and goes to all
 * members but the one that the route came from; a member that cannot take it gets a {@link Lag} of its own.
 */
final class UpdateGroup {
    /** Pages sent in one pass, before input is looked at again. */
    private static final int PAGES_PER_PASS = 64;

    /** What members have in common. */
    record Key(
            AddressFamily family,
            PeerKind kind,
            Policy policy,
            @Nullable InetAddress nextHop,
            boolean fourOctetAs,
            int maxMessageSize) {}

    final Key key;
    final List<Member> members = new ArrayList<>();
    /** Peer indexes of {@link #members}. */
    private final IdSet memberPeers = new IdSet();

    final AdjRibOut out;
    final UpdateWriter writer;
    private final LocRib loc;
    private final AttributeTable attributes;
    private final IdSet dirty = new IdSet();
    private final IntQueue queue = new IntQueue();
    private final Page page;
    private long tooLarge;

    /** @param page scratch memory, which groups share */
    UpdateGroup(Key key, LocRib loc, AttributeTable attributes, Asn localAs, Page page, ByteBufAllocator allocator) {
        this.key = key;
        this.loc = loc;
        this.attributes = attributes;
        this.page = page;
        out = new AdjRibOut(loc, attributes);
        writer = new UpdateWriter(key, loc.prefixes, attributes, localAs, allocator);
        for (int prefix = loc.nextWithBest(0); prefix >= 0; prefix = loc.nextWithBest(prefix + 1)) {
            mark(prefix);
        }
    }

    /** The member is told the whole table, then End-of-RIB, then what changes. */
    Member add(Peer peer, Outlet outlet) {
        var member = new Member(peer, this, outlet);
        var lag = new Lag(true);
        member.lag = lag;
        members.add(member);
        memberPeers.add(peer.index);
        resend(peer, lag, false);
        return member;
    }

    /** Tells the member all routes again (RFC 2918). */
    void refresh(Member member) {
        var lag = member.lag == null ? new Lag(false) : member.lag;
        member.lag = lag;
        resend(member.peer, lag, true);
    }

    void remove(Member member) {
        members.remove(member);
        memberPeers.remove(member.peer.index);
        if (member.lag != null) {
            var pending = member.lag.pending;
            for (int prefix = pending.next(0); prefix >= 0; prefix = pending.next(prefix + 1)) {
                loc.release(prefix);
            }
        }
        if (members.isEmpty()) {
            out.clear();
            while (!queue.isEmpty()) {
                loc.release(queue.remove());
            }
        }
    }

    /** The prefix's best route may have changed. */
    void mark(int prefix) {
        if (dirty.add(prefix)) {
            loc.retain(prefix);
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
                take(queue.remove());
            }
            if (page.size > 0) {
                deliver();
            }
        }
        return false;
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

    /** Times that a route was not sent because no message can carry its attributes (RFC 4271 section 9.2). */
    long tooLarge() {
        return tooLarge;
    }

    /** @param again whether the peer was told the routes before */
    private void resend(Peer peer, Lag lag, boolean again) {
        for (int p = out.nextAnnouncedTo(peer, 0); p >= 0; p = out.nextAnnouncedTo(peer, p + 1)) {
            if (lag.pending.add(p)) {
                loc.retain(p);
                if (again) {
                    lag.announced.add(p);
                }
            }
        }
    }

    /**
     * Moves the Loc-RIB's route of the prefix to the Adj-RIB-Out, and to the page when that changes anything. The page then holds the
     * reference to the prefix.
     */
    private void take(int prefix) {
        dirty.remove(prefix);
        int attribute = exported(prefix);
        int peer = attribute == AttributeTable.NONE ? 0 : loc.best(prefix);
        int before = out.attribute(prefix);
        int peerBefore = out.from(prefix);
        if (attribute == before && peer == peerBefore) {
            loc.release(prefix);
            return;
        }
        out.set(prefix, attribute, peer);
        int except = attribute == AttributeTable.NONE ? peerBefore : peer;
        page.add(prefix, attribute, peer, memberPeers.contains(except) ? except : Page.NOBODY, before, peerBefore);
    }

    /** What may be announced of the Loc-RIB's route: its attribute id, or none. */
    private int exported(int prefix) {
        int peer = loc.best(prefix);
        if (peer == LocRib.NO_BEST) {
            return AttributeTable.NONE;
        }
        int attribute = loc.bestAttribute(prefix);
        boolean external = key.kind() == PeerKind.EBGP;
        boolean forbidden = external
                ? attributes.any(attribute, BlockFacts.NO_EXPORT | BlockFacts.NO_ADVERTISE)
                : attributes.any(attribute, BlockFacts.NO_ADVERTISE) || loc.kind(peer) == PeerKind.IBGP;
        boolean noNextHop = key.nextHop() == null && (external || peer == Peer.LOCAL_INDEX);
        if (forbidden || noNextHop || !loc.accepted(key.policy(), prefix)) {
            return AttributeTable.NONE;
        }
        if (!writer.fits(attribute, peer)) {
            tooLarge++;
            return AttributeTable.NONE;
        }
        return attribute;
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
                note(member.peer.index, member.lag);
            }
        }
        for (int i = 0; i < page.size; i++) {
            loc.release(page.prefix[i]);
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

    private void note(int peer, Lag lag) {
        for (int i = 0; i < page.size; i++) {
            if (lag.pending.add(page.prefix[i])) {
                loc.retain(page.prefix[i]);
                if (page.wasTold(i, peer)) {
                    lag.announced.add(page.prefix[i]);
                }
            }
        }
    }

    private boolean catchUp(Member member, Lag lag) {
        for (int pages = 0; pages < PAGES_PER_PASS; pages++) {
            if (!member.outlet.isWritable()) {
                return false;
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
            int attribute = out.announcedTo(member.peer, p);
            if (attribute != AttributeTable.NONE || lag.announced.contains(p)) {
                page.add(p, attribute, out.from(p), Page.NOBODY, AttributeTable.NONE, 0);
            } else {
                lag.pending.remove(p);
                loc.release(p);
            }
        }
        // Begins at the lowest id again once the end was reached.
        lag.next = page.isFull() ? page.prefix[page.size - 1] + 1 : 0;
    }

    private void settle(Lag lag) {
        for (int i = 0; i < page.size; i++) {
            lag.pending.remove(page.prefix[i]);
            lag.announced.remove(page.prefix[i]);
            loc.release(page.prefix[i]);
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
        member.lag = null;
    }
}
