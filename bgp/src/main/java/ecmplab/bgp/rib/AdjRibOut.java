package ecmplab.bgp.rib;

/**
 * What the members of an update group are told, at most one path a prefix: for each prefix id an attribute id, and where that came from
 * with how it is to be sent, which includes what export policy still has to make of the attributes. A group that is told several paths (ADD-PATH) has several of these.
 */
final class AdjRibOut {
    /** In an origin: we put ourselves in as next hop. */
    static final int SELF = 1 << 30;
    /** In an origin: MED goes to another AS too. */
    static final int KEEPS_MED = 1 << 29;
    /** In an origin: extended communities that are not transitive go to another AS too. */
    static final int KEEPS_COMMUNITIES = 1 << 28;

    /** Numbers of {@link ExportEdits} in an origin; zero is none. */
    static final int MOST_EDITS = 0xFF;

    private static final int EDIT_SHIFT = 20;
    private static final int EDIT = MOST_EDITS << EDIT_SHIFT;
    private static final int PEER = (1 << EDIT_SHIFT) - 1;

    private final LocRib loc;
    private final AttributeTable attributes;
    private final IntColumn attribute = new IntColumn();
    private final IntColumn origin = new IntColumn();
    private final IntColumn announcedByPeer = new IntColumn();
    private int announced;

    AdjRibOut(LocRib loc, AttributeTable attributes) {
        this.loc = loc;
        this.attributes = attributes;
    }

    /** Index of the peer in an origin. */
    static int peer(int origin) {
        return origin & PEER;
    }

    /** What is still to be made of the attributes: a number of {@link ExportEdits}. */
    static int edit(int origin) {
        return (origin & EDIT) >>> EDIT_SHIFT;
    }

    static int withEdit(int origin, int edit) {
        return (origin & ~EDIT) | edit << EDIT_SHIFT;
    }

    int attribute(int prefix) {
        return attribute.get(prefix);
    }

    /** Index of the peer that the route is from, and the flags above; 0 for a prefix without a route. */
    int origin(int prefix) {
        return origin.get(prefix);
    }

    void set(int prefix, int attributeId, int from) {
        int before = attribute.get(prefix);
        attributes.retain(attributeId);
        if (attributeId != AttributeTable.NONE) {
            announced++;
            announcedByPeer.add(peer(from), 1);
        }
        if (before != AttributeTable.NONE) {
            announced--;
            announcedByPeer.add(peer(origin.get(prefix)), -1);
        }
        attribute.set(prefix, attributeId);
        origin.set(prefix, from);
        attributes.release(before);
        if (attributeId == AttributeTable.NONE) {
            loc.release(prefix);
        }
    }

    /** Reads the rows of the prefixes, and decides nothing by it: see {@link PrefixTable#touch}. */
    long touch(int[] some, int count) {
        long seen = 0;
        int line = -1;
        for (int i = 0; i < count; i++) {
            if (IntColumn.line(some[i]) != line) {
                line = IntColumn.line(some[i]);
                seen += attribute.get(some[i]) + origin.get(some[i]);
            }
        }
        return seen;
    }

    /** Attribute id of what the peer is told about the prefix: nothing, when the route is its own. */
    int announcedTo(Peer peer, int prefix) {
        int told = attribute.get(prefix);
        return told != AttributeTable.NONE && peer(origin.get(prefix)) != peer.index ? told : AttributeTable.NONE;
    }

    /** Routes in here, whoever is told them. */
    int announced() {
        return announced;
    }

    /** Prefixes that the peer is told. */
    int announcedTo(Peer peer) {
        return announced - announcedByPeer.get(peer.index);
    }

    /** The lowest prefix id from {@code start} on that the peer is told a route for, or -1. */
    int nextAnnouncedTo(Peer peer, int start) {
        for (int p = next(start); p >= 0; p = next(p + 1)) {
            if (announcedTo(peer, p) != AttributeTable.NONE) {
                return p;
            }
        }
        return -1;
    }

    /** The lowest prefix id from {@code start} on with a route, or -1. */
    int next(int start) {
        for (int p = attribute.skipUnwritten(start); p < attribute.limit(); p = attribute.skipUnwritten(p + 1)) {
            if (attribute.get(p) != AttributeTable.NONE) {
                return p;
            }
        }
        return -1;
    }

    void clear() {
        for (int p = next(0); p >= 0; p = next(p + 1)) {
            set(p, AttributeTable.NONE, 0);
        }
    }
}
