package ecmplab.bgp.interop;

import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.MrtWriter;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Hex;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * The routes of one family that GoBGP is to announce, as a table dump (RFC 6396). MP_REACH_NLRI is whole there: GoBGP does not know the
 * RFC's short one. All routes stand there twice: GoBGP's injector ends without waiting for the daemon, which then drops what is
 * still on its way, and so loses the end of every file.
 */
final class MrtRoutes {
    private MrtRoutes() {}

    static void write(Path file, Terms terms, Link link, boolean six) throws IOException {
        var at = Instant.ofEpochSecond(1);
        var id = RouterId.parse("10.0.0.100");
        try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
            var writer = new MrtWriter(out);
            writer.write(new MrtRecord.PeerIndex(
                    at, id, "", List.of(new MrtRecord.Peer(id, link.theirs, Asn.of(Terms.THEIR_AS)))));
            int sequence = 0;
            var attributes = attributes(six ? link.theirsSix : link.theirs, six);
            for (int turn = 0; turn < 2; turn++) {
                for (var prefix : terms.theirRoutes(six)) {
                    writer.write(new MrtRecord.TableEntry(
                            at, sequence++, prefix, false, List.of(new MrtRecord.Path(0, at, 0, attributes))));
                }
            }
        }
    }

    private static Octets attributes(InetAddress hop, boolean six) {
        var address = HexFormat.of().formatHex(hop.getAddress());
        var nextHop = six ? "800E 15 0002 01 10" + address + "00" : "4003 04" + address;
        return Octets.of(Hex.bytes("40 01 01 00  40 02 00" + nextHop + "C0 08 04 FE4C 0007"));
    }
}
