package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Replays batches into the tables: one look-up of attributes an UPDATE. */
final class BatchReader implements RouteBatch.Sink {
    private final AttributeTable attributes;
    /** By family. */
    private final LocRib[] tables;

    private final @Nullable AdjRibIn[] ins;
    private Peer peer;
    private int attribute = AttributeTable.NONE;
    private int announced;
    private int withdrawn;
    /** Keeps what {@link #soon} reads from being optimised away. */
    @SuppressWarnings("UnusedVariable") // reading is all that is wanted
    private long touched;

    /** @param local whom nothing is replayed of; stands for a peer until there is one */
    BatchReader(AttributeTable attributes, Function<AddressFamily, LocRib> tables, Peer local) {
        this.attributes = attributes;
        this.tables = Arrays.stream(AddressFamily.values()).map(tables).toArray(LocRib[]::new);
        ins = new AdjRibIn[this.tables.length];
        peer = local;
    }

    Rib.Applied replay(Peer from, RouteBatch batch) {
        peer = from;
        announced = 0;
        withdrawn = 0;
        for (int i = 0; i < ins.length; i++) {
            ins[i] = from.in(tables[i].family());
        }
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
        var in = ins[family.ordinal()];
        announced++;
        if (in != null && attribute == AttributeTable.NONE) {
            // Longer than any message of ours can carry, as the path of a peer with two-octet AS numbers may
            // become.
            peer.refused++;
            tables[family.ordinal()].unreach(in, high, low, prefixLength, pathId);
        } else if (in != null) {
            if (attributes.any(attribute, BlockFacts.OWN_AS)) {
                peer.loops++;
            }
            tables[family.ordinal()].reach(in, high, low, prefixLength, pathId, attribute);
        }
    }

    @Override
    public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        var in = ins[family.ordinal()];
        withdrawn++;
        if (in != null) {
            tables[family.ordinal()].unreach(in, high, low, prefixLength, pathId);
        }
    }

    @Override
    public void soon(AddressFamily family, long high, long low, int prefixLength) {
        if (ins[family.ordinal()] != null) {
            touched += tables[family.ordinal()].prefixes.touch(high, low, prefixLength);
        }
    }

    @Override
    public void endOfRib(AddressFamily family) {
        var in = ins[family.ordinal()];
        if (in != null) {
            in.endOfRib = true;
            tables[family.ordinal()].sweepStale(in);
        }
    }
}
