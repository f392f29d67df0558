package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.ExtendedCommunity.LinkBandwidth;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.ClusterList;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.OnlyToCustomer;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttribute.OriginatorId;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.policy.Action;
import ecmplab.bgp.policy.CommunityPattern;
import ecmplab.bgp.policy.Match;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PrefixList;
import ecmplab.bgp.policy.Verdict;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Random peers, policies and routes, few enough to meet often. */
final class RibSamples {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final AddressFamily V6 = AddressFamily.IPV6_UNICAST;
    private static final InetAddress SELF4 = InetAddress.ofLiteral("192.0.2.254");
    private static final InetAddress SELF6 = InetAddress.ofLiteral("2001:db8:ffff::254");

    final List<Prefix> prefixes = new ArrayList<>();
    private final SplittableRandom random;
    private final List<PathAttributes> pool4 = new ArrayList<>();
    private final List<PathAttributes> pool6 = new ArrayList<>();

    RibSamples(SplittableRandom random) {
        this.random = random;
        for (int i = 0; i < 12; i++) {
            prefixes.add(Prefix.v4(0xCB00_7100 + i * 16, random.nextInt(24, 33)));
            prefixes.add(Prefix.v6(0x2001_0db8_0000_0000L + i, random.nextLong(), random.nextInt(64, 129)));
        }
        var distinct = prefixes.stream().distinct().toList();
        prefixes.clear();
        prefixes.addAll(distinct);
        for (int i = 0; i < 40; i++) {
            pool4.add(randomAttributes(V4));
            pool6.add(randomAttributes(V6));
        }
    }

    Prefix prefix() {
        return prefixes.get(random.nextInt(prefixes.size()));
    }

    Prefix prefix(AddressFamily family) {
        var all = prefixes.stream().filter(prefix -> prefix.family() == family).toList();
        return all.get(random.nextInt(all.size()));
    }

    PathAttributes attributes(AddressFamily family) {
        return (family == V4 ? pool4 : pool6).get(random.nextInt(40));
    }

    /** Of a route of our own; sometimes with a next hop. */
    PathAttributes own(AddressFamily family) {
        var own = PathAttributes.of(Origin.IGP, AsPath.EMPTY, new MultiExitDisc(random.nextInt(2)));
        return random.nextInt(3) == 0 ? own.with(nextHop(family)) : own;
    }

    List<NaiveRib.Neighbor> neighbors() {
        var both = EnumSet.allOf(AddressFamily.class);
        var all = PeerTerms.of(both, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of(V4, SELF4, V6, SELF6));
        var lan = all.withNextHops(false, Prefix.parse("192.0.2.0/24"));
        var four = PeerTerms.of(EnumSet.of(V4), only(), Policy.ACCEPT_ALL, Map.of(V4, SELF4, V6, SELF6));
        var several = all.withAddPath(both, Map.of(V4, PeerTerms.ALL_PATHS, V6, 2));
        return List.of(
                neighbor("192.0.2.1", 65001, "10.0.0.1", lan),
                neighbor("192.0.2.2", 65001, "10.0.0.2", lan),
                neighbor("192.0.2.3", 65003, "10.0.0.2", all.withPolicies(changing(), Policy.ACCEPT_ALL)),
                neighbor("192.0.2.4", 65004, "10.0.0.4", four),
                neighbor("192.0.2.5", 65005, "10.0.0.5", several.withExtendedNextHop(Set.of(V4))),
                neighbor("192.0.2.6", 65000, "10.0.0.6", all),
                neighbor("192.0.2.7", 65000, "10.0.0.7", all.withReflectorClient(true)),
                neighbor("192.0.2.8", 65000, "10.0.0.8", several.withReflectorClient(true)));
    }

    /** Other terms that a session may change to. */
    PeerTerms changed(NaiveRib.Neighbor neighbor) {
        var terms = neighbor.terms();
        boolean ebgp = neighbor.isEbgp();
        return switch (random.nextInt(6)) {
            case 0 -> terms.withPolicies(policy(), terms.exportPolicy());
            case 1 -> terms.withPolicies(terms.importPolicy(), policy());
            case 2 ->
                terms.withNextHops(random.nextBoolean(), random.nextBoolean() ? Prefix.parse("192.0.2.0/24") : null);
            case 3 -> {
                var roles = Role.values();
                var role = ebgp && random.nextBoolean() ? roles[random.nextInt(roles.length)] : null;
                yield terms.withChecks(new PeerChecks(role, random.nextInt(4) == 0, random.nextInt(3)));
            }
            case 4 -> terms.withReflectorClient(!ebgp && random.nextBoolean());
            default ->
                terms.addPathSend().isEmpty()
                        ? terms
                        : terms.withAddPath(terms.addPathReceive(), Map.of(V4, random.nextInt(1, 4), V6, 2));
        };
    }

