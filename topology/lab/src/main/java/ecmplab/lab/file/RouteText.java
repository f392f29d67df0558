package ecmplab.lab.file;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.speaker.OwnRoute;
import ecmplab.bgp.wire.Asn;
import ecmplab.lab.file.Yaml.Text;
import ecmplab.lab.file.Yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A route as {@code announce} of a speaker's file has it: a prefix alone, or a section with attributes. */
public final class RouteText {
    private RouteText() {}

    /**
     * Reads {@code 203.0.113.10/32} or {@code {prefix: 203.0.113.10/32, med: 5, community: [65000:1, no-export]}}.
     *
     * @throws IllegalArgumentException saying everything that is wrong
     */
    public static OwnRoute parse(String text, Asn as) {
        var problems = new Problems("route");
        var document = Yaml.read(text, problems::at);
        document.ifPresent(value -> SpeakerShapes.ROUTES_ITEM.check(value, problems::at));
        if (document.isEmpty() || !problems.none()) {
            throw new IllegalArgumentException(
                    document.isEmpty() && problems.none()
                            ? "no route"
                            : problems.list().stream().map(Problem::message).collect(Collectors.joining("\n")));
        }
        return route(document.get(), as);
    }

    /** A value of the right shape. */
    static OwnRoute route(Value item, Asn as) {
        if (item instanceof Text text) {
            return OwnRoute.of(RoutingScalars.PREFIX.parse().apply(text.text()));
        }
        var route = Settings.of("route", item.place(), item);
        var attributes = new ArrayList<PathAttribute>();
        attributes.add(route.word("origin", Origin.IGP));
        attributes.add(
                route.get("as-path", AsPathText.SCALAR).map(AsPathText::path).orElse(AsPath.EMPTY));
        route.get("med", RoutingScalars.NUMBER).ifPresent(med -> attributes.add(new MultiExitDisc(med.intValue())));
        route.get("local-pref", RoutingScalars.NUMBER)
                .ifPresent(preference -> attributes.add(new LocalPref(preference.intValue())));
        route.get("next-hop", RoutingScalars.ADDRESS).ifPresent(hop -> attributes.add(new NextHop(hop)));
        if (route.has("community")) {
            attributes.add(new Communities(sorted(route.each("community", RoutingScalars.COMMUNITY))));
        }
        if (route.has("large-community")) {
            attributes.add(new LargeCommunities(route.each("large-community", RoutingScalars.LARGE_COMMUNITY)));
        }
        var extended = new ArrayList<>(route.each("extended-community", RoutingScalars.EXTENDED_COMMUNITY));
        route.get("link-bandwidth", RoutingScalars.BANDWIDTH)
                .ifPresent(octets -> extended.add(new ExtendedCommunity.LinkBandwidth(
                        false, as.fitsTwoOctets() ? as : Asn.TRANS, Float.floatToRawIntBits(octets))));
        if (!extended.isEmpty()) {
            attributes.add(new ExtendedCommunities(extended));
        }
        return new OwnRoute(route.get("prefix", RoutingScalars.PREFIX).orElseThrow(), new PathAttributes(attributes));
    }

    private static List<Integer> sorted(List<Integer> communities) {
        return communities.stream().distinct().sorted(Integer::compareUnsigned).toList();
    }
}
