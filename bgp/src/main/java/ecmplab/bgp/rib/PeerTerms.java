package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How routes are exchanged with one peer. Peers that are told the same by their terms share an update group. Make one with {@link #of} and
 * change it with the {@code with} methods.
 *
 * @param families negotiated
 * @param nextHops our own address as next hop, by family; routes of a family without one are not sent to another AS. With
 *     extended next hops, the IPv6 one serves IPv4 routes when there is no IPv4 one
 * @param fourOctetAs whether the peer takes AS numbers of four octets (RFC 6793)
 * @param maxMessageSize octets of the longest message the peer takes
 * @param extendedNextHop families in which the peer takes next hops of IPv6 for IPv4 prefixes (RFC 8950)
 * @param addPathReceive families in which the peer announces several paths a prefix (RFC 7911)
 * @param addPathSend families in which it is told several paths a prefix, and of the best how many at most
 * @param reflectorClient whether an iBGP peer is our client as a route reflector (RFC 4456)
 * @param nextHopSelf whether an iBGP peer gets us as next hop of routes from other ASes, and an eBGP peer never a third party's
 * @param sharedSubnet the subnet that both ends of the session are on: a next hop in it is passed on to another AS as it is (RFC 4271
 *     section 5.1.3); null when there is none
 * @param limits routes that the peer may announce, by family; families without one are not limited
 * @param sendLimits routes that the peer is told at most, by family
 */
public record PeerTerms(
        Set<AddressFamily> families,
        Policy importPolicy,
        Policy exportPolicy,
        Map<AddressFamily, InetAddress> nextHops,
        boolean fourOctetAs,
        int maxMessageSize,
        Set<AddressFamily> extendedNextHop,
        Set<AddressFamily> addPathReceive,
        Map<AddressFamily, Integer> addPathSend,
        boolean reflectorClient,
        boolean nextHopSelf,
        @Nullable Prefix sharedSubnet,
        PeerChecks checks,
        Map<AddressFamily, PrefixLimit> limits,
        Map<AddressFamily, Integer> sendLimits) {
    /** In {@link #addPathSend}: every path that takes part in the decision. */
    public static final int ALL_PATHS = Integer.MAX_VALUE;

    public PeerTerms {
        families = Set.copyOf(families);
        nextHops = Map.copyOf(nextHops);
        extendedNextHop = Set.copyOf(extendedNextHop);
        addPathReceive = Set.copyOf(addPathReceive);
        addPathSend = Map.copyOf(addPathSend);
        limits = Map.copyOf(limits);
        sendLimits = Map.copyOf(sendLimits);
        for (int most : addPathSend.values()) {
            positive("paths to send", most);
        }
        for (int most : sendLimits.values()) {
            positive("routes to send", most);
        }
    }

    /** Four-octet AS numbers, messages of 4096 octets, one path a prefix, no limits. */
    public static PeerTerms of(
            Set<AddressFamily> families,
            Policy importPolicy,
            Policy exportPolicy,
            Map<AddressFamily, InetAddress> nextHops) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                true,
                4096,
                Set.of(),
                Set.of(),
                Map.of(),
                false,
                false,
                null,
                PeerChecks.USUAL,
                Map.of(),
                Map.of());
    }

    public PeerTerms withPolicies(Policy in, Policy out) {
        return new PeerTerms(
                families,
                in,
                out,
                nextHops,
                fourOctetAs,
                maxMessageSize,
                extendedNextHop,
                addPathReceive,
                addPathSend,
                reflectorClient,
                nextHopSelf,
                sharedSubnet,
                checks,
                limits,
                sendLimits);
    }

    public PeerTerms withMessages(boolean wideAs, int largestMessage) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                wideAs,
                largestMessage,
                extendedNextHop,
                addPathReceive,
                addPathSend,
                reflectorClient,
                nextHopSelf,
                sharedSubnet,
                checks,
                limits,
                sendLimits);
    }

    public PeerTerms withExtendedNextHop(Set<AddressFamily> in) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                fourOctetAs,
                maxMessageSize,
                in,
                addPathReceive,
                addPathSend,
                reflectorClient,
                nextHopSelf,
                sharedSubnet,
                checks,
                limits,
                sendLimits);
    }

    public PeerTerms withAddPath(Set<AddressFamily> receive, Map<AddressFamily, Integer> send) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                fourOctetAs,
                maxMessageSize,
                extendedNextHop,
                receive,
                send,
                reflectorClient,
                nextHopSelf,
                sharedSubnet,
                checks,
                limits,
                sendLimits);
    }

    public PeerTerms withReflectorClient(boolean isClient) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                fourOctetAs,
                maxMessageSize,
                extendedNextHop,
                addPathReceive,
                addPathSend,
                isClient,
                nextHopSelf,
                sharedSubnet,
                checks,
                limits,
                sendLimits);
    }

    public PeerTerms withNextHops(boolean always, @Nullable Prefix subnet) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                fourOctetAs,
                maxMessageSize,
                extendedNextHop,
                addPathReceive,
                addPathSend,
                reflectorClient,
                always,
                subnet,
                checks,
                limits,
                sendLimits);
    }

    public PeerTerms withChecks(PeerChecks other) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                fourOctetAs,
                maxMessageSize,
                extendedNextHop,
                addPathReceive,
                addPathSend,
                reflectorClient,
                nextHopSelf,
                sharedSubnet,
                other,
                limits,
                sendLimits);
    }

    public PeerTerms withLimits(Map<AddressFamily, PrefixLimit> in, Map<AddressFamily, Integer> out) {
        return new PeerTerms(
                families,
                importPolicy,
                exportPolicy,
                nextHops,
                fourOctetAs,
                maxMessageSize,
                extendedNextHop,
                addPathReceive,
                addPathSend,
                reflectorClient,
                nextHopSelf,
                sharedSubnet,
                checks,
                in,
                out);
    }

    private static void positive(String what, int count) {
        if (count < 1) {
            throw new IllegalArgumentException(what + ": " + count + ", must be at least 1");
        }
    }
}
