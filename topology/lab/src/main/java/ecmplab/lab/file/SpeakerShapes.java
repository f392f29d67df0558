package ecmplab.lab.file;

import static ecmplab.lab.file.Shape.Key.may;
import static ecmplab.lab.file.Shape.Key.must;

import ecmplab.lab.file.Shape.Keys;
import ecmplab.lab.file.Shape.ListOf;
import ecmplab.lab.file.Shape.MapOf;
import ecmplab.lab.file.Shape.Plain;
import ecmplab.lab.file.Shape.ShortOr;
import ecmplab.lab.file.Shape.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of everything a speaker's file may say. */
final class SpeakerShapes {
    static final Scalar<Integer> HOPS = Scalar.number("number of hops", 1, 255);
    static final Scalar<Integer> PATHS = Scalar.number("number of paths", 1, 256);
    static final Scalar<Integer> ROUTES = Scalar.number("number of routes", 1, 1 << 26);
    static final Scalar<Integer> PERCENT = Scalar.number("percentage", 1, 100);
    static final Scalar<Integer> OWN_AS = Scalar.number("count", 0, 10);
    static final Scalar<Integer> NEIGHBORS = Scalar.number("number of neighbours", 1, 65_536);
    static final Scalar<Integer> PREPENDS = Scalar.number("number of times", 1, 64);
    static final List<String> FAMILIES = List.of("ipv4", "ipv6");

    private static final Shape DURATION = new Plain(Scalar.DURATION);
    private static final Shape YES_NO = new Plain(Scalar.YES_NO);
    private static final Shape ADDRESS = new Plain(RoutingScalars.ADDRESS);
    private static final Shape NAME = new Plain(RoutingScalars.NAME);
    private static final Shape NUMBER = new Plain(RoutingScalars.NUMBER);
    private static final Shape NAMES = oneOrMore(NAME, "names of policies");

    private static final Keys PREFIX_LIMIT = Keys.of(
            "a prefix limit",
            must("maximum", new Plain(ROUTES), "routes of a family; one more ends the session"),
            may("warning", new Plain(PERCENT), "percentage of it that is warned of; default 75"),
            may("restart", DURATION, "how long the session stays down then; default until it is started again"));

    private static final Keys ADD_PATH = Keys.of(
            "add-path",
            may("receive", YES_NO, "take several paths a prefix; default false"),
            may("send", new Plain(AddPathSend.SCALAR), "'all', or 'best N'; default none"));

