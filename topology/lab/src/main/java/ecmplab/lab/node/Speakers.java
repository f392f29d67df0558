package ecmplab.lab.node;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.lab.fabric.NodeConfig.Neighbor;
import ecmplab.lab.file.Node;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/** What router and MUX nodes have in common about BGP. */
final class Speakers {
    private Speakers() {}

    /** Listens on port 179 of every address of the namespace, and talks to the neighbours over their links. */
    static SpeakerConfig config(Node.Bgp bgp, List<Neighbor> neighbors) {
        return SpeakerConfig.of(bgp.as(), bgp.routerId())
                .withListen(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), SessionConfig.BGP_PORT))
                .withNeighbors(neighbors.stream()
                        .map(neighbor -> neighbor(bgp, neighbor))
                        .toList());
    }

    /** Routes of IPv6 go over the IPv4 session as well, with our IPv6 address on its link as their next hop. */
    private static NeighborConfig neighbor(Node.Bgp bgp, Neighbor neighbor) {
        var config = NeighborConfig.of(SessionConfig.of(neighbor.remote(), neighbor.as(), bgp.as(), bgp.routerId())
                        .withLocalAddress(neighbor.local())
                        .withFamilies(Set.copyOf(bgp.families()))
                        .withHoldTime(bgp.holdTime())
                        .withConnectRetry(bgp.connectRetry()))
                .withDescription(neighbor.node())
                .withBfd(bgp.bfd().orElse(null));
        return neighbor.localIpv6().map(config::withNextHop).orElse(config);
    }

    /** Neighbours without an established session. */
    static List<String> waitingFor(Speaker speaker) {
        return speaker.summary().peers().stream()
                .filter(peer -> peer.state() != State.ESTABLISHED)
                .map(peer -> "BGP session with " + peer.description())
                .toList();
    }

    /** Such as {@code 3 of 3 sessions}. */
    static String status(Speaker speaker) {
        var peers = speaker.summary().peers();
        long up =
                peers.stream().filter(peer -> peer.state() == State.ESTABLISHED).count();
        return up + " of " + peers.size() + " BGP sessions";
    }
}
