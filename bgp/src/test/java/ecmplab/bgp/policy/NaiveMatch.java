package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Prefix;
import java.util.List;

/** Matches as their Javadoc says, over records: what the evaluation on octets is compared with. */
final class NaiveMatch {
    private NaiveMatch() {}

    static boolean holds(Match match, Prefix prefix, PathAttributes route, PolicyContext context) {
        var path = route.find(AsPath.class).orElse(AsPath.EMPTY);
        return switch (match) {
            case Match.InPrefixList(var list) -> permits(list, prefix);
            case Match.OfFamily(var family) -> prefix.family() == family;
            case Match.NeighborIn(var prefixes) ->
                prefixes.stream().anyMatch(p -> p.contains(Prefix.host(context.neighbor())));
            case Match.NeighborAs(var asns) -> in(asns, context.neighborAs().value());
            case Match.AsPathLike(var regex) -> regex.matches(path);
            case Match.PathContains(var asn) -> path.contains(asn);
            case Match.OriginatedBy(var asn) ->
                !path.segments().isEmpty()
                        && switch (path.segments().getLast().type()) {
                            case AS_SEQUENCE ->
                                path.segments().getLast().asns().getLast().equals(asn);
                            case AS_SET -> path.segments().getLast().asns().contains(asn);
                            case CONFED_SEQUENCE, CONFED_SET -> false;
                        };
            case Match.PathLength(var length) -> in(length, path.length());
            case Match.HasCommunity(var anyOf) ->
                route.find(Communities.class).map(Communities::values).orElse(List.of()).stream()
                        .anyMatch(value -> anyOf.stream()
                                .anyMatch(p -> in(p.upper(), value >>> 16) && in(p.lower(), value & 0xFFFF)));
            case Match.HasExtendedCommunity(var anyOf) ->
                route.find(ExtendedCommunities.class).map(ExtendedCommunities::values).orElse(List.of()).stream()
                        .anyMatch(value -> anyOf.stream().anyMatch(p -> (value.bits() & p.mask()) == p.value()));
            case Match.HasLargeCommunity(var anyOf) ->
                route.find(LargeCommunities.class).map(LargeCommunities::values).orElse(List.of()).stream()
                        .anyMatch(value -> anyOf.stream()
                                .anyMatch(p -> in(p.global(), value.global())
                                        && in(p.local1(), value.local1())
                                        && in(p.local2(), value.local2())));
            case Match.NextHopIn(var prefixes) ->
                route.find(NextHop.class)
                        .map(hop -> Prefix.host(hop.address()))
                        .filter(host -> prefixes.stream().anyMatch(p -> p.contains(host)))
                        .isPresent();
            case Match.HasOrigin(var origin) -> route.find(Origin.class).orElseThrow() == origin;
            case Match.HasMed(var med) ->
                in(
                        med,
                        route.find(MultiExitDisc.class)
                                .map(MultiExitDisc::value)
                                .orElse(0L));
            case Match.HasLocalPref(var preference) ->
                in(preference, route.find(LocalPref.class).map(LocalPref::value).orElse(100L));
            case Match.Not(var inner) -> !holds(inner, prefix, route, context);
        };
    }

    static boolean permits(PrefixList list, Prefix prefix) {
        for (var entry : list.entries()) {
            if (entry.prefix().contains(prefix) && entry.ge() <= prefix.length() && prefix.length() <= entry.le()) {
                return entry.permit();
            }
        }
        return false;
    }

    private static boolean in(Range range, long value) {
        return range.min() <= value && value <= range.max();
    }
}