    /** What a neighbour may say, and a peer group and the defaults for it. */
    static final Keys SETTINGS = Keys.of(
            "a neighbour",
            may("as", new Plain(RemoteAs.SCALAR), "its AS number; 'internal' for our own, 'external' for any other"),
            may("description", new Plain(Scalar.SENTENCE), "for people"),
            may("shutdown", new Plain(Scalar.SENTENCE), "true, or a text that says why: it stays down; default false"),
            may(
                    "families",
                    oneOrMore(new Words(FAMILIES), "families"),
                    "what is exchanged; default that of its address"),
            may("import", NAMES, "policies for what it announces, in order; none: nothing is taken from another AS"),
            may("export", NAMES, "policies for what it is told, in order; none: another AS is told nothing"),
            may("hold-time", DURATION, "0s, or 3s and more; default 9s"),
            may("minimum-hold-time", DURATION, "least that is taken of it; default 0s"),
            may("connect-retry", DURATION, "pause between connection attempts; default 1s"),
            may("send-hold-time", DURATION, "how long it may take nothing of what we send; default 8m; 0s for ever"),
            may("port", new Plain(Scalar.PORT), "where it listens; default 179"),
            may("local-address", ADDRESS, "source address of our connections"),
            may("passive", YES_NO, "never dial; default false"),
            may("bfd", new Plain(Scalar.BFD), "watch the path to it (RFC 5880), such as 50ms x 3; default not"),
            may("password", new Plain(Scalar.SENTENCE), "key of TCP MD5 signatures (RFC 2385)"),
            may("multihop", new Plain(HOPS), "TTL of what we send; default 1 to another AS"),
            may("ttl-security", new Plain(HOPS), "most hops to it, checked by TTL (RFC 5082); default unchecked"),
            may(
                    "role",
                    new Words(List.of("provider", "route-server", "route-server-client", "customer", "peer")),
                    "what we are to it (RFC 9234)"),
            may("role-strict", YES_NO, "refuse it when it tells no role; default false"),
            may("add-path", ADD_PATH, "several paths a prefix (RFC 7911)"),
            may("extended-next-hop", YES_NO, "IPv6 next hops for IPv4 routes (RFC 8950); default false"),
            may("extended-messages", YES_NO, "messages of up to 65535 octets (RFC 8654); default true"),
            may("enhanced-route-refresh", YES_NO, "marked route refreshes (RFC 7313); default true"),
            may(
                    "graceful-restart",
                    new Words(List.of("helper", "none")),
                    "keep its routes when it restarts; default helper"),
            may("hostname", new Plain(Scalar.SENTENCE), "tell it this name of ours; default none"),
            may(
                    "next-hop",
                    oneOrMore(ADDRESS, "addresses"),
                    "next hop of what we announce; default our end of the session"),
            may("next-hop-self", YES_NO, "be the next hop of all that it is told; default false"),
            may("route-reflector-client", YES_NO, "reflect routes of our AS to it (RFC 4456); default false"),
            may("enforce-first-as", YES_NO, "refuse paths that do not begin with its AS; default false"),
            may("allow-as-in", new Plain(OWN_AS), "how often our AS may be in its paths; default 0"),
            may("prefix-limit", new ShortOr(new Plain(ROUTES), PREFIX_LIMIT), "routes it may announce; default any"),
            may("prefix-limit-out", new Plain(ROUTES), "routes it is told at most; default any"));

    private static final Keys NEIGHBOR = with(
            SETTINGS, "a neighbour", may("group", NAME, "the peer group whose settings it takes where it has none"));

    private static final Keys RANGE = with(
            NEIGHBOR, "a range of neighbours", may("limit", new Plain(NEIGHBORS), "neighbours at once; default 100"));

    private static final Keys SIMPLE_MATCH = Keys.of(
            "a match",
            may("prefix-list", NAME, "name of the list that permits the prefix"),
            may("prefix", oneOrMore(new Plain(RoutingScalars.PREFIX_ENTRY), "prefixes"), "a list of its own"),
            may("family", new Words(FAMILIES), "the prefix's"),
            may("neighbor", oneOrMore(new Plain(RoutingScalars.ADDRESSES), "addresses"), "whose it is, or who is told"),
            may("neighbor-as", new Plain(RoutingScalars.RANGE), "the neighbour's AS"),
            may(
                    "as-path",
                    new Plain(RoutingScalars.AS_PATH),
                    "a regular expression, _ between numbers and at the ends"),
            may("as-path-contains", new Plain(Scalar.AS), "an AS anywhere in the path"),
            may("origin-as", new Plain(Scalar.AS), "the last AS of the path"),
            may("as-path-length", new Plain(RoutingScalars.RANGE), "ASes in the path"),
            may("community", oneOrMore(new Plain(RoutingScalars.COMMUNITIES), "communities"), "has one of them"),
            may(
                    "large-community",
                    oneOrMore(new Plain(RoutingScalars.LARGE_COMMUNITIES), "communities"),
                    "has one of them"),
            may(
                    "extended-community",
                    oneOrMore(new Plain(RoutingScalars.EXTENDED_COMMUNITIES), "communities"),
                    "has one of them"),
            may("next-hop", oneOrMore(new Plain(RoutingScalars.ADDRESSES), "addresses"), "within one of them"),
            may("origin", new Words(List.of("igp", "egp", "incomplete")), "how it came into BGP"),
            may("med", new Plain(RoutingScalars.RANGE), "0 when it has none"),
            may("local-pref", new Plain(RoutingScalars.RANGE), "100 when it has none"));

