package ecmplab.lab.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.monitor.MrtFiles;
import ecmplab.bgp.policy.Action;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.Verdict;
import ecmplab.bgp.rib.Multipath;
import ecmplab.bgp.rib.PeerTerms;
import ecmplab.bgp.rib.PrefixLimit;
import ecmplab.bgp.session.Offer.Feature;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpeakerFileTest {
    private static final String HEAD = "as: 65010\nrouter-id: 10.0.0.2\n";
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final AddressFamily V6 = AddressFamily.IPV6_UNICAST;

    @Test
    void aSpeakerNeedsOnlyItsNumberAndIdentifier() {
        var config = good(HEAD);
        assertEquals(SpeakerConfig.of(Asn.of(65010), RouterId.parse("10.0.0.2")), config);
    }

    @Test
    void everySettingOfANeighbourArrives() {
        var neighbor = neighbor(HEAD + """
                neighbors:
                  10.0.0.1:
                    as: 65000
                    description: the edge
                    shutdown: "waiting for the fibre"
                    families: [ipv4, ipv6]
                    import: accept-all
                    export: [own-routes]
                    hold-time: 30s
                    minimum-hold-time: 6s
                    connect-retry: 5s
                    send-hold-time: 2m
                    port: 1790
                    local-address: 10.0.0.2
                    passive: true
                    password: secret
                    ttl-security: 2
                    role: customer
                    role-strict: true
                    add-path: { receive: true, send: best 4 }
                    extended-next-hop: true
                    extended-messages: false
                    enhanced-route-refresh: false
                    graceful-restart: none
                    hostname: mux1
                    next-hop: [10.0.0.9, "2001:db8::9"]
                    next-hop-self: true
                    enforce-first-as: true
                    allow-as-in: 2
                    prefix-limit: { maximum: 1000, warning: 90, restart: 5m }
                    prefix-limit-out: 50
                """);
        var session = neighbor.session();
        assertEquals(Asn.of(65000), session.remoteAsn());
        assertEquals("the edge", neighbor.description());
        assertEquals("waiting for the fibre", neighbor.shutdown());
        assertEquals(Policy.ACCEPT_ALL, neighbor.importPolicy());
        assertEquals("own-routes", neighbor.exportPolicy().name());
        assertEquals(Duration.ofSeconds(30), session.timers().holdTime());
        assertEquals(Duration.ofSeconds(6), session.timers().minimumHoldTime());
        assertEquals(Duration.ofSeconds(5), session.timers().connectRetry());
        assertEquals(Duration.ofMinutes(2), session.timers().sendHoldTime());
        var transport = session.transport();
        assertEquals(1790, transport.port());
        assertEquals(InetAddress.ofLiteral("10.0.0.2"), transport.localAddress());
        assertTrue(transport.passive());
        assertEquals("secret", transport.md5Password());
        assertEquals(2, transport.hops());
        assertTrue(transport.ttlSecurity());
        var offer = session.offer();
        assertEquals(Set.of(V4, V6), offer.families());
        assertEquals(Role.CUSTOMER, offer.role());
        assertTrue(offer.strictRole());
        assertEquals(Set.of(V4, V6), offer.addPathReceive());
        assertEquals(Set.of(V4, V6), offer.addPathSend());
        assertEquals(Set.of(V4), offer.extendedNextHop());
        assertFalse(offer.has(Feature.EXTENDED_MESSAGES));
        assertFalse(offer.has(Feature.ENHANCED_ROUTE_REFRESH));
        assertFalse(offer.has(Feature.RESTART_HELPER));
        assertEquals("mux1", offer.hostName());
        assertEquals(
                Map.of(V4, InetAddress.ofLiteral("10.0.0.9"), V6, InetAddress.ofLiteral("2001:db8::9")),
                neighbor.nextHops());
        var options = neighbor.options();
        assertEquals(Map.of(V4, 4, V6, 4), options.addPathSend());
        assertTrue(options.nextHopSelf());
        assertTrue(options.enforceFirstAs());
        assertEquals(2, options.allowOwnAs());
        assertEquals(new PrefixLimit(1000, 90), options.limits().get(V6));
        assertEquals(Duration.ofMinutes(5), options.limitRestart());
        assertEquals(50, options.sendLimits().get(V4));
    }

    @Test
    void aNeighbourTakesWhatItDoesNotSayFromItsGroupAndThenFromTheDefaults() {
        var config = good(HEAD + """
                hold-time: 9s
                defaults: { hold-time: 12s, connect-retry: 3s, description: from the defaults }
                peer-groups:
                  muxes: { as: 65011, hold-time: 30s, description: from the group, import: accept-all }
                neighbors:
                  10.0.0.1: { group: muxes, description: its own }
                  10.0.0.3: { group: muxes, as: internal, add-path: { send: all }, route-reflector-client: true }
                  "2001:db8::1": { as: 65001 }
                listen-ranges:
                  10.0.9.0/24: { group: muxes, limit: 7 }
                """);
        var first = config.neighbors().get(0);
        assertEquals("muxes", first.group());
        assertEquals("its own", first.description());
        assertEquals(Asn.of(65011), first.session().remoteAsn());
        assertEquals(Duration.ofSeconds(30), first.session().timers().holdTime());
        assertEquals(Duration.ofSeconds(3), first.session().timers().connectRetry());
        assertEquals("export", first.missingPolicies(), "RFC 8212");
        var second = config.neighbors().get(1);
        assertEquals("from the group", second.description());
        assertFalse(second.session().isEbgp());
        assertEquals("", second.missingPolicies(), "iBGP needs none");
        assertEquals(PeerTerms.ALL_PATHS, second.options().addPathSend().get(V4));
        assertTrue(second.options().reflectorClient());
        var third = config.neighbors().get(2);
        assertEquals("from the defaults", third.description());
        assertEquals(Duration.ofSeconds(12), third.session().timers().holdTime());
        assertEquals(Set.of(V6), third.session().families(), "the family of its address");
        assertEquals("import and export", third.missingPolicies());
        assertNull(third.shutdown());
        var range = config.ranges().getFirst();
        assertEquals(Prefix.parse("10.0.9.0/24"), range.prefix());
        assertEquals(7, range.limit());
        var guest = range.at(InetAddress.ofLiteral("10.0.9.77"));
        assertTrue(guest.session().transport().passive());
        assertEquals(InetAddress.ofLiteral("10.0.9.77"), guest.address());
        assertEquals("muxes", guest.group());
    }

    @Test
    void theSpeakersOwnSettingsArrive() {
        var config = good(HEAD + """
                cluster-id: 10.0.0.99
                listen: [0.0.0.0, "::"]
                port: 1790
                multipath: { ebgp: 8, ibgp: 4, as-path-relax: false }
                always-compare-med: true
                graceful-shutdown: false
                maximum-prefixes: 1000
                announce:
                  - 203.0.113.10/32
                  - { prefix: "2001:db8::/32", med: 7, community: [65010:1, no-export], next-hop: "2001:db8::1", origin: incomplete }
                """);
        assertEquals(
                List.of("/0.0.0.0:1790", "/[0:0:0:0:0:0:0:0]:1790"),
                config.listen().stream().map(Object::toString).toList());
        var decision = config.decision();
        assertEquals(RouterId.parse("10.0.0.99"), decision.clusterId());
        assertEquals(new Multipath(8, 4, false), decision.multipath());
        assertTrue(decision.alwaysCompareMed());
        assertFalse(decision.honourGracefulShutdown());
        assertEquals(1000, config.maximumPrefixes());
        assertEquals(Prefix.parse("203.0.113.10/32"), config.routes().get(0).prefix());
        var second = config.routes().get(1).attributes();
        assertEquals(7, second.find(MultiExitDisc.class).orElseThrow().value());
        assertEquals(Origin.INCOMPLETE, second.find(Origin.class).orElseThrow());
        assertEquals(
                List.of(65010 << 16 | 1, 0xFFFF_FF01),
                second.find(Communities.class).orElseThrow().values());
        assertEquals(
                InetAddress.ofLiteral("2001:db8::1"),
                second.find(NextHop.class).orElseThrow().address());
        assertEquals(1, good(HEAD + "multipath: 1\n").decision().multipath().ebgp());
    }

    @Test
    void whatTheProcessDoesBesideTheSpeakerArrives() {
        var file = assertInstanceOf(
                SpeakerFile.Good.class,
                SpeakerFile.parse("f", HEAD + "redistribute: connected\nnext-hop-tracking: kernel\n"));
        assertTrue(file.redistributesConnected());
        assertTrue(file.tracksNextHops());
        var plain = assertInstanceOf(SpeakerFile.Good.class, SpeakerFile.parse("f", HEAD));
        assertFalse(plain.redistributesConnected());
        assertFalse(plain.tracksNextHops());
    }

    @Test
    void everyMatchAndSetOfAPolicyArrives() {
        var policy = good(HEAD + """
                prefix-lists:
                  vips: [203.0.113.0/24 le 32, deny 0.0.0.0/0 le 32]
                policies:
                  all-of-it:
                    - name: one
                      match:
                        prefix-list: vips
                        prefix: 203.0.113.0/25 ge 26
                        family: ipv4
                        neighbor: [10.0.0.1, 10.1.0.0/16]
                        neighbor-as: 65000-65010
                        as-path: ^65001_
                        as-path-contains: 65001
                        origin-as: 65002
                        as-path-length: "<=5"
                        community: ["65000:*", no-export]
                        large-community: "65000:1:*"
                        extended-community: "rt:65000:*"
                        next-hop: 10.0.0.0/8
                        origin: igp
                        med: 0-10
                        local-pref: ">=100"
                        not: { community: blackhole, origin-as: 65003 }
                      set:
                        local-pref: 200
                        med: 5
                        origin: egp
                        next-hop: 10.0.0.9
                        prepend: 2
                        add-community: 65010:1
                        remove-community: "65000:*"
                        large-community: 65010:1:2
                        add-extended-community: rt:65010:1
                        link-bandwidth: 10G
                      then: next
                    - { set: { prepend: [65001, 65002], next-hop: self }, then: accept }
                """).policies().get("all-of-it");
        assertNotNull(policy);
        var term = policy.terms().getFirst();
        assertEquals(
                List.of(
                        "prefix list vips",
                        "prefix list 203.0.113.0/25 ge 26",
                        "family ipv4",
                        "neighbor 10.0.0.1/32, 10.1.0.0/16",
                        "neighbor-as 65000-65010",
                        "as-path \"^65001_\"",
                        "as-path-contains 65001",
                        "origin-as 65002",
                        "as-path-length 0-5",
                        "community 65000:*, no-export",
                        "large-community 65000:1:*",
                        "extended-community rt:65000:*",
                        "next-hop 10.0.0.0/8",
                        "origin igp",
                        "med 0-10",
                        "local-pref 100-4294967295",
                        "not origin-as 65003",
                        "not community blackhole"),
                term.matches().stream().map(Object::toString).toList());
        assertEquals(9, term.actions().size());
        assertEquals(new Action.SetLinkBandwidth(1.25e9f), term.actions().getLast());
        assertEquals(Verdict.NEXT, term.verdict());
        var last = policy.terms().getLast();
        assertEquals("2", last.name());
        assertEquals(
                List.of(new Action.SetNextHopSelf(), new Action.PrependAs(List.of(Asn.of(65001), Asn.of(65002)))),
                last.actions());
        assertEquals(Verdict.NEXT, policy.otherwise(), "the next policy of a list is asked");
    }

    /** Each line is wrong in one way; {@code |} is a line break. */
    @ParameterizedTest
    @CsvSource(delimiter = '#', quoteCharacter = '`', textBlock = """
            neighbors: {10.0.0.1: {as: 65000, exprot: x}}               # 3:35 unknown key 'exprot' of a neighbour: did you mean 'export'?
            neighbors: {10.0.0.1: {as: 65000, import: frm-edge}}|policies: {from-edge: []} # 3:43 no policy 'frm-edge': did you mean 'from-edge'?
            neighbors: {10.0.0.1: {group: muxs}}|peer-groups: {muxes: {as: 1}} # 3:31 no peer group 'muxs': did you mean 'muxes'?
            neighbors: {10.0.0.1: {description: x}}                     # 3:13 neighbour 10.0.0.1 needs 'as', here or in its peer group
            neighbors: {10.0.0.1: {as: 65000, hold-time: 2s}}           # 3:13 hold time PT2S: must be 0 or 3 to 65535 whole seconds (RFC 4271 section 4.2)
            neighbors: {10.0.0.1: {as: 65000, multihop: 2, ttl-security: 2}} # 3:13 multihop and ttl-security exclude each other
            neighbors: {10.0.0.1: {as: 65000}, 010.0.0.1: {as: 65000}}  # 3:36 address '010.0.0.1': must be such as
            neighbors: {"2001:db8::1": {as: 1}, "2001:DB8:0::1": {as: 1}} # 3:37 neighbour 2001:DB8:0::1 is there already, in line 3
            neighbors: {10.0.0.1: {as: 65010, role: peer}}              # 3:13 role PEER towards neighbour 10.0.0.1: must be of another AS (RFC 9234 section 4.1)
            neighbors: {10.0.0.1: {as: 65000, add-path: {send: best 0}}} # 3:52 'best 0': must be 'all' or 'best N', N from 1 to 256
            neighbors: {10.0.0.1: {as: 65000, next-hop: 10.0.0}}        # 3:45 address '10.0.0': must be such as
            listen-ranges: {10.0.0.1/24: {as: 65000}}                   # 3:17 prefix '10.0.0.1/24' has host bits: should it be 10.0.0.0/24?
            announce: [203.0.113.10/32, 203.0.113.10/32]                # 3:29 203.0.113.10/32 is announced twice
            announce: [{prefix: 10.0.0.0/8, med: 4294967296}]           # 3:38 '4294967296': must be a number, 0 to 4294967295
            prefix-lists: {x: [10.0.0.0/8 ge 33]}                       # 3:20 10.0.0.0/8 ge 33 le 32: must be 8 <= ge <= le <= 32
            prefix-lists: {x: [10.0.0.0/8 up 24]}                       # 3:20 '10.0.0.0/8 up 24': 'up' must be ge or le, with a prefix length
            policies: {x: [{match: {prefix-list: y}, then: accept}]}    # 3:38 no prefix list 'y'
            policies: {x: [{match: {as-path: "(1"}, then: accept}]}     # 3:34 regular expression '(1': '(' without ')' (at character 2)
            policies: {x: [{match: {community: 65536:1}, then: accept}]} # 3:36 community '65536:1': must be such as 65000:100, 65000:*, no-export
            policies: {x: [{match: {}}]}                                # 3:16 a term needs 'then': what becomes of the route
            policies: {x: [{then: permit}]}                             # 3:23 'permit' is unknown here: must be one of accept, reject, next
            policies: {x: [{name: a, then: next}, {name: a, then: next}]} # 3:46 two terms 'a' in policy 'x'
            policies: {accept-all: []}                                  # 3:12 policy 'accept-all' is built in: choose another name
            neighbors: {10.0.0.1: {as: 1, import: x}}|policies: {x: [{set: {next-hop: self}, then: accept}]} # 3:39 term '1' of policy 'x' sets next-hop to 'self' and cannot be for import
            """)
    void mistakesAreNamedWithTheirPlace(String text, String expected) {
        var bad =
                assertInstanceOf(SpeakerFile.Bad.class, SpeakerFile.parse("f", HEAD + text.replace('|', '\n') + "\n"));
        var said = bad.problems().stream().map(Problem::toString).toList();
        assertTrue(
                said.stream().anyMatch(each -> each.startsWith("f:" + expected.replaceFirst(" ", ": "))),
                said.toString());
    }

    @Test
    void whoWatchesAndWhatIsRecordedIsRead() {
        var good = assertInstanceOf(SpeakerFile.Good.class, SpeakerFile.parse("f", HEAD + """
                bmp: [192.0.2.9:11019, "[2001:db8::9]:5000"]
                mrt: { folder: /tmp/updates, rotate-size: 8, rotate-after: 5m, gzip: false, keep: 3 }
                neighbors:
                  10.0.0.1: { as: 65000, bfd: 50ms x 3 }
                """));
        assertEquals(
                List.of(11_019, 5_000),
                good.collectors().stream().map(one -> one.address().getPort()).toList());
        assertEquals(new MrtFiles(Path.of("/tmp/updates"), 8 << 20, Duration.ofMinutes(5), false, 3), good.recording());
        assertEquals(
                BfdTimers.of(Duration.ofMillis(50), 3),
                good.config().neighbors().getFirst().bfd());
        var brief = assertInstanceOf(SpeakerFile.Good.class, SpeakerFile.parse("f", HEAD + "mrt: /tmp/updates\n"));
        assertEquals(MrtFiles.in(Path.of("/tmp/updates")), brief.recording());
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        var bad = assertInstanceOf(
                SpeakerFile.Bad.class,
                SpeakerFile.parse("f", "as: 0\nneighbors:\n  10.0.0.1: { port: 70000 }\n  x: { as: 1 }\n"));
        assertEquals(4, bad.problems().size(), bad.problems().toString());
        assertInstanceOf(SpeakerFile.Bad.class, SpeakerFile.parse("f", ""));
    }

    private static NeighborConfig neighbor(String text) {
        return good(text).neighbors().getFirst();
    }

    private static SpeakerConfig good(String text) {
        return switch (SpeakerFile.parse("f", text)) {
            case SpeakerFile.Good good -> good.config();
            case SpeakerFile.Bad bad -> throw new AssertionError(bad.problems().toString());
        };
    }
}
