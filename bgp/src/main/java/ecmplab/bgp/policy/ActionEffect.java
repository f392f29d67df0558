package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.ExtendedCommunity.LinkBandwidth;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Asn;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What actions make of a route's attributes. */
final class ActionEffect {
    private ActionEffect() {}

    static PathAttributes apply(Action action, PathAttributes route, PolicyContext context) {
        return switch (action) {
            case Action.SetLocalPref(var preference) -> route.with(new LocalPref((int) preference));
            case Action.SetMed(var med) -> route.with(new MultiExitDisc((int) med));
            case Action.SetOrigin(var origin) -> route.with(origin);
            case Action.SetNextHop(var address) -> nextHop(route, address);
            case Action.SetNextHopSelf() -> route.without(AttributeType.NEXT_HOP);
            case Action.SetNextHopPeer() -> nextHop(route, context.neighbor());
            case Action.Prepend(var times) -> route.with(path(route).prepend(context.localAs(), times));
            case Action.PrependAs(var asns) -> route.with(prepended(path(route), asns));
            case Action.ChangeCommunities change -> communities(change, route);
            case Action.ChangeLargeCommunities change -> largeCommunities(change, route);
            case Action.ChangeExtendedCommunities change -> extendedCommunities(change, route);
            case Action.SetLinkBandwidth(var octetsPerSecond) -> bandwidth(octetsPerSecond, route, context);
        };
    }

    private static AsPath path(PathAttributes route) {
        return route.find(AsPath.class).orElse(AsPath.EMPTY);
    }

    private static AsPath prepended(AsPath path, List<Asn> asns) {
        var longer = path;
        for (var asn : asns.reversed()) {
            longer = longer.prepend(asn, 1);
        }
        return longer;
    }

    private static PathAttributes nextHop(PathAttributes route, InetAddress address) {
        var present = route.find(NextHop.class);
        boolean fits = present.isEmpty() || present.get().address().getAddress().length == address.getAddress().length;
        return fits ? route.with(new NextHop(address)) : route;
    }

    private static PathAttributes communities(Action.ChangeCommunities change, PathAttributes route) {
        var present = route.find(Communities.class).map(Communities::values).orElse(List.of());
        var values = changed(
                present,
                value -> change.removeAll() || change.remove().stream().anyMatch(pattern -> pattern.fits(value)),
                change.add(),
                Integer::compareUnsigned);
        return put(route, AttributeType.COMMUNITIES, values, Communities::new);
    }

    private static PathAttributes largeCommunities(Action.ChangeLargeCommunities change, PathAttributes route) {
        var present =
                route.find(LargeCommunities.class).map(LargeCommunities::values).orElse(List.of());
        var values = changed(
                present,
                value -> change.removeAll()
                        || change.remove().stream()
                                .anyMatch(pattern -> pattern.fits(value.global(), value.local1(), value.local2())),
                change.add(),
                Comparator.comparing((PathAttribute.LargeCommunity value) -> value.global(), Integer::compareUnsigned)
                        .thenComparing(PathAttribute.LargeCommunity::local1, Integer::compareUnsigned)
                        .thenComparing(PathAttribute.LargeCommunity::local2, Integer::compareUnsigned));
        return put(route, AttributeType.LARGE_COMMUNITIES, values, LargeCommunities::new);
    }

    private static PathAttributes extendedCommunities(Action.ChangeExtendedCommunities change, PathAttributes route) {
        return extended(
                route,
                value -> change.removeAll() || change.remove().stream().anyMatch(pattern -> pattern.fits(value.bits())),
                change.add());
    }

    private static PathAttributes bandwidth(float octetsPerSecond, PathAttributes route, PolicyContext context) {
        var asn = context.localAs().fitsTwoOctets() ? context.localAs() : Asn.TRANS;
        var community = new LinkBandwidth(false, asn, Float.floatToRawIntBits(octetsPerSecond));
        return extended(route, LinkBandwidth.class::isInstance, List.of(community));
    }

    private static PathAttributes extended(
            PathAttributes route, Predicate<ExtendedCommunity> goes, List<ExtendedCommunity> add) {
        var present = route.find(ExtendedCommunities.class)
                .map(ExtendedCommunities::values)
                .orElse(List.of());
        var values = changed(present, goes, add, Comparator.comparing(ExtendedCommunity::bits, Long::compareUnsigned));
        return put(route, AttributeType.EXTENDED_COMMUNITIES, values, ExtendedCommunities::new);
    }

    /** What stays of the route's own, then what is added and not there yet, sorted as routers send them. */
    private static <T> List<T> changed(
            List<T> present, Predicate<? super T> goes, List<T> add, Comparator<? super T> order) {
        return Stream.concat(present.stream().filter(goes.negate()), add.stream())
                .distinct()
                .sorted(order)
                .toList();
    }

    private static <T> PathAttributes put(
            PathAttributes route, int type, List<T> values, Function<List<T>, PathAttribute> attribute) {
        return values.isEmpty() ? route.without(type) : route.with(attribute.apply(new ArrayList<>(values)));
    }
}
