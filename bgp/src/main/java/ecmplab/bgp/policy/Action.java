package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunity;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.wire.Asn;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a term changes of a route that it matches and that passes. */
public sealed interface Action {
    /** LOCAL_PREF; never sent to another AS. */
    record SetLocalPref(long preference) implements Action {
        public SetLocalPref {
            preference = unsigned("local-pref", preference);
        }
    }

    /** MULTI_EXIT_DISC; in an export policy it is sent to other ASes too. */
    record SetMed(long med) implements Action {
        public SetMed {
            med = unsigned("med", med);
        }
    }

    record SetOrigin(Origin origin) implements Action {}

    /** These next hops, by the family of the address; a route whose next hop is of another family keeps its own. */
    record SetNextHop(InetAddress address) implements Action {}

    /** In an export policy: our own address on the session. */
    record SetNextHopSelf() implements Action {}

    /** In an import policy: the neighbour's address on the session. */
    record SetNextHopPeer() implements Action {}

    /** Our AS {@code times} times in front of the path, in an export policy beside the once that eBGP adds. */
    record Prepend(int times) implements Action {
        public Prepend {
            if (times < 1 || times > 64) {
                throw new IllegalArgumentException("prepend " + times + ": must be 1 to 64");
            }
        }
    }

    /** These ASes in front of the path, the first one foremost. */
    record PrependAs(List<Asn> asns) implements Action {
        public PrependAs {
            asns = List.copyOf(asns);
            if (asns.isEmpty() || asns.size() > 64) {
                throw new IllegalArgumentException("prepend of " + asns.size() + " ASes: must be 1 to 64");
            }
        }
    }

    /** Standard communities: all of the route's own go, or those that fit {@code remove}; then {@code add} come. */
    record ChangeCommunities(boolean removeAll, List<CommunityPattern> remove, List<Integer> add) implements Action {
        public ChangeCommunities {
            remove = List.copyOf(remove);
            add = List.copyOf(add);
        }
    }

    /** Large communities, likewise. */
    record ChangeLargeCommunities(boolean removeAll, List<LargeCommunityPattern> remove, List<LargeCommunity> add)
            implements Action {
        public ChangeLargeCommunities {
            remove = List.copyOf(remove);
            add = List.copyOf(add);
        }
    }

    /** Extended communities, likewise. */
    record ChangeExtendedCommunities(
            boolean removeAll, List<ExtendedCommunityPattern> remove, List<ExtendedCommunity> add) implements Action {
        public ChangeExtendedCommunities {
            remove = List.copyOf(remove);
            add = List.copyOf(add);
        }
    }

    /** The link bandwidth that weights of next hops come from, in place of any other; octets a second. */
    record SetLinkBandwidth(float octetsPerSecond) implements Action {
        public SetLinkBandwidth {
            if (!(octetsPerSecond >= 0) || Float.isInfinite(octetsPerSecond)) {
                throw new IllegalArgumentException("link bandwidth " + octetsPerSecond + ": must be 0 or more");
            }
        }
    }

    /** The type of the attribute that it changes. */
    default int attributeType() {
        return switch (this) {
            case SetLocalPref ignored -> AttributeType.LOCAL_PREF;
            case SetMed ignored -> AttributeType.MULTI_EXIT_DISC;
            case SetOrigin ignored -> AttributeType.ORIGIN;
            case SetNextHop ignored -> AttributeType.NEXT_HOP;
            case SetNextHopSelf ignored -> AttributeType.NEXT_HOP;
            case SetNextHopPeer ignored -> AttributeType.NEXT_HOP;
            case Prepend ignored -> AttributeType.AS_PATH;
            case PrependAs ignored -> AttributeType.AS_PATH;
            case ChangeCommunities ignored -> AttributeType.COMMUNITIES;
            case ChangeLargeCommunities ignored -> AttributeType.LARGE_COMMUNITIES;
            case ChangeExtendedCommunities ignored -> AttributeType.EXTENDED_COMMUNITIES;
            case SetLinkBandwidth ignored -> AttributeType.EXTENDED_COMMUNITIES;
        };
    }

    /** As a speaker's file would say it. */
    default String text() {
        return switch (this) {
            case SetLocalPref(var preference) -> "local-pref " + preference;
            case SetMed(var med) -> "med " + med;
            case SetOrigin(var origin) -> "origin " + origin.name().toLowerCase(Locale.ROOT);
            case SetNextHop(var address) -> "next-hop " + address.getHostAddress();
            case SetNextHopSelf() -> "next-hop self";
            case SetNextHopPeer() -> "next-hop peer";
            case Prepend(var times) -> "prepend " + times;
            case PrependAs(var asns) -> "prepend " + joined(asns);
            case ChangeCommunities(var all, var remove, var add) ->
                changed(
                        "community",
                        all,
                        remove,
                        add.stream().map(CommunityPattern::text).toList());
            case ChangeLargeCommunities(var all, var remove, var add) -> changed("large-community", all, remove, add);
            case ChangeExtendedCommunities(var all, var remove, var add) ->
                changed("extended-community", all, remove, add);
            case SetLinkBandwidth(var octetsPerSecond) ->
                "link-bandwidth " + String.format(Locale.ROOT, "%.0f", octetsPerSecond * 8d) + " bit/s";
        };
    }

    private static String changed(String what, boolean all, List<?> remove, List<?> add) {
        var parts = new ArrayList<String>();
        if (all) {
            parts.add(what + " " + (add.isEmpty() ? "none" : joined(add)));
        } else {
            if (!remove.isEmpty()) {
                parts.add("remove-" + what + " " + joined(remove));
            }
            if (!add.isEmpty()) {
                parts.add("add-" + what + " " + joined(add));
            }
        }
        return String.join(", ", parts);
    }

    private static String joined(List<?> items) {
        return items.stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    private static long unsigned(String what, long value) {
        if (value < 0 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(what + " " + value + ": must be 0 to 4294967295");
        }
        return value;
    }
}