    private static final Keys MATCH = with(SIMPLE_MATCH, "a match", may("not", SIMPLE_MATCH, "none of these holds"));

    private static final Shape SOME_COMMUNITIES = oneOrMore(new Plain(RoutingScalars.COMMUNITY), "communities");
    private static final Shape SOME_LARGE = oneOrMore(new Plain(RoutingScalars.LARGE_COMMUNITY), "communities");
    private static final Shape SOME_EXTENDED = oneOrMore(new Plain(RoutingScalars.EXTENDED_COMMUNITY), "communities");

    private static final Keys SET = Keys.of(
            "what a term sets",
            may("local-pref", NUMBER, "higher is better; within our AS"),
            may("med", NUMBER, "lower is better"),
            may("origin", new Words(List.of("igp", "egp", "incomplete")), "how it came into BGP"),
            may("next-hop", new Plain(NextHopSetting.SCALAR), "an address, 'self' (export) or 'peer' (import)"),
            may(
                    "prepend",
                    new ShortOr(new Plain(PREPENDS), new ListOf(new Plain(Scalar.AS), "AS numbers")),
                    "our AS so many times, or these ASes, in front of the path"),
            may("link-bandwidth", new Plain(RoutingScalars.BANDWIDTH), "weight of the next hop, in bits a second"),
            may("community", SOME_COMMUNITIES, "in place of all that it has"),
            may("add-community", SOME_COMMUNITIES, "besides those that it has"),
            may(
                    "remove-community",
                    oneOrMore(new Plain(RoutingScalars.COMMUNITIES), "communities"),
                    "those that it has"),
            may("large-community", SOME_LARGE, "in place of all that it has"),
            may("add-large-community", SOME_LARGE, "besides those that it has"),
            may(
                    "remove-large-community",
                    oneOrMore(new Plain(RoutingScalars.LARGE_COMMUNITIES), "communities"),
                    "those that it has"),
            may("extended-community", SOME_EXTENDED, "in place of all that it has"),
            may("add-extended-community", SOME_EXTENDED, "besides those that it has"),
            may(
                    "remove-extended-community",
                    oneOrMore(new Plain(RoutingScalars.EXTENDED_COMMUNITIES), "communities"),
                    "those that it has"));

    private static final Keys TERM = Keys.of(
            "a term",
            may("name", NAME, "for explanations; default its number"),
            may("match", MATCH, "all of this must hold; default any route"),
            may("set", SET, "what changes then"),
            must("then", new Words(List.of("accept", "reject", "next")), "what becomes of the route"));

    private static final Keys ROUTE = Keys.of(
            "a route",
            must("prefix", new Plain(RoutingScalars.PREFIX), "what is announced"),
            may("as-path", new Plain(AsPathText.SCALAR), "ASes in front of it; default none"),
            may("med", NUMBER, "default none"),
            may("local-pref", NUMBER, "default 100"),
            may("origin", new Words(List.of("igp", "egp", "incomplete")), "default igp"),
            may("next-hop", ADDRESS, "default our end of each session"),
            may("community", SOME_COMMUNITIES, "default none"),
            may("large-community", SOME_LARGE, "default none"),
            may("extended-community", SOME_EXTENDED, "default none"),
            may("link-bandwidth", new Plain(RoutingScalars.BANDWIDTH), "weight, in bits a second; default none"));

    /** An item of {@code announce}. */
    static final Shape ROUTES_ITEM = new ShortOr(new Plain(RoutingScalars.PREFIX), ROUTE);

    private static final Keys MULTIPATH = Keys.of(
            "multipath",
            may("ebgp", new Plain(PATHS), "paths from other ASes used at most; default 64"),
            may("ibgp", new Plain(PATHS), "paths from our AS used at most; default 1"),
            may("as-path-relax", YES_NO, "use paths of different ASes together; default true"));

