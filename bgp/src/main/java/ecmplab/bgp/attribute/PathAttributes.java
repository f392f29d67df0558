package ecmplab.bgp.attribute;

import ecmplab.bgp.attribute.PathAttribute.Aggregator;
import ecmplab.bgp.attribute.PathAttribute.AtomicAggregate;
import ecmplab.bgp.attribute.PathAttribute.ClusterList;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunity;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttribute.OriginatorId;
import ecmplab.bgp.attribute.PathAttribute.Unknown;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The path attributes of a route as records, at most one of a type, in ascending type order. Its wire form is the attribute block
 * that {@link ecmplab.bgp.rib.RouteBatch} describes, so equal attributes have equal octets.
 *
 * @param partial types, of those we know, whose Partial bit a router before us has set, and nobody may clear (RFC 4271 section 5)
 */
public record PathAttributes(List<PathAttribute> list, Set<Integer> partial) {
    /** @throws IllegalArgumentException when two are of a type */
    public PathAttributes {
        partial = Set.copyOf(partial);
        list = list.stream()
                .sorted(Comparator.comparingInt(PathAttribute::type))
                .toList();
        for (int i = 1; i < list.size(); i++) {
            if (list.get(i - 1).type() == list.get(i).type()) {
                throw new IllegalArgumentException(
                        AttributeType.name(list.get(i).type()) + " occurs twice in " + list);
            }
        }
    }

    /** @throws IllegalArgumentException when two are of a type */
    public PathAttributes(List<PathAttribute> list) {
        this(list, Set.of());
    }

    public static PathAttributes of(PathAttribute... attributes) {
        return new PathAttributes(List.of(attributes));
    }

    public <T extends PathAttribute> Optional<T> find(Class<T> kind) {
        return list.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /** With the attribute in place of one of its type. */
    public PathAttributes with(PathAttribute attribute) {
        var others = without(attribute.type());
        var changed = new ArrayList<>(others.list);
        changed.add(attribute);
        return new PathAttributes(changed, others.partial);
    }

    /** Without the attribute of that type code, if there is one. */
    public PathAttributes without(int type) {
        return new PathAttributes(
                list.stream().filter(attribute -> attribute.type() != type).toList(),
                partial.stream().filter(other -> other != type).collect(Collectors.toSet()));
    }

    /** The attribute block. */
    public byte[] encode() {
        var out = new BlockWriter(partial);
        for (var attribute : list) {
            encode(attribute, out);
        }
        return out.toArray();
    }

    /**
     * Reads an attribute block, as {@link #encode} or an {@link UpdateDecoder} made it.
     *
     * @throws IllegalArgumentException when it is not one
     */
    public static PathAttributes parse(byte[] block, int from, int length) {
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
            list.add(decode(flags, type, new Value(type, block, value, size)));
            if ((flags & AttributeType.PARTIAL) != 0 && AttributeType.flags(type) >= 0) {
                partial.add(type);
            }
            at = value + size;
        }
        return new PathAttributes(list, partial);
    }

    public static PathAttributes parse(byte[] block) {
        return parse(block, 0, block.length);
    }

    private static int octet(byte[] block, int at, int to) {
        if (at >= to) {
            throw new IllegalArgumentException("attribute header at " + at + " runs past the block");
        }
        return block[at] & 0xFF;
    }

    private static PathAttribute decode(int flags, int type, Value value) {
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

    private static Origin origin(Value value) {
        int code = value.of(1).octets[value.from];
        if (code < 0 || code > 2) {
            throw new IllegalArgumentException("ORIGIN " + (code & 0xFF) + ": must be 0 to 2");
        }
        return Origin.values()[code];
    }

    private static AsPath asPath(Value value) {
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

    private static NextHop nextHop(Value value) {
        if (value.length == 32) {
            return new NextHop(value.address(0, 16), value.address(16, 16));
        }
        return new NextHop(value.address(0, value.length));
    }

    private static void encode(PathAttribute attribute, BlockWriter out) {
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

    /** An attribute's value while it is read. */
    private static final class Value {
        private final int type;
        private final byte[] octets;
        private final int from;
        private final int length;

        Value(int type, byte[] octets, int from, int length) {
            this.type = type;
            this.octets = octets;
            this.from = from;
            this.length = length;
        }

        Value of(int expected) {
            if (length != expected) {
                throw new IllegalArgumentException(
                        AttributeType.name(type) + " of " + length + " octets: must be " + expected);
            }
            return this;
        }

        int intAt(int at) {
            int i = from + at;
            return octets[i] << 24
                    | (octets[i + 1] & 0xFF) << 16
                    | (octets[i + 2] & 0xFF) << 8
                    | (octets[i + 3] & 0xFF);
        }

        <T> List<T> each(int size, IntFunction<T> element) {
            if (length % size != 0) {
                throw new IllegalArgumentException(
                        AttributeType.name(type) + " of " + length + " octets: must be a multiple of " + size);
            }
            var elements = new ArrayList<T>(length / size);
            for (int at = 0; at < length; at += size) {
                elements.add(element.apply(at));
            }
            return elements;
        }

        InetAddress address(int at, int size) {
            var address = Arrays.copyOfRange(octets, from + at, from + at + size);
            try {
                // Not InetAddress.getByAddress, which makes an IPv4 address of an IPv4-mapped one.
                return size == 16 ? Inet6Address.getByAddress(null, address, -1) : InetAddress.getByAddress(address);
            } catch (UnknownHostException wrongLength) {
                throw new IllegalArgumentException(
                        "next hop of " + length + " octets: must be 4, 16 or 32", wrongLength);
            }
        }
    }

    /** Grows an attribute block. */
    private static final class BlockWriter {
        private final Set<Integer> partial;
        private byte[] octets = new byte[128];
        private int length;

        BlockWriter(Set<Integer> partial) {
            this.partial = partial;
        }

        BlockWriter header(int type, int size) {
            return header(AttributeType.flags(type) | (partial.contains(type) ? AttributeType.PARTIAL : 0), type, size);
        }

        BlockWriter header(int flags, int type, int size) {
            if (size > 0xFFFF) {
                throw new IllegalArgumentException(
                        AttributeType.name(type) + " of " + size + " octets: must be at most 65535");
            }
            if (size > 255) {
                return octet(flags | AttributeType.EXTENDED_LENGTH)
                        .octet(type)
                        .octet(size >>> 8)
                        .octet(size);
            }
            return octet(flags).octet(type).octet(size);
        }

        BlockWriter octet(int value) {
            if (length == octets.length) {
                octets = Arrays.copyOf(octets, 2 * length);
            }
            octets[length++] = (byte) value;
            return this;
        }

        BlockWriter int32(int value) {
            return octet(value >>> 24).octet(value >>> 16).octet(value >>> 8).octet(value);
        }

        BlockWriter octets(byte[] values) {
            for (byte value : values) {
                octet(value);
            }
            return this;
        }

        byte[] toArray() {
            return Arrays.copyOf(octets, length);
        }
    }

    /** The attributes of {@code collection}, in any order. */
    public static PathAttributes of(Collection<? extends PathAttribute> collection) {
        return new PathAttributes(List.copyOf(collection));
    }
}
