package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.attribute.UpdateEncoder.Fit;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.policy.BlockEditor;
import ecmplab.bgp.policy.PolicyContext;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Prefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntFunction;

/** Turns pages into UPDATEs as the members of one update group must see them. Buffers are the caller's to release. */
final class UpdateWriter {
    private static final int LARGEST_FIRST_BUFFER = 1 << 16;
    /** More than rewriting adds to an attribute block, apart from AS4_PATH, which repeats the path. */
    private static final int GROWTH = 128;

    private final UpdateGroup.Key key;
    private final PrefixTable prefixes;
    private final AttributeTable attributes;
    private final ByteBufAllocator allocator;
    private final UpdateEncoder encoder;
    final ExportEdits edits;
    private ExportForm form;
    private final IntFunction<Peer> peers;

    /** @param peers by peer index */
    UpdateWriter(
            UpdateGroup.Key key,
            PrefixTable prefixes,
            AttributeTable attributes,
            RibConfig config,
            IntFunction<Peer> peers) {
        this.key = key;
        this.prefixes = prefixes;
        this.attributes = attributes;
        this.peers = peers;
        allocator = config.allocator();
        var families = Set.of(key.family());
        encoder = new UpdateEncoder(UpdateOptions.of(key.kind() == PeerKind.EBGP, key.fourOctetAs(), families)
                .withMaxMessageSize(key.maxMessageSize())
                .withAddPath(key.addPath() > 0 ? families : Set.of())
                .withExtendedNextHop(key.extendedNextHop() ? families : Set.of()));
        var nobody = new PolicyContext(config.localAs(), Prefix.v4(0, 0).address(), config.localAs());
        var context = key.neighbor() == null ? nobody : key.neighbor();
        edits = new ExportEdits(key, attributes, new BlockEditor(key.policy(), context));
        form = form(key, config);
    }

    private static ExportForm form(UpdateGroup.Key key, RibConfig config) {
        var nextHop = key.nextHop();
        var self = nextHop == null ? new byte[0] : nextHop.getAddress();
        return new ExportForm(key.kind(), config.localAs(), config.clusterId(), self, key.role());
    }

    /** Writes by other settings from now on. */
    void configure(RibConfig config) {
        form = form(key, config);
    }

    /**
     * The block as the members get it, in memory that lasts until the next call.
     *
     * @param origin see {@link AdjRibOut#origin}
     */
    ExportForm rewrite(int attribute, int origin) {
        byte[] block = attributes.octets(attribute);
        int from = attributes.offset(attribute);
        int length = attributes.length(attribute);
        int edit = AdjRibOut.edit(origin);
        if (edit != ExportEdits.NONE) {
            var edited = edits.edit(edit, attribute);
            block = edited.octets();
            from = 0;
            length = edited.length();
        }
        form.rewrite(
                block,
                from,
                length,
                origin,
                peers.apply(AdjRibOut.peer(origin)).identity,
                attributes.localPref(attribute));
        return form;
    }

    /**
     * Whether members are told the same by two attribute ids with their origins, of which the second is perhaps another group's. It may
     * say no although they are: that is one UPDATE too many.
     */
    boolean same(int attribute, int origin, UpdateWriter other, int otherAttribute, int otherOrigin) {
        int edit = AdjRibOut.edit(origin);
        int otherEdit = AdjRibOut.edit(otherOrigin);
        if (AdjRibOut.withEdit(origin, 0) != AdjRibOut.withEdit(otherOrigin, 0)
                || attributes.nextHop(attribute) != attributes.nextHop(otherAttribute)
                || attributes.firstAs(attribute) != attributes.firstAs(otherAttribute)) {
            return false;
        }
        if (edit == ExportEdits.NONE && otherEdit == ExportEdits.NONE) {
            return attributes.same(attribute, otherAttribute);
        }
        var one = edited(attribute, edit);
        return Arrays.equals(one, other.edited(otherAttribute, otherEdit));
    }

