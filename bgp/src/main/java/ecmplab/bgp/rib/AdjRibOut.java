package ecmplab.bgp.rib;

/** What the members of an update group are told: for each prefix id an attribute id of the Loc-RIB, and the peer that it came from. */
final class AdjRibOut {
    private final LocRib loc;
    private final AttributeTable attributes;
    private final IntColumn attribute = new IntColumn();
    private final IntColumn from = new IntColumn();
    private final IntColumn announcedByPeer = new IntColumn();
    private int announced;

    AdjRibOut(LocRib loc, AttributeTable attributes) {
        this.loc = loc;
        this.attributes = attributes;
    }

    int attribute(int prefix) {
        return attribute.get(prefix);
    }

    /** Peer index; 0 for a prefix without a route. */
    int from(int prefix) {
        return from.get(prefix);
    }

    void set(int prefix, int attributeId, int peer) {
        int before = attribute.get(prefix);
        attributes.retain(attributeId);
        if (attributeId != AttributeTable.NONE) {
            announced++;
            announcedByPeer.add(peer, 1);
            loc.retain(prefix);
        }
        if (before != AttributeTable.NONE) {
            announced--;
            announcedByPeer.add(from.get(prefix), -1);
            loc.release(prefix);
        }
        attribute.set(prefix, attributeId);
        from.set(prefix, peer);
        attributes.release(before);
    }

    /** Attribute id of what the peer is told about the prefix: nothing, when the route is its own. */
    int announcedTo(Peer peer, int prefix) {
        int told = attribute.get(prefix);
        return told != AttributeTable.NONE && from.get(prefix) != peer.index ? told : AttributeTable.NONE;
    }

    /** Prefixes that the peer is told. */
    int announcedTo(Peer peer) {
        return announced - announcedByPeer.get(peer.index);
    }

    /** The lowest prefix id from {@code start} on that the peer is told a route for, or -1. */
    int nextAnnouncedTo(Peer peer, int start) {
        for (int p = attribute.skipUnwritten(start); p < attribute.limit(); p = attribute.skipUnwritten(p + 1)) {
            if (announcedTo(peer, p) != AttributeTable.NONE) {
                return p;
            }
        }
        return -1;
    }

    void clear() {
        for (int p = attribute.skipUnwritten(0); p < attribute.limit(); p = attribute.skipUnwritten(p + 1)) {
            if (attribute.get(p) != AttributeTable.NONE) {
                set(p, AttributeTable.NONE, 0);
            }
        }
    }
}
