package ecmplab.lab.show;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An edge that is looked at, and a MUX that announces to it, over loopback addresses of their own. */
final class TwoSpeakers implements AutoCloseable {
    static final String EDGE = "127.0.7.1";
    static final String MUX = "127.0.7.2";

    final Speaker edge;
    final EventFeed feed = new EventFeed(InstantSource.system());
    final CommandTree commands = new CommandTree();
    private @Nullable Speaker mux;

    TwoSpeakers() {
        var id = RouterId.parse("10.0.0.254");
        var session = SessionConfig.of(InetAddress.ofLiteral(MUX), Asn.of(65001), Asn.of(65000), id)
                .withPassive(true)
                .withLocalAddress(InetAddress.ofLiteral(EDGE))
                .withFamilies(EnumSet.allOf(AddressFamily.class));
        edge = Speaker.start(
                SpeakerConfig.of(Asn.of(65000), id)
                        .withListen(new InetSocketAddress(InetAddress.ofLiteral(EDGE), 0))
                        .withNeighbors(List.of(NeighborConfig.of(session).withDescription("the mux"))),
                feed.routes(changes -> {}),
                feed.events(event -> {}));
        BgpShow.add(commands, edge, feed);
    }

    /** Starts the MUX, which dials. */
    Speaker mux() {
        var id = RouterId.parse("10.0.0.1");
        int port = edge.listening().stream().findFirst().orElseThrow().getPort();
        var session = SessionConfig.of(InetAddress.ofLiteral(EDGE), Asn.of(65000), Asn.of(65001), id)
                .withLocalAddress(InetAddress.ofLiteral(MUX))
                .withPort(port)
                .withConnectRetry(Duration.ofMillis(200))
                .withFamilies(EnumSet.allOf(AddressFamily.class));
        var neighbor = NeighborConfig.of(session)
                .withNextHop(InetAddress.ofLiteral("192.0.2.1"))
                .withNextHop(InetAddress.ofLiteral("2001:db8::1"));
        var started = Speaker.start(
                SpeakerConfig.of(Asn.of(65001), id).withNeighbors(List.of(neighbor)), changes -> {}, event -> {});
        mux = started;
        return started;
    }

    /** What the edge answers, once it is known. */
    Answer.Known ask(String words) {
        try {
            var answer = commands.answer(List.of(words.split(" ")));
            while (answer instanceof Answer.Awaited awaited) {
                answer = awaited.answer().call();
            }
            return (Answer.Known) answer;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    String text(String words) {
        return ask(words).asText();
    }

    String json(String words) {
        var out = new StringWriter();
        try {
            ask(words).json().write(out);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return out.toString();
    }

    @Override
    public void close() {
        if (mux != null) {
            mux.close();
        }
        edge.close();
    }
}
