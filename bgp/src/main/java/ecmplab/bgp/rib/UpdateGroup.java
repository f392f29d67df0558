package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.attribute.UpdateEncoder.Fit;
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
 * Peers that are told the same: their common Adj-RIB-Out as columns, and the prefixes whose route has changed since they were told.
 * A change sets a bit and takes a place in a queue once, so the last writer wins and a flood coalesces. Each UPDATE is encoded once
 * and goes to all members but the one that the route came from; a member that cannot take it gets a {@link Lag} of its own.
 */
final class UpdateGroup {
    /** Pages sent in one pass, before input is looked at again. */
    private static final int PAGES_PER_PASS = 64;

    private static final int LARGEST_FIRST_BUFFER = 1 << 16;

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
    private final LocRib loc;
    private final AttributeTable attributes;
    private final ByteBufAllocator allocator;
    private final UpdateEncoder encoder;
    private final ExportForm form;

    private final IntColumn out = new IntColumn();
    private final IntColumn from = new IntColumn();
    private final IntColumn announcedByPeer = new IntColumn();
    private final IdSet dirty = new IdSet();
    private final IntQueue queue = new IntQueue();
    private final Page page;
    private int announced;
    /** Routes not sent because no message can carry their attributes (RFC 4271 section 9.2). */
    private long tooLarge;

    /** @param page scratch memory, which groups share */
    UpdateGroup(Key key, LocRib loc, AttributeTable attributes, Asn localAs, Page page, ByteBufAllocator allocator) {
        this.key = key;
        this.loc = loc;
        this.attributes = attributes;
        this.page = page;
        this.allocator = allocator;
        encoder = new UpdateEncoder(key.maxMessageSize(), key.fourOctetAs());
        form = new ExportForm(
                key.kind(),
                localAs,
                key.nextHop() == null ? new byte[0] : key.nextHop().getAddress());
        for (int prefix = loc.nextWithBest(0); prefix >= 0; prefix = loc.nextWithBest(prefix + 1)) {
            mark(prefix);
        }
    }

    /** The member is told the whole table, then End-of-RIB, then what changes. */
    Member add(Peer peer, Outlet outlet) {
        var member = new Member(peer, this, outlet);
        members.add(member);
        resend(member, false);
        return member;
    }

    /** Tells the member all routes again (RFC 2918). */
    void refresh(Member member) {
        if (member.lag == null) {
            member.lag = new Lag(false);
        }
        resend(member, true);
    }

