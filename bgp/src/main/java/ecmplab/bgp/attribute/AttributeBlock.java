package ecmplab.bgp.attribute;

import ecmplab.bgp.attribute.PathAttribute.Aggregator;
import ecmplab.bgp.attribute.PathAttribute.Aigp;
import ecmplab.bgp.attribute.PathAttribute.AtomicAggregate;
import ecmplab.bgp.attribute.PathAttribute.ClusterList;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.Ipv6ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunity;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.OnlyToCustomer;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttribute.OriginatorId;
import ecmplab.bgp.attribute.PathAttribute.Unknown;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import java.util.ArrayList;
import java.util.HashSet;

/** Reads and writes attribute blocks, the wire form of {@link PathAttributes} that {@link ecmplab.bgp.rib.RouteBatch} describes. */
final class AttributeBlock {
    static byte[] write(PathAttributes attributes) {
        var out = new BlockWriter(attributes.partial());
        for (var attribute : attributes.list()) {
            encode(attribute, out);
        }
        return out.toArray();
    }

    /** @throws IllegalArgumentException when it is not one */
    static PathAttributes read(byte[] block, int from, int length) {
        var list = new ArrayList<PathAttribute>();
        var partial = new HashSet<Integer>();
        int to = from + length;
        for (int at = from; at < to; ) {
            int flags = octet(block, at, to);
            int type = octet(block, at + 1, to);
            boolean extended = (flags & AttributeType.EXTENDED_LENGTH) != 0;
            int size = extended ? octet(block, at + 2, to) << 8 | octet(block, at + 3, to) : octet(block, at + 2, to);
            int value = at + (extended ? 4 : 3);
            if (value + size > to) {
                throw new IllegalArgumentException(AttributeType.name(type) + " of " + size + " octets at " + at
                        + " runs past the block of " + length);
            }
            list.add(decode(flags, type, new AttributeValue(type, block, value, size)));
            if ((flags & AttributeType.PARTIAL) != 0 && AttributeType.flags(type) >= 0) {
                partial.add(type);
            }
            at = value + size;
        }
        return new PathAttributes(list, partial);
    }

    private static int octet(byte[] block, int at, int to) {
        if (at >= to) {
            throw new IllegalArgumentException("attribute header at " + at + " runs past the block");
        }
        return block[at] & 0xFF;
    }

    private static PathAttribute decode(int flags, int type, AttributeValue value) {
        return switch (type) {
            case AttributeType.ORIGIN -> origin(value);
            case AttributeType.AS_PATH -> asPath(value);
            case AttributeType.NEXT_HOP -> nextHop(value);
            case AttributeType.MULTI_EXIT_DISC -> new MultiExitDisc(value.of(4).intAt(0));
            case AttributeType.LOCAL_PREF -> new LocalPref(value.of(4).intAt(0));
            case AttributeType.ATOMIC_AGGREGATE -> {
                value.of(0);
                yield new AtomicAggregate();
            }
            case AttributeType.AGGREGATOR ->
                new Aggregator(new Asn(value.of(8).intAt(0)), new RouterId(value.intAt(4)));
            case AttributeType.COMMUNITIES -> new Communities(value.each(4, value::intAt));
            case AttributeType.ORIGINATOR_ID ->
                new OriginatorId(new RouterId(value.of(4).intAt(0)));
            case AttributeType.CLUSTER_LIST -> new ClusterList(value.each(4, at -> new RouterId(value.intAt(at))));
            case AttributeType.EXTENDED_COMMUNITIES ->
                new ExtendedCommunities(value.each(
                        8,
                        at -> ExtendedCommunity.of(
                                (long) value.intAt(at) << 32 | Integer.toUnsignedLong(value.intAt(at + 4)))));
            case AttributeType.IPV6_EXTENDED_COMMUNITIES ->
                new Ipv6ExtendedCommunities(Octets.copy(value.octets, value.from, value.length));
            case AttributeType.AIGP -> new Aigp(Octets.copy(value.octets, value.from, value.length));
            case AttributeType.ONLY_TO_CUSTOMER ->
                new OnlyToCustomer(new Asn(value.of(4).intAt(0)));
            case AttributeType.LARGE_COMMUNITIES ->
                new LargeCommunities(value.each(
                        12, at -> new LargeCommunity(value.intAt(at), value.intAt(at + 4), value.intAt(at + 8))));
            default -> {
                if (AttributeType.flags(type) >= 0) {
                    throw new IllegalArgumentException(
                            AttributeType.name(type) + " has no place in an attribute block");
                }
                int kept = AttributeType.OPTIONAL | AttributeType.TRANSITIVE | AttributeType.PARTIAL;
                yield new Unknown(flags & kept, type, Octets.copy(value.octets, value.from, value.length));
            }
        };
    }

