package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.Asn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** AS_PATH: the ASes that the route came through, nearest first (RFC 4271 section 5.1.2; confederations RFC 5065). */
public record AsPath(List<Segment> segments) implements PathAttribute {
    public static final AsPath EMPTY = new AsPath(List.of());

    /** ASNs that a segment can count on the wire. */
    static final int LONGEST_SEGMENT = 255;

    public AsPath {
        segments = List.copyOf(segments);
    }

    /** One AS_SEQUENCE, or the empty path when no ASN is given. */
    public static AsPath sequence(long... asns) {
        if (asns.length == 0) {
            return EMPTY;
        }
        return new AsPath(List.of(new Segment(
                SegmentType.AS_SEQUENCE, Arrays.stream(asns).mapToObj(Asn::of).toList())));
    }

    /** This path with {@code asn} in front, {@code times} times; opens a new segment where one is full. */
    public AsPath prepend(Asn asn, int times) {
        var result = new ArrayList<>(segments);
        for (int left = times; left > 0; ) {
            boolean extend = !result.isEmpty()
                    && result.getFirst().type() == SegmentType.AS_SEQUENCE
                    && result.getFirst().asns().size() < LONGEST_SEGMENT;
            var asns = new ArrayList<Asn>(extend ? result.removeFirst().asns() : List.of());
            for (; left > 0 && asns.size() < LONGEST_SEGMENT; left--) {
                asns.addFirst(asn);
            }
            result.addFirst(new Segment(SegmentType.AS_SEQUENCE, asns));
        }
        return new AsPath(result);
    }

    /** Length for the decision process: a set counts 1, confederation segments 0 (RFC 4271 section 9.1.2.2, RFC 5065 section 5.3). */
    public int length() {
        int length = 0;
        for (var segment : segments) {
            length += switch (segment.type()) {
                case AS_SEQUENCE -> segment.asns().size();
                case AS_SET -> 1;
                case CONFED_SEQUENCE, CONFED_SET -> 0;
            };
        }
        return length;
    }

    public boolean contains(Asn asn) {
        return segments.stream().anyMatch(segment -> segment.asns().contains(asn));
    }

    @Override
    public int type() {
        return AttributeType.AS_PATH;
    }

    /** As routers print it: {@code 65001 65002 {65003 65004}}. */
    @Override
    public String toString() {
        return segments.stream().map(Segment::toString).collect(Collectors.joining(" "));
    }

    public enum SegmentType {
        AS_SET(1, "{", "}"),
        AS_SEQUENCE(2, "", ""),
        CONFED_SEQUENCE(3, "(", ")"),
        CONFED_SET(4, "[", "]");

        private final int code;
        private final String open;
        private final String close;

        SegmentType(int code, String open, String close) {
            this.code = code;
            this.open = open;
            this.close = close;
        }

        public int code() {
            return code;
        }

        static SegmentType of(int code) {
            for (var type : values()) {
                if (type.code == code) {
                    return type;
                }
            }
            throw new IllegalArgumentException("AS_PATH segment type " + code + ": must be 1 to 4");
        }
    }

    /** @param asns 1 to 255 of them */
    public record Segment(SegmentType type, List<Asn> asns) {
        public Segment {
            asns = List.copyOf(asns);
            if (asns.isEmpty() || asns.size() > LONGEST_SEGMENT) {
                throw new IllegalArgumentException(
                        "AS_PATH segment of " + asns.size() + " ASNs: must be 1 to " + LONGEST_SEGMENT);
            }
        }

        @Override
        public String toString() {
            return type.open + asns.stream().map(Asn::toString).collect(Collectors.joining(" ")) + type.close;
        }
    }
}
