package ecmplab.lab.file;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AsPath.Segment;
import ecmplab.bgp.attribute.AsPath.SegmentType;
import ecmplab.bgp.wire.Asn;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An AS path as routers print it: {@code 65001 65002 {65003 65004}}, or with commas. */
record AsPathText(AsPath path) {
    private static final Pattern PART = Pattern.compile("\\{([0-9, ]*)}|([0-9]+)");

    static final Scalar<AsPathText> SCALAR = new Scalar<>(
            "an AS path such as '65001 65002'", new Scalar.Form.Matching("^[0-9 ,{}]*$"), AsPathText::parse);

    private static AsPathText parse(String text) {
        if (!text.matches("([ ,]*+(\\{[ ,]*+[0-9]++[0-9, ]*+}|[0-9]++))*+[ ,]*+")) {
            throw new IllegalArgumentException(
                    "'" + text + "': must be an AS path such as '65001 65002 {65003 65004}'");
        }
        var segments = new ArrayList<Segment>();
        var run = new ArrayList<Asn>();
        var parts = PART.matcher(text);
        while (parts.find()) {
            if (parts.group(1) == null) {
                run.add(Scalar.AS.parse().apply(parts.group(2)));
                continue;
            }
            end(run, segments);
            segments.add(new Segment(
                    SegmentType.AS_SET,
                    Stream.of(parts.group(1).strip().split("[, ]+"))
                            .map(Scalar.AS.parse())
                            .toList()));
        }
        end(run, segments);
        return new AsPathText(new AsPath(segments));
    }

    private static void end(List<Asn> run, List<Segment> segments) {
        if (!run.isEmpty()) {
            segments.add(new Segment(SegmentType.AS_SEQUENCE, run));
            run.clear();
        }
    }
}
