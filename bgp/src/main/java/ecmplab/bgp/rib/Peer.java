package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One established session as the RIB sees it: a column of routes in, and a place in an update group out. Made by {@link Rib#up}. */
public final class Peer implements Comparable<Peer> {
    /** The peer that stands for this speaker's own routes. */
    static final int LOCAL_INDEX = 0;

    final PeerIdentity identity;
    /** Dense, used again once the peer is gone. */
    final int index;
    /** Never used again. */
    final int serial;

    final Map<AddressFamily, AdjRibIn> in = new EnumMap<>(AddressFamily.class);
    final Map<AddressFamily, Member> out = new EnumMap<>(AddressFamily.class);
    private final byte[] address;
    /** Routes received with our own AS in their path. */
    long loops;
    /** Routes not taken because the prefix table was full. */
    long refused;

    boolean isUp = true;

    Peer(PeerIdentity identity, int index, int serial) {
        this.identity = identity;
        this.index = index;
        this.serial = serial;
        address = identity.address().getAddress();
    }

    public PeerIdentity identity() {
        return identity;
    }

    boolean isLocal() {
        return index == LOCAL_INDEX;
    }

    @Nullable
    AdjRibIn in(AddressFamily family) {
        return in.get(family);
    }

    /** The order of the last two tie-breakers (RFC 4271 section 9.1.2.2 f, g): lower router id, then lower address. */
    @Override
    public int compareTo(Peer other) {
        int order = identity.routerId().compareTo(other.identity.routerId());
        order = order != 0 ? order : Integer.compare(address.length, other.address.length);
        return order != 0 ? order : Arrays.compareUnsigned(address, other.address);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return serial;
    }

    @Override
    public String toString() {
        return identity.address().getHostAddress() + " AS " + identity.asn();
    }
}