    private static Origin origin(AttributeValue value) {
        int code = value.of(1).octets[value.from];
        if (code < 0 || code > 2) {
            throw new IllegalArgumentException("ORIGIN " + (code & 0xFF) + ": must be 0 to 2");
        }
        return Origin.values()[code];
    }

    private static AsPath asPath(AttributeValue value) {
        var segments = new ArrayList<AsPath.Segment>();
        for (int at = 0; at < value.length; ) {
            int count = at + 2 <= value.length ? value.octets[value.from + at + 1] & 0xFF : 256;
            if (at + 2 + 4 * count > value.length) {
                throw new IllegalArgumentException("AS_PATH segment at " + at + " runs past the attribute");
            }
            var asns = new ArrayList<Asn>(count);
            for (int i = 0; i < count; i++) {
                asns.add(new Asn(value.intAt(at + 2 + 4 * i)));
            }
            segments.add(new AsPath.Segment(AsPath.SegmentType.of(value.octets[value.from + at] & 0xFF), asns));
            at += 2 + 4 * count;
        }
        return new AsPath(segments);
    }

    private static NextHop nextHop(AttributeValue value) {
        if (value.length == 32) {
            return new NextHop(value.address(0, 16), value.address(16, 16));
        }
        return new NextHop(value.address(0, value.length));
    }

    static void encode(PathAttribute attribute, BlockWriter out) {
        int type = attribute.type();
        switch (attribute) {
            case Origin origin -> out.header(type, 1).octet(origin.ordinal());
            case AsPath path -> encode(path, out);
            case NextHop(var address, var linkLocal) -> {
                var first = address.getAddress();
                var second = linkLocal == null ? new byte[0] : linkLocal.getAddress();
                out.header(type, first.length + second.length).octets(first).octets(second);
            }
            case MultiExitDisc med -> out.header(type, 4).int32(med.bits());
            case LocalPref preference -> out.header(type, 4).int32(preference.bits());
            case AtomicAggregate() -> out.header(type, 0);
            case Aggregator(var asn, var speaker) ->
                out.header(type, 8).int32(asn.bits()).int32(speaker.bits());
            case Communities(var values) -> {
                out.header(type, 4 * values.size());
                values.forEach(out::int32);
            }
            case OriginatorId(var id) -> out.header(type, 4).int32(id.bits());
            case ClusterList(var clusters) -> {
                out.header(type, 4 * clusters.size());
                clusters.forEach(cluster -> out.int32(cluster.bits()));
            }
            case ExtendedCommunities(var values) -> {
                out.header(type, 8 * values.size());
                values.forEach(value -> out.int32((int) (value.bits() >>> 32)).int32((int) value.bits()));
            }
            case Ipv6ExtendedCommunities(var values) ->
                out.header(type, values.length()).octets(values.toArray());
            case Aigp(var tlvs) -> out.header(type, tlvs.length()).octets(tlvs.toArray());
            case OnlyToCustomer(var asn) -> out.header(type, 4).int32(asn.bits());
            case LargeCommunities(var values) -> {
                out.header(type, 12 * values.size());
                values.forEach(
                        value -> out.int32(value.global()).int32(value.local1()).int32(value.local2()));
            }
            case Unknown unknown ->
                out.header(unknown.flags(), type, unknown.value().length())
                        .octets(unknown.value().toArray());
        }
    }

    private static void encode(AsPath path, BlockWriter out) {
        out.header(
                path.type(),
                path.segments().stream()
                        .mapToInt(segment -> 2 + 4 * segment.asns().size())
                        .sum());
        for (var segment : path.segments()) {
            out.octet(segment.type().code()).octet(segment.asns().size());
            segment.asns().forEach(asn -> out.int32(asn.bits()));
        }
    }

    private AttributeBlock() {}
}