    private byte[] edited(int attribute, int edit) {
        if (edit == ExportEdits.NONE) {
            int from = attributes.offset(attribute);
            return Arrays.copyOfRange(attributes.octets(attribute), from, from + attributes.length(attribute));
        }
        var edited = edits.edit(edit, attribute);
        return Arrays.copyOf(edited.octets(), edited.length());
    }

    /** Whether any message of that size has room for attributes of so many octets, whatever rewriting adds. */
    static boolean surelyFits(int length, int maxMessageSize) {
        return 2 * length + GROWTH <= maxMessageSize;
    }

    /** Whether a message can carry the attributes (RFC 4271 section 9.2). */
    boolean fits(int attribute, int origin) {
        if (edits.fits(attributes.length(attribute), AdjRibOut.edit(origin))) {
            return true;
        }
        var trial = allocator.heapBuffer(16);
        try {
            boolean fits = announce(trial, attribute, origin) == Fit.FITS;
            if (fits) {
                encoder.finish();
            }
            return fits;
        } finally {
            trial.release();
        }
    }

    /** The page for everybody; notes in the page where there are chunks that somebody is not to have. */
    ByteBuf write(Page page) {
        page.arrange();
        var buffer = allocator.directBuffer(Math.min(LARGEST_FIRST_BUFFER, 512 + 64 * page.size));
        for (int i = 0; i < page.size; ) {
            int first = page.order[i];
            page.chunk(buffer.writerIndex(), page.except[first]);
            if (page.attribute[first] == AttributeTable.NONE) {
                encoder.withdraw(buffer, key.family());
            } else if (announce(buffer, page.attribute[first], page.origin[first]) != Fit.FITS) {
                throw new IllegalStateException("attributes that fitted do not fit: " + page.attribute[first]);
            }
            for (; i < page.size && page.together(first, page.order[i]); i++) {
                prefix(page, page.order[i]);
            }
            encoder.finish();
        }
        return buffer;
    }

    /**
     * What {@link #write} wrote, for the peer that some of it came from: without its own routes, but with withdrawals of what it was
     * told for them before.
     */
    ByteBuf writeFor(int peer, Page page, ByteBuf written) {
        var own = allocator.directBuffer(written.readableBytes());
        encoder.withdraw(own, key.family());
        for (int i = 0; i < page.size; i++) {
            boolean itsOwn = page.except[i] == peer && page.attribute[i] != AttributeTable.NONE;
            if (itsOwn && page.wasTold(i, peer)) {
                prefix(page, i);
            }
        }
        encoder.finish();
        for (int i = 0; i < page.chunks; i++) {
            if (page.chunkExcept[i] != peer) {
                int end = i + 1 < page.chunks ? page.chunkStart[i + 1] : written.writerIndex();
                own.writeBytes(written, page.chunkStart[i], end - page.chunkStart[i]);
            }
        }
        return own;
    }

    /** Says that all routes come again, or that they have come (RFC 7313 section 3). */
    ByteBuf demarcation(int subtype) {
        var buffer = allocator.directBuffer(32);
        Framing.writeRouteRefresh(buffer, key.family(), subtype);
        return buffer;
    }

    ByteBuf endOfRib() {
        var buffer = allocator.directBuffer(64);
        encoder.endOfRib(buffer, key.family());
        return buffer;
    }

    /** What the paths at a place of the group's tables have as path id: stable as long as the path is there. */
    int pathId(int place) {
        return key.addPath() > 0 ? place + 1 : 0;
    }

    private Fit announce(ByteBuf buffer, int attribute, int origin) {
        var rewritten = rewrite(attribute, origin);
        if (rewritten.length() > UpdateEncoder.EXTENDED_MESSAGE) {
            return Fit.TOO_LARGE; // also where one attribute is longer than its header can say
        }
        return encoder.announce(buffer, key.family(), rewritten.octets(), 0, rewritten.length());
    }

    private void prefix(Page page, int entry) {
        int id = page.prefix[entry];
        encoder.prefix(prefixes.high(id), prefixes.low(id), prefixes.length(id), pathId(page.place[entry]));
    }
}
