package ecmplab.bgp.monitor;

import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.rib.PeerRoute;
import ecmplab.bgp.rib.RoutePage;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** A peer's Adj-RIB-In as Route Monitoring messages, with End-of-RIB after each family (RFC 7854 section 5). */
final class TableDump {
    /** Takes messages in order. */
    @FunctionalInterface
    interface Sink {
        void write(Octets message) throws IOException;
    }

    private static final int PAGE = 1_000;

    private final Speaker speaker;
    private final BmpPeer peer;
    private final InstantSource clock;
    private final Sink sink;
    private final UpdateEncoder encoder;

    TableDump(Speaker speaker, BmpPeer peer, InstantSource clock, Sink sink) {
        this.speaker = speaker;
        this.peer = peer.withFourOctetAs();
        this.clock = clock;
        this.sink = sink;
        var negotiated = peer.negotiated();
        encoder = new UpdateEncoder(UpdateOptions.of(negotiated.isEbgp(), true, negotiated.families())
                .withAddPath(negotiated.addPathReceive())
                .withExtendedNextHop(negotiated.extendedNextHop())
                .withMaxMessageSize(Framing.EXTENDED_MESSAGE));
    }

    /** Asks the RIB page by page. A neighbour that is gone meanwhile has an empty table. */
    void write() throws IOException {
        for (var family : peer.negotiated().families()) {
            int from = RoutePage.START;
            while (from != RoutePage.END) {
                var page = speaker.receivedRoutes(peer.neighbor(), family, from, PAGE);
                write(family, page.routes());
                from = page.next();
            }
            var end = Unpooled.buffer();
            encoder.endOfRib(end, family);
            writeMessages(end);
        }
    }

    private void write(AddressFamily family, List<PeerRoute> routes) throws IOException {
        var byBlock = new LinkedHashMap<Octets, List<PeerRoute>>();
        routes.forEach(route -> byBlock.computeIfAbsent(route.block(), ignored -> new ArrayList<>())
                .add(route));
        var out = Unpooled.buffer();
        for (var group : byBlock.entrySet()) {
            var block = group.getKey().toArray();
            if (encoder.announce(out, family, block, 0, block.length) == UpdateEncoder.Fit.FITS) {
                for (var route : group.getValue()) {
                    encoder.prefix(
                            route.prefix().high(),
                            route.prefix().low(),
                            route.prefix().length(),
                            route.pathId());
                }
                encoder.finish();
            }
        }
        writeMessages(out);
    }

    /** Each of the BGP messages in a BMP message of its own. */
    private void writeMessages(ByteBuf messages) throws IOException {
        while (messages.isReadable()) {
            int length = messages.getUnsignedShort(messages.readerIndex() + 16);
            sink.write(BmpMessages.routeMonitoring(peer, clock.instant(), messages.readSlice(length)));
        }
    }
}
