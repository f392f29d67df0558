package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.function.Function;

/** Replays batches into the tables: one look-up of attributes an UPDATE. */
final class BatchReader implements RouteBatch.Sink {
    private final AttributeTable attributes;
    private final Function<AddressFamily, LocRib> tables;
    private Peer peer;
    private int attribute = AttributeTable.NONE;
    private int announced;
    private int withdrawn;

    /** @param local whom nothing is replayed of; stands for a peer until there is one */
    BatchReader(AttributeTable attributes, Function<AddressFamily, LocRib> tables, Peer local) {
        this.attributes = attributes;
        this.tables = tables;
        peer = local;
    }

    Rib.Applied replay(Peer from, RouteBatch batch) {
        peer = from;
        announced = 0;
        withdrawn = 0;
        batch.replay(this);
        attributes.release(attribute);
        attribute = AttributeTable.NONE;
        from.in.values().forEach(AdjRibIn::forget);
        return new Rib.Applied(announced, withdrawn);
    }

    @Override
    public void attributes(byte[] octets, int from, int length) {
        attributes.release(attribute);
        attribute = length > AttributeArena.LONGEST ? AttributeTable.NONE : attributes.intern(octets, from, length);
    }

    @Override
    public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        var in = peer.in(family);
        announced++;
        if (in != null && attribute == AttributeTable.NONE) {
            // Longer than any message of ours can carry, as the path of a peer with two-octet AS numbers may
            // become.
            peer.refused++;
            tables.apply(family).unreach(in, high, low, prefixLength, pathId);
        } else if (in != null) {
            if (attributes.any(attribute, BlockFacts.OWN_AS)) {
                peer.loops++;
            }
            tables.apply(family).reach(in, high, low, prefixLength, pathId, attribute);
        }
    }

    @Override
    public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        var in = peer.in(family);
        withdrawn++;
        if (in != null) {
            tables.apply(family).unreach(in, high, low, prefixLength, pathId);
        }
    }

    @Override
    public void endOfRib(AddressFamily family) {
        var in = peer.in(family);
        if (in != null) {
            in.endOfRib = true;
            tables.apply(family).sweepStale(in);
        }
    }
}
