package ecmplab.bgp.monitor;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A speaker that is watched, and a peer of it that announces. */
final class TwoSpeakers implements AutoCloseable {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.21.1");
    static final InetAddress THERE = InetAddress.ofLiteral("127.0.21.2");

    final Speaker watched;
    final Speaker peer;

    TwoSpeakers() {
        var asn = Asn.of(65_000);
        var peerAsn = Asn.of(4_200_000_001L);
        var id = RouterId.parse("192.0.2.1");
        var peerId = RouterId.parse("192.0.2.2");
        var passive = SessionConfig.of(THERE, peerAsn, asn, id)
                .withPassive(true)
                .withLocalAddress(HERE)
                .withFamilies(EnumSet.allOf(AddressFamily.class));
        watched = Speaker.start(
                SpeakerConfig.of(asn, id)
                        .withListen(new InetSocketAddress(HERE, 0))
                        .withNeighbors(List.of(NeighborConfig.of(passive))),
                changes -> {},
                event -> {});
        var active = SessionConfig.of(HERE, asn, peerAsn, peerId)
                .withLocalAddress(THERE)
                .withPort(watched.listening().getFirst().getPort())
                .withConnectRetry(Duration.ofMillis(200))
                .withFamilies(EnumSet.allOf(AddressFamily.class));
        var neighbor = NeighborConfig.of(active)
                .withNextHop(InetAddress.ofLiteral("192.0.2.2"))
                .withNextHop(InetAddress.ofLiteral("2001:db8::2"));
        peer = Speaker.start(
                SpeakerConfig.of(peerAsn, peerId).withNeighbors(List.of(neighbor)), changes -> {}, event -> {});
        Await.until("established", () -> watched.summary().peers().getFirst().state() == State.ESTABLISHED);
    }

    /** Prefixes of both families, announced by the peer and known to the watched speaker. */
    Set<Prefix> announce(int first, int count) {
        var announced = new HashSet<Prefix>();
        for (int i = first; i < first + count; i++) {
            announced.add(Prefix.v4(0x0A00_0000 + (i << 8), 24));
            announced.add(Prefix.parse("2001:db8:%x::/48".formatted(i & 0xFFFF)));
        }
        announced.forEach(prefix -> peer.announce(prefix, 0xFDE8_0000));
        Await.until(
                "all known",
                () -> announced.stream()
                        .allMatch(prefix -> watched.route(prefix).isPresent()));
        return announced;
    }

    @Override
    public void close() {
        peer.close();
        watched.close();
    }
}
