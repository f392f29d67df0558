package ecmplab.bgp.mrt;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;

/** One record of an MRT file (RFC 6396 section 2). */
public sealed interface MrtRecord {
    /** When it happened, to the second or, in the extended form, the microsecond. */
    Instant at();

    /** A message that crossed a session: BGP4MP_MESSAGE and its variants (RFC 6396 section 4.4, RFC 8050 section 3). */
    record Message(Instant at, Ends ends, boolean fourOctetAs, boolean addPath, boolean sent, Octets message)
            implements MrtRecord {}

    /**
     * A session changed its state: BGP4MP_STATE_CHANGE (RFC 6396 section 4.4.1).
     *
     * @param from 1 Idle, 2 Connect, 3 Active, 4 OpenSent, 5 OpenConfirm, 6 Established, and likewise {@code to}
     */
    record StateChange(Instant at, Ends ends, boolean fourOctetAs, int from, int to) implements MrtRecord {}

    /** The peers that the following {@link TableEntry}s count: PEER_INDEX_TABLE (RFC 6396 section 4.3.1). */
    record PeerIndex(Instant at, RouterId collector, String view, List<Peer> peers) implements MrtRecord {
        public PeerIndex {
            peers = List.copyOf(peers);
        }
    }

    /** The paths to a prefix: RIB_IPV4_UNICAST, RIB_IPV6_UNICAST and with path identifiers (RFC 6396 section 4.3.2, RFC 8050 section 4). */
    record TableEntry(Instant at, int sequence, Prefix prefix, boolean addPath, List<Path> paths) implements MrtRecord {
        public TableEntry {
            paths = List.copyOf(paths);
        }
    }

    /** A kind of record that we do not read. */
    record Other(Instant at, int type, int subtype, Octets body) implements MrtRecord {}

    /**
     * What should have been a record.
     *
     * @param offset octets from the start of the file, uncompressed, to the record
     * @param reason what was seen and what was expected
     */
    record Damaged(Instant at, int type, int subtype, long offset, String reason) implements MrtRecord {}

    /** The peer and the one who recorded, who is the other end of the session. */
    record Ends(Asn peerAsn, Asn localAsn, int interfaceIndex, InetAddress peer, InetAddress local) {
        public Ends {
            if (peer.getAddress().length != local.getAddress().length) {
                throw new IllegalArgumentException("session between " + peer.getHostAddress() + " and "
                        + local.getHostAddress() + ": must be of one family");
            }
        }
    }

    record Peer(RouterId id, InetAddress address, Asn asn) {}

    /**
     * @param peer its index in the {@link PeerIndex}
     * @param pathId 0 without path identifiers
     * @param attributes as {@link TablePaths} describes them
     */
    record Path(int peer, Instant originated, int pathId, Octets attributes) {}
}
