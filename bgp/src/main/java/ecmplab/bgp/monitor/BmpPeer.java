package ecmplab.bgp.monitor;

import ecmplab.bgp.session.Negotiated;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;

/** A peer with an established session, as BMP names it (RFC 7854 section 4.2). Its routes are those before policy. */
record BmpPeer(InetAddress neighbor, Negotiated negotiated, boolean fourOctetAs) {
    /** Octets of the per-peer header. */
    static final int HEADER = 42;

    private static final int GLOBAL_INSTANCE = 0;
    private static final int IPV6 = 0x80;
    private static final int LEGACY_AS_PATH = 0x20;
    private static final long NO_DISTINGUISHER = 0;
    private static final int PADDING_OF_IPV4 = 12;

    /** With UPDATEs as they cross the session. */
    static BmpPeer of(InetAddress neighbor, Negotiated negotiated) {
        return new BmpPeer(neighbor, negotiated, negotiated.fourOctetAs());
    }

    /** With UPDATEs that are made here, where AS numbers have four octets. */
    BmpPeer withFourOctetAs() {
        return new BmpPeer(neighbor, negotiated, true);
    }

    void write(ByteBuf out, Instant at) {
        var address = negotiated.remote().getAddress();
        boolean v6 = address.getAddress().length == 16;
        out.writeByte(GLOBAL_INSTANCE);
        out.writeByte((v6 ? IPV6 : 0) | (fourOctetAs ? 0 : LEGACY_AS_PATH));
        out.writeLong(NO_DISTINGUISHER);
        writeAddress(out, address);
        out.writeInt(negotiated.peerAsn().bits())
                .writeInt(negotiated.peerRouterId().bits());
        out.writeInt((int) at.getEpochSecond()).writeInt(at.getNano() / 1_000);
    }

    /** Of a Peer Up message (section 4.10). */
    void writeLocalEnd(ByteBuf out) {
        writeAddress(out, negotiated.local().getAddress());
        out.writeShort(port(negotiated.local())).writeShort(port(negotiated.remote()));
    }

    private static int port(InetSocketAddress end) {
        return end.getPort();
    }

    private static void writeAddress(ByteBuf out, InetAddress address) {
        var octets = address.getAddress();
        if (octets.length == 4) {
            out.writeZero(PADDING_OF_IPV4);
        }
        out.writeBytes(octets);
    }
}
