package ecmplab.bgp.conformance;

import ecmplab.bgp.session.Offer;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.session.TransportOptions;
import ecmplab.bgp.speaker.ExchangeOptions;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The speaker of this project. */
final class OurSubject implements SubjectSpeaker {
    static final String TITLE = "ecmplab";
    private static final Asn AS = Asn.of(ASN);
    private static final RouterId ID = RouterId.parse("10.0.0.1");
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");

    private final List<SpeakerEvent.Failed> failures = new CopyOnWriteArrayList<>();
    private final Speaker speaker = Speaker.start(
            SpeakerConfig.of(AS, ID).withListen(new InetSocketAddress(ADDRESS, 0)), changes -> {}, event -> {
                if (event instanceof SpeakerEvent.Failed failed) {
                    failures.add(failed);
                }
            });

    @Override
    public String title() {
        return TITLE;
    }

    @Override
    public InetSocketAddress address() {
        return speaker.listening().getFirst();
    }

    @Override
    public void expect(Profile.Pool pool, InetAddress peer) {
        var offer = Offer.of(EnumSet.allOf(AddressFamily.class))
                .withRole(pool.subjectRole(), pool == Profile.Pool.STRICT_CUSTOMER);
        var options = ExchangeOptions.USUAL;
        if (pool == Profile.Pool.ADD_PATH) {
            var family = AddressFamily.IPV4_UNICAST;
            offer = offer.withAddPath(Set.of(family), Set.of(family));
            options = options.withAddPathSend(Map.of(family, 8));
        }
        var session = SessionConfig.of(peer, Asn.of(pool.asn), AS, ID)
                .withOffer(offer)
                .withTransport(TransportOptions.of(pool.securedHops() > 0 ? pool.securedHops() : 64)
                        .withPassive(true)
                        .withTtlSecurity(pool.securedHops() > 0));
        speaker.addNeighbor(NeighborConfig.of(session)
                .withOptions(options)
                // An address of the loopback network is nobody's next hop.
                .withNextHop(InetAddress.ofLiteral("192.0.2.1"))
                .withNextHop(InetAddress.ofLiteral("2001:db8::1")));
        Await.until(
                "neighbour " + peer.getHostAddress() + " may come",
                () -> speaker.neighbor(peer).session().state() == State.ACTIVE);
    }

    Speaker speaker() {
        return speaker;
    }

    /** What went wrong inside; empty if all is well. */
    List<SpeakerEvent.Failed> failures() {
        return failures;
    }

    @Override
    public void close() {
        speaker.close();
    }
}