    static final Scalar<Integer> MEGABYTES = Scalar.number("number of megabytes", 1, 1 << 20);
    static final Scalar<Integer> FILES = Scalar.number("number of files", 0, 1 << 20);

    private static final Keys MRT = Keys.of(
            "a recording",
            must("folder", new Plain(Scalar.FILE), "where its files are made"),
            may("rotate-size", new Plain(MEGABYTES), "megabytes after which a new file begins; default 256"),
            may("rotate-after", DURATION, "time after which a new file begins; default 1h"),
            may("gzip", YES_NO, "compress the files; default true"),
            may("keep", new Plain(FILES), "finished files that are kept; default 0 for all"));

    static final Shape.Key BMP = may(
            "bmp",
            oneOrMore(new Plain(RoutingScalars.SOCKET), "collectors"),
            "BMP collectors (RFC 7854); default none");
    static final Shape.Key MRT_FILES = may(
            "mrt",
            new ShortOr(new Plain(Scalar.FILE), MRT),
            "folder to record all messages in (RFC 6396); default none");

    static final Keys SPEAKER = Keys.of(
            "a speaker",
            must("as", new Plain(Scalar.AS), "its AS number"),
            must("router-id", new Plain(Scalar.ROUTER_ID), "its BGP Identifier"),
            may("cluster-id", new Plain(Scalar.ROUTER_ID), "as a route reflector; default the router id"),
            may("listen", oneOrMore(ADDRESS, "addresses"), "addresses to take connections on; none: only dial"),
            may("port", new Plain(Scalar.PORT), "port to take connections on; default 179"),
            may("hold-time", DURATION, "of neighbours that say nothing else"),
            may("connect-retry", DURATION, "of neighbours that say nothing else"),
            may("defaults", SETTINGS, "settings of all neighbours"),
            may(
                    "peer-groups",
                    new MapOf(RoutingScalars.NAME, SETTINGS, "peer groups"),
                    "settings by name of the group"),
            may("neighbors", new MapOf(RoutingScalars.ADDRESS, NEIGHBOR, "neighbours by address"), "whom it talks to"),
            may(
                    "listen-ranges",
                    new MapOf(RoutingScalars.PREFIX, RANGE, "ranges by prefix"),
                    "who may connect unannounced"),
            may(
                    "prefix-lists",
                    new MapOf(
                            RoutingScalars.NAME,
                            new ListOf(new Plain(RoutingScalars.PREFIX_ENTRY), "prefixes, the first that fits counts"),
                            "prefix lists"),
                    "lists by name"),
            may(
                    "policies",
                    new MapOf(RoutingScalars.NAME, new ListOf(TERM, "terms"), "policies"),
                    "lists of terms by name"),
            may("announce", new ListOf(ROUTES_ITEM, "routes"), "its own routes"),
            may("redistribute", oneOrMore(new Words(List.of("connected")), "sources"), "subnets of its interfaces"),
            may(
                    "next-hop-tracking",
                    new Words(List.of("none", "kernel")),
                    "use only next hops that the kernel has a route to, a default route not counted; default none"),
            may("multipath", new ShortOr(new Plain(PATHS), MULTIPATH), "paths used at most for a prefix; default 64"),
            may("always-compare-med", YES_NO, "between different ASes too; default false"),
            may("graceful-shutdown", YES_NO, "honour the community (RFC 8326); default true"),
            BMP,
            MRT_FILES,
            may("metrics", new Plain(RoutingScalars.SOCKET), "where to serve Prometheus metrics; default nowhere"),
            may("maximum-prefixes", new Plain(ROUTES), "of a family; default 4000000"));

    private SpeakerShapes() {}

    /** One of it, or a list. */
    static Shape oneOrMore(Shape one, String what) {
        return new ShortOr(one, new ListOf(one, what));
    }

    private static Keys with(Keys keys, String what, Shape.Key... more) {
        Map<String, Shape.Key> all = new LinkedHashMap<>();
        for (var key : more) {
            all.put(key.name(), key);
        }
        all.putAll(keys.keys());
        return new Keys(what, all);
    }
}
