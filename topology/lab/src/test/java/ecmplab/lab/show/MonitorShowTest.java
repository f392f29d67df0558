package ecmplab.lab.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.Json;
import ecmplab.testkit.Await;
import java.io.StringWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MonitorShowTest {
    private static final InetAddress NEIGHBOR = InetAddress.ofLiteral("10.0.0.1");

    @Test
    void sessionsAndRoutesAreSaidAsTheyComeEachAsAJsonObjectOfALine() throws Exception {
        try (var speakers = new TwoSpeakers()) {
            var out = new StringWriter();
            var monitor = Thread.ofVirtual().start(() -> {
                try {
                    speakers.ask("bgp monitor --kind session-up,route-changed --count 3")
                            .json()
                            .write(out);
                } catch (java.io.IOException broken) {
                    throw new java.io.UncheckedIOException(broken);
                }
            });
            var routes = speakers.feed.routes(RouteListener.NONE);
            Await.until("the monitor follows", routes::isFollowing);
            var mux = speakers.mux();
            speakers.text("wait established --timeout 20s");
            mux.announce(Prefix.parse("203.0.113.10/32"));
            speakers.text("wait route 203.0.113.10/32 --timeout 20s");
            mux.withdraw(Prefix.parse("203.0.113.10/32"));
            assertTrue(monitor.join(Duration.ofSeconds(60)), out::toString);
            var lines = out.toString().lines().map(Json.MAPPER::readTree).toList();
            assertEquals(3, lines.size(), out.toString());
            assertEquals("session-up", lines.get(0).get("event").asString());
            assertEquals("127.0.7.2", lines.get(0).get("peer").asString());
            assertEquals("203.0.113.10/32", lines.get(1).get("prefix").asString());
            assertEquals("192.0.2.1", lines.get(1).get("nexthops").get(0).asString());
            assertEquals(
                    "path 65001 i, next hop 192.0.2.1",
                    lines.get(1).get("attributes").asString());
            assertTrue(lines.get(2).get("nexthops").isEmpty());
            var old = lines.get(2).get("old");
            assertEquals("127.0.7.2", old.get("peer").asString());
            assertEquals("65001", old.get("path").asString());
            assertEquals("withdrawn", old.get("fate").asString());
        }
    }

    @Test
    void anUnknownKindIsUsageAndSaysWhichThereAre() {
        try (var speakers = new TwoSpeakers()) {
            var answer = speakers.ask("bgp monitor --kind sessions");
            assertEquals(Answer.USAGE, answer.code());
            assertTrue(answer.asText().contains("session-up"), answer.asText());
        }
    }

    @Test
    void aListenerThatDoesNotKeepUpLosesEventsAndIsToldHowManyButNobodyWaits() throws Exception {
        var feed = new EventFeed(() -> Instant.EPOCH);
        try (var slow = feed.subscribe()) {
            for (int i = 0; i < 20_000; i++) {
                feed.on(new SpeakerEvent.RoutesLost(Instant.EPOCH, NEIGHBOR, i));
            }
            assertEquals(20_000 - (1 << 14), slow.takeLost());
            assertEquals(0, slow.takeLost());
            assertTrue(slow.next(Duration.ZERO).isPresent());
        }
    }

    @Test
    void manyRoutesOfOnePassCountAsMany() throws Exception {
        var feed = new EventFeed(() -> Instant.EPOCH);
        var changes = new ArrayList<RouteListener.Change>();
        for (int i = 0; i < 40_000; i++) {
            changes.add(new RouteListener.Change(Prefix.v4(i << 8, 24), List.of()));
        }
        try (var slow = feed.subscribe()) {
            feed.routes(all -> {}).changed(changes);
            feed.routes(all -> {}).changed(changes);
            assertEquals(40_000, slow.takeLost());
            assertTrue(slow.next(Duration.ZERO).isPresent());
            feed.routes(all -> {}).changed(changes);
            assertEquals(0, slow.takeLost());
        }
    }

    @Test
    void changesOfBestPathsAreGatheredOnlyForWhoFollows() {
        var feed = new EventFeed(() -> Instant.EPOCH);
        var routes = feed.routes(RouteListener.NONE);
        assertFalse(routes.isListening());
        try (var follower = feed.follow()) {
            assertTrue(routes.isFollowing());
            assertFalse(routes.isListening());
            routes.bestChanged(List.of(), 7);
            assertEquals(7, follower.takeLost());
        }
        assertFalse(routes.isFollowing());
    }

    @Test
    void theOldPathIsSaidBesideTheNewOneOnOneLine() {
        var occurrence = Occurrence.plain(Instant.EPOCH, "route-changed")
                .and("prefix", "203.0.113.0/24")
                .and("old", new LinkedHashMap<>(Map.of("fate", "withdrawn")));
        assertEquals(
                "1970-01-01T00:00:00Z  route-changed  prefix=203.0.113.0/24  old=(fate=withdrawn)",
                occurrence.toText());
    }

    @Test
    void nothingIsKeptWhenNobodyListens() throws Exception {
        var feed = new EventFeed(() -> Instant.EPOCH);
        var gone = feed.subscribe();
        gone.close();
        feed.on(new SpeakerEvent.RoutesLost(Instant.EPOCH, NEIGHBOR, 1));
        assertTrue(gone.next(Duration.ZERO).isEmpty());
    }

    @Test
    void aFilterLetsThroughItsNeighbourAndWhatIsWithinItsPrefix() {
        var filter = MonitorShow.Filter.parse(Map.of("--prefix", "203.0.113.0/24"));
        assertTrue(
                filter.passes(Occurrence.plain(Instant.EPOCH, "route-changed").and("prefix", "203.0.113.10/32")));
        assertTrue(filter.passes(Occurrence.plain(Instant.EPOCH, "routes-flushed")
                .and("prefixes", List.of("192.0.2.0/24", "203.0.113.0/24"))));
        assertFalse(
                filter.passes(Occurrence.plain(Instant.EPOCH, "route-changed").and("prefix", "203.0.0.0/16")));
        assertFalse(
                filter.passes(Occurrence.plain(Instant.EPOCH, "route-changed").and("prefix", "2001:db8::/32")));
        var neighbor = MonitorShow.Filter.parse(Map.of("--neighbor", "10.0.0.1"));
        assertTrue(neighbor.passes(Occurrence.of(new SpeakerEvent.RoutesLost(Instant.EPOCH, NEIGHBOR, 1))));
        assertFalse(
                neighbor.passes(Occurrence.plain(Instant.EPOCH, "session-up").and("peer", "10.0.0.2")));
    }
}