    private Policy policy() {
        return switch (random.nextInt(4)) {
            case 0 -> Policy.ACCEPT_ALL;
            case 1 -> Policy.DENY_ALL;
            case 2 -> only();
            default -> changing();
        };
    }

    private static Policy only() {
        var half = PrefixList.Entry.orLonger(Prefix.parse("203.0.113.0/25"));
        return Policy.only(new PrefixList("half", List.of(half)));
    }

    /** By attributes and by prefix, with effects of every kind that an export treats in its own way. */
    private Policy changing() {
        var half = new PrefixList("half", List.of(PrefixList.Entry.orLonger(Prefix.parse("203.0.113.128/25"))));
        var hop = InetAddress.ofLiteral("192.0.2." + random.nextInt(1, 9));
        return new Policy(
                "changing",
                List.of(
                        new Policy.Term(
                                "mark",
                                List.of(new Match.PathContains(Asn.of(7))),
                                List.of(new Action.SetLocalPref(random.nextInt(99, 102))),
                                Verdict.NEXT),
                        new Policy.Term(
                                "half",
                                List.of(new Match.InPrefixList(half)),
                                List.of(new Action.SetMed(random.nextInt(3)), new Action.SetNextHop(hop)),
                                Verdict.ACCEPT),
                        Policy.Term.reject(
                                "no-export", new Match.HasCommunity(List.of(CommunityPattern.parse("no-export")))),
                        new Policy.Term(
                                "longer",
                                List.of(new Match.HasOrigin(Origin.IGP)),
                                List.of(new Action.Prepend(1 + random.nextInt(2))),
                                Verdict.ACCEPT)),
                random.nextBoolean() ? Verdict.ACCEPT : Verdict.REJECT);
    }

    private static NaiveRib.Neighbor neighbor(String address, long asn, String id, PeerTerms terms) {
        var kind = asn == NaiveRib.LOCAL_AS.value() ? PeerKind.IBGP : PeerKind.EBGP;
        var identity = new PeerIdentity(InetAddress.ofLiteral(address), Asn.of(asn), RouterId.parse(id), kind);
        return new NaiveRib.Neighbor(identity, terms);
    }

    private PathAttribute.NextHop nextHop(AddressFamily family) {
        int host = random.nextInt(1, 4);
        boolean wide = family == V6 || random.nextInt(6) == 0;
        return new PathAttribute.NextHop(InetAddress.ofLiteral(wide ? "2001:db8:ffff::" + host : "192.0.2." + host));
    }

    private PathAttributes randomAttributes(AddressFamily family) {
        var list = new ArrayList<PathAttribute>();
        list.add(Origin.values()[random.nextInt(8) == 0 ? 2 : 0]);
        long first = 65001L + random.nextInt(3);
        list.add(
                switch (random.nextInt(8)) {
                    case 0 -> AsPath.EMPTY;
                    case 1 -> AsPath.sequence(first, 65000);
                    case 2, 3 -> AsPath.sequence(first, 7);
                    default -> AsPath.sequence(first);
                });
        boolean loopback = random.nextInt(12) == 0 && family == V4;
        list.add(loopback ? new PathAttribute.NextHop(InetAddress.ofLiteral("127.0.0.1")) : nextHop(family));
        if (random.nextInt(3) == 0) {
            list.add(new MultiExitDisc(random.nextInt(3)));
        }
        if (random.nextInt(6) == 0) {
            list.add(new LocalPref(99 + random.nextInt(3)));
        }
        if (random.nextInt(6) == 0) {
            list.add(Communities.of(0xFFFF_FF01 + random.nextInt(3)));
        } else if (random.nextInt(10) == 0) {
            list.add(Communities.of(0xFFFF_0000));
        }
        if (random.nextInt(6) == 0) {
            list.add(new OnlyToCustomer(Asn.of(65001 + random.nextInt(4))));
        }
        if (random.nextInt(8) == 0) {
            list.add(new OriginatorId(RouterId.parse("10.0.0." + random.nextInt(250, 255))));
            list.add(new ClusterList(List.of(RouterId.parse("10.0.0." + random.nextInt(251, 254)))));
        }
        if (random.nextInt(2) == 0) {
            float bandwidth = 125_000f * random.nextInt(0, 4);
            list.add(new ExtendedCommunities(
                    List.of(new LinkBandwidth(random.nextBoolean(), Asn.of(65001), Float.floatToIntBits(bandwidth)))));
        }
        return new PathAttributes(list);
    }
}
