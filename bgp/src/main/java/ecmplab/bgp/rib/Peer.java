package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One established session as the RIB sees it: columns of routes in, and a place in an update group out. Made by {@link Rib#up}. */
public final class Peer {
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
    /** Null for the peer that stands for this speaker. */
    @Nullable
    PeerTerms terms;

    boolean isReflectorClient;
    /** Routes received with our own AS in their path. */
    long loops;
    /** Routes not taken: the table was full, or the peer's limit reached, or there were too many paths. */
    long refused;

    /** Whether the session is established. A peer that is not may still have stale routes. */
    boolean isUp = true;

    Peer(PeerIdentity identity, int index, int serial, @Nullable PeerTerms terms) {
        this.identity = identity;
        this.index = index;
        this.serial = serial;
        this.terms = terms;
        isReflectorClient = terms != null && terms.reflectorClient();
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

    /** The order of a tie-breaker (RFC 4271 section 9.1.2.2 g): lower address, and any of IPv4 before any of IPv6. */
    int compareAddress(Peer other) {
        int order = Integer.compare(address.length, other.address.length);
        return order != 0 ? order : Arrays.compareUnsigned(address, other.address);
    }

    @Override
    public String toString() {
        return identity.address().getHostAddress() + " AS " + identity.asn();
    }
}
