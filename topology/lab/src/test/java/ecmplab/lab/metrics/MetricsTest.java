package ecmplab.lab.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.metrics.Exposition.MetricType;
import ecmplab.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.8.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("127.0.8.2");
    private static final String PEER = "peer=\"127.0.8.2\",remote_as=\"65001\",peer_desc=\"a \\\"quoted\\\" one\"";

    @Test
    void aSpeakersMetricsAreServedOverHttpAndSayWhatIsSo() throws Exception {
        var id = RouterId.parse("10.0.0.254");
        var session = SessionConfig.of(THERE, Asn.of(65001), Asn.of(65000), id)
                .withPassive(true)
                .withLocalAddress(HERE);
        var config = SpeakerConfig.of(Asn.of(65000), id)
                .withListen(new InetSocketAddress(HERE, 0))
                .withNeighbors(List.of(NeighborConfig.of(session).withDescription("a \"quoted\" one")));
        try (var speaker = Speaker.start(config, changes -> {}, event -> {});
                var other = other(speaker);
                var server = MetricsServer.start(
                        new InetSocketAddress(HERE, 0), new SpeakerMetrics(speaker, InstantSource.system())::text)) {
            other.announce(Prefix.parse("203.0.113.10/32"));
            Await.until("established, with the route", () -> {
                var peer = speaker.summary().peers().getFirst();
                return peer.state() == State.ESTABLISHED && peer.prefixesReceived() == 1;
            });
            var text = get(server, "/metrics");
            var read = PrometheusText.parse(text);
            assertEquals(1, read.samples.get("bgp_peer_state{" + PEER + "}"));
            assertEquals(6, read.samples.get("bgp_peer_session_state{" + PEER + "}"));
            assertEquals(1, read.samples.get("bgp_rib_count_total"));
            assertEquals(
                    1,
                    read.samples.get(
                            "bgp_peer_prefixes_received_count_total{afi=\"ipv4\",safi=\"unicast\"," + PEER + "}"));
            assertEquals(1, read.samples.get("bgp_peer_messages_received_total{" + PEER + ",type=\"open\"}"));
            assertEquals("counter", read.types.get("bgp_peer_update_faults_total"));
            assertTrue(read.samples.getOrDefault("jvm_memory_used_bytes{area=\"heap\"}", 0.0) > 0);
            assertTrue(get(server, "/").contains("/metrics"));
            assertEquals(404, response(server, "/nothing", "GET").statusCode());
            assertEquals(405, response(server, "/metrics", "POST").statusCode());
            assertEquals("", response(server, "/metrics", "HEAD").body());
        }
    }

    private static Speaker other(Speaker speaker) {
        var id = RouterId.parse("10.0.0.1");
        var session = SessionConfig.of(HERE, Asn.of(65000), Asn.of(65001), id)
                .withLocalAddress(THERE)
                .withPort(speaker.listening().stream().findFirst().orElseThrow().getPort())
                .withConnectRetry(Duration.ofMillis(200));
        var neighbor = NeighborConfig.of(session).withNextHop(InetAddress.ofLiteral("192.0.2.1"));
        return Speaker.start(
                SpeakerConfig.of(Asn.of(65001), id).withNeighbors(List.of(neighbor)), changes -> {}, event -> {});
    }

    private static String get(MetricsServer server, String path) throws Exception {
        var response = response(server, path, "GET");
        assertEquals(200, response.statusCode());
        return response.body();
    }

    private static java.net.http.HttpResponse<String> response(MetricsServer server, String path, String method)
            throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create(
                    "http://" + HERE.getHostAddress() + ":" + server.address().getPort() + path);
            var request = HttpRequest.newBuilder(uri)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            return client.send(request, BodyHandlers.ofString());
        }
    }

    @Test
    void textIsEscapedAndNumbersAreAsPrometheusWantsThem() {
        var out = new Exposition();
        out.family("a_total", MetricType.COUNTER, "line\nfeed \\", List.of("name"))
                .add(1_000_000, List.of("with \"quotes\", \\ and\nline feed"))
                .add(0.25, List.of(""));
        assertEquals("""
                # HELP a_total line\\nfeed \\\\
                # TYPE a_total counter
                a_total{name="with \\"quotes\\", \\\\ and\\nline feed"} 1000000
                a_total{name=""} 0.25
                """, out.toString());
        assertEquals(2, PrometheusText.parse(out.toString()).samples.size());
    }

    @Test
    void aMetricIsBegunOnceAndHasAValueForEachLabel() {
        var out = new Exposition();
        var family = out.family("a", MetricType.GAUGE, "help", List.of("name"));
        assertThrows(IllegalArgumentException.class, () -> out.family("a", MetricType.GAUGE, "help", List.of()));
        assertThrows(IllegalArgumentException.class, () -> family.add(1));
    }

    @Test
    void theTestsOwnReaderRefusesWhatPrometheusWould() {
        var head = "# HELP a help\n# TYPE a gauge\n";
        assertEquals(1, PrometheusText.parse(head + "a{x=\"1\"} 2\n").samples.size());
        for (var wrong : List.of(
                head + "a 1",
                head + "a 1\na 2\n",
                "a 1\n",
                head + "b 1\n",
                head + "a{x=1} 2\n",
                head + "a{x=\"\\x\"} 2\n",
                head + "a{x=\"1\",x=\"2\"} 2\n",
                head + "a one\n",
                head + head)) {
            assertThrows(IllegalArgumentException.class, () -> PrometheusText.parse(wrong), wrong);
        }
    }
}