    void remove(Member member) {
        members.remove(member);
        if (member.lag != null) {
            var pending = member.lag.pending;
            for (int prefix = pending.next(0); prefix >= 0; prefix = pending.next(prefix + 1)) {
                loc.release(prefix);
            }
        }
        if (members.isEmpty()) {
            dissolve();
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

    /** Whether all changes were told to those members that follow. */
    boolean isDrained() {
        return queue.isEmpty();
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

    int announcedTo(Peer peer) {
        return announced - announcedByPeer.get(peer.index);
    }

    /** Attribute id of what the peer is or will be told about the prefix. */
    int announcedTo(Peer peer, int prefix) {
        int attribute = out.get(prefix);
        return attribute != AttributeTable.NONE && from.get(prefix) != peer.index ? attribute : AttributeTable.NONE;
    }

    /** Peer index of where the announced route came from. */
    int announcedFrom(int prefix) {
        return from.get(prefix);
    }

    long tooLarge() {
        return tooLarge;
    }

    /** The block as the members get it, in memory that lasts until the next call. */
    ExportForm rewrite(int attribute, int fromPeer) {
        form.rewrite(
                attributes.octets(attribute),
                attributes.offset(attribute),
                attributes.length(attribute),
                fromPeer == Peer.LOCAL_INDEX,
                attributes.localPref(attribute));
        return form;
    }

    private void resend(Member member, boolean again) {
        var lag = member.lag;
        if (lag == null) {
            return;
        }
        for (int p = out.skipUnwritten(0); p < out.limit(); p = out.skipUnwritten(p + 1)) {
            if (announcedTo(member.peer, p) != AttributeTable.NONE && lag.pending.add(p)) {
                loc.retain(p);
                if (again) {
                    lag.announced.add(p);
                }
            }
        }
    }

    /** Moves the Loc-RIB's route of the prefix to the Adj-RIB-Out, and to the page when that changes anything. */
    private void take(int prefix) {
        dirty.remove(prefix);
        int attribute = exported(prefix);
        int peer = attribute == AttributeTable.NONE ? 0 : loc.best(prefix);
        int before = out.get(prefix);
        int peerBefore = from.get(prefix);
        if (attribute == before && peer == peerBefore) {
            loc.release(prefix);
            return;
        }
        attributes.retain(attribute);
        out.set(prefix, attribute);
        from.set(prefix, peer);
        if (before != AttributeTable.NONE) {
            announced--;
            announcedByPeer.add(peerBefore, -1);
            loc.release(prefix);
        }
        if (attribute != AttributeTable.NONE) {
            announced++;
            announcedByPeer.add(peer, 1);
            loc.retain(prefix);
        }
        attributes.release(before);
        int except = attribute == AttributeTable.NONE ? peerBefore : peer;
        page.add(prefix, attribute, isMember(except) ? except : Page.NOBODY, before, peerBefore);
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
        // What rewriting can add at most; AS4_PATH repeats the path.
        if (2 * attributes.length(attribute) + 128 > key.maxMessageSize() && !fits(attribute, peer)) {
            tooLarge++;
            return AttributeTable.NONE;
        }
        return attribute;
    }

    private boolean fits(int attribute, int peer) {
        var trial = allocator.heapBuffer(16);
        try {
            boolean fits = begin(trial, attribute, peer) == Fit.FITS;
            if (fits) {
                encoder.finish();
            }
            return fits;
        } finally {
            trial.release();
        }
    }

    private Fit begin(ByteBuf buffer, int attribute, int peer) {
        var rewritten = rewrite(attribute, peer);
        return encoder.announce(buffer, key.family(), rewritten.octets(), 0, rewritten.length());
    }

    /** Encodes the page once and gives it to all members that follow; for those that lag it is noted. */
    private void deliver() {
        boolean anyFollows = false;
        for (var member : members) {
            anyFollows |= member.lag == null;
        }
        if (anyFollows) {
            var buffer = encode();
            try {
                for (var member : members) {
                    if (member.lag == null && !deliver(buffer, member)) {
                        member.lag = new Lag(false);
                    }
                }
            } finally {
                buffer.release();
            }
        }
        for (var member : members) {
            if (member.lag != null) {
                note(member, member.lag);
            }
        }
        for (int i = 0; i < page.size; i++) {
            loc.release(page.prefix[i]);
        }
    }

    private boolean deliver(ByteBuf buffer, Member member) {
        if (!member.outlet.isWritable()) {
            return false;
        }
        int peer = member.peer.index;
        if (!page.excepts(peer)) {
            return member.outlet.send(buffer.retainedDuplicate());
        }
        var own = allocator.directBuffer(buffer.readableBytes());
        withdrawOwn(own, peer);
        for (int i = 0; i < page.chunks; i++) {
            if (page.chunkExcept[i] != peer) {
                int end = i + 1 < page.chunks ? page.chunkStart[i + 1] : buffer.writerIndex();
                own.writeBytes(buffer, page.chunkStart[i], end - page.chunkStart[i]);
            }
        }
        if (!own.isReadable()) {
            own.release();
            return true;
        }
        return member.outlet.send(own);
    }

    /** Encodes the page, in chunks by whom they are not for. */
    private ByteBuf encode() {
        page.arrange();
        var buffer = allocator.directBuffer(Math.min(LARGEST_FIRST_BUFFER, 512 + 64 * page.size));
        for (int i = 0; i < page.size; ) {
            int first = page.order[i];
            page.chunk(buffer.writerIndex(), page.except[first]);
            open(buffer, page.attribute[first], page.prefix[first]);
            for (; i < page.size && page.together(first, page.order[i]); i++) {
                prefix(page.prefix[page.order[i]]);
            }
            encoder.finish();
        }
        return buffer;
    }

    /** Withdraws from the peer what it was told before the route became its own. */
    private void withdrawOwn(ByteBuf buffer, int peer) {
        encoder.withdraw(buffer, key.family());
        for (int i = 0; i < page.size; i++) {
            boolean itsOwn = page.except[i] == peer && page.attribute[i] != AttributeTable.NONE;
            if (itsOwn && wasTold(i, peer)) {
                prefix(page.prefix[i]);
            }
        }
        encoder.finish();
    }

    private void open(ByteBuf buffer, int attribute, int prefix) {
        if (attribute == AttributeTable.NONE) {
            encoder.withdraw(buffer, key.family());
        } else if (begin(buffer, attribute, from.get(prefix)) != Fit.FITS) {
            throw new IllegalStateException("attributes that fitted do not fit: " + attribute);
        }
    }

    private void prefix(int id) {
        encoder.prefix(loc.prefixes.high(id), loc.prefixes.low(id), loc.prefixes.length(id));
    }

    private boolean wasTold(int entry, int peer) {
        return page.attributeBefore[entry] != AttributeTable.NONE && page.fromBefore[entry] != peer;
    }

    private void note(Member member, Lag lag) {
        for (int i = 0; i < page.size; i++) {
            int prefix = page.prefix[i];
            if (lag.pending.add(prefix)) {
                loc.retain(prefix);
                if (wasTold(i, member.peer.index)) {
                    lag.announced.add(prefix);
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
            if (page.size > 0 && !member.outlet.send(encode())) {
                return false;
            }
            settle(lag);
        }
        return true;
    }

    /** The next pending prefixes, with what the member is to be told about each. */
    private void gather(Member member, Lag lag) {
        page.clear();
        for (int p = lag.pending.next(0); p >= 0 && !page.isFull(); p = lag.pending.next(p + 1)) {
            int attribute = announcedTo(member.peer, p);
            if (attribute != AttributeTable.NONE || lag.announced.contains(p)) {
                page.add(p, attribute, Page.NOBODY, AttributeTable.NONE, 0);
            } else {
                lag.pending.remove(p);
                loc.release(p);
            }
        }
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
        if (lag.isInitial && !member.endOfRibSent) {
            var buffer = allocator.directBuffer(64);
            encoder.endOfRib(buffer, key.family());
            if (!member.outlet.send(buffer)) {
                return;
            }
            member.endOfRibSent = true;
        }
        member.lag = null;
    }

    private boolean isMember(int peerIndex) {
        for (var member : members) {
            if (member.peer.index == peerIndex) {
                return true;
            }
        }
        return false;
    }

    private void dissolve() {
        for (int p = out.skipUnwritten(0); p < out.limit(); p = out.skipUnwritten(p + 1)) {
            if (out.get(p) != AttributeTable.NONE) {
                attributes.release(out.get(p));
                out.set(p, AttributeTable.NONE);
                loc.release(p);
            }
        }
        while (!queue.isEmpty()) {
            loc.release(queue.remove());
        }
    }
}
