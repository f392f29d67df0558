package ecmplab.lab.message;

import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.MrtWriter;
import ecmplab.bgp.mrt.TablePaths;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.rib.RoutePage;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.control.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A running speaker's table as the records of an MRT file (TABLE_DUMP_V2), page by page, so that neither a session nor memory feels it:
 * all paths as received, before import policy. Over a control socket each record is a line of hex.
 */
public final class TableDump {
    private static final int PAGE = 1000;
    /** Our own routes, as FRR and BIRD have them. */
    private static final String SELF = "0.0.0.0";

    private final Speaker speaker;
    private final Writer out;
    private final Instant now;
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private final MrtWriter records = new MrtWriter(record);
    private final Map<InetAddress, Integer> indexes = new HashMap<>();
    private int sequence;

    private TableDump(Speaker speaker, Writer out, Instant now) {
        this.speaker = speaker;
        this.out = out;
        this.now = now;
    }

    /** The answer to {@code bgp mrt}; as JSON the same lines. */
    public static Answer answer(Speaker speaker) {
        Answer.Body lines = out -> new TableDump(speaker, out, Instant.now()).write();
        return Answer.streamed(lines, lines);
    }

    private void write() throws IOException {
        index();
        for (var family : AddressFamily.values()) {
            int from = RoutePage.START;
            while (from != RoutePage.END) {
                var page = speaker.routes(family, from, PAGE);
                for (var route : page.routes()) {
                    entries(route);
                }
                from = page.next();
            }
        }
    }

    /** Who may have paths: neighbours that come later than this are left out, with their paths. */
    private void index() throws IOException {
        var peers = new ArrayList<MrtRecord.Peer>();
        var summary = speaker.summary();
        peers.add(new MrtRecord.Peer(summary.routerId(), InetAddress.ofLiteral(SELF), Asn.of(0)));
        for (var neighbor : speaker.neighbors()) {
            var negotiated = neighbor.session().negotiated();
            indexes.put(neighbor.config().address(), peers.size());
            peers.add(new MrtRecord.Peer(
                    negotiated == null ? new RouterId(0) : negotiated.peerRouterId(),
                    neighbor.config().address(),
                    negotiated == null ? neighbor.config().session().remoteAsn() : negotiated.peerAsn()));
        }
        write(new MrtRecord.PeerIndex(now, summary.routerId(), "", peers));
    }

    private void entries(RouteView route) throws IOException {
        var plain = new ArrayList<MrtRecord.Path>();
        var identified = new ArrayList<MrtRecord.Path>();
        for (var path : route.paths()) {
            var index = path.peer().kind() == PeerKind.LOCAL
                    ? Integer.valueOf(0)
                    : indexes.get(path.peer().address());
            if (index != null) {
                (path.pathId() == 0 ? plain : identified).add(path(route, path, index));
            }
        }
        entry(route, false, plain);
        entry(route, true, identified);
    }

    private void entry(RouteView route, boolean addPath, List<MrtRecord.Path> paths) throws IOException {
        if (!paths.isEmpty()) {
            write(new MrtRecord.TableEntry(now, sequence++, route.prefix(), addPath, paths));
        }
    }

    private MrtRecord.Path path(RouteView route, PathView path, int index) {
        var attributes = TablePaths.ofBlock(route.prefix().family(), path.received());
        return new MrtRecord.Path(index, now, path.pathId(), attributes);
    }

    private void write(MrtRecord next) throws IOException {
        record.reset();
        records.write(next);
        out.write(HexFormat.of().formatHex(record.toByteArray()));
        out.write('\n');
    }
}
