package ecmplab.bgp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.ListenRange;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A speaker that is told nonsense: good messages, mutated, one a session. It answers as {@link Forecast} says, another peer sees what is
 * left of the routes, the next session is taken, and nothing goes wrong inside.
 */
class LiveMutationTest {
    private static final int IN_ESTABLISHED = 350;
    private static final int IN_OPEN_SENT = 150;
    private static final long SEED = 20_261_123;
    private static final Prefix FOUR = Prefix.parse("198.18.255.1/32");
    private static final Prefix SIX = Prefix.parse("2001:db8:ff::/48");
    private static final MessageText TEXT = new MessageText(Map.of());
    private static final String P = "20 C612FF01";
    private static final String Q = "30 20010DB800FF";
    private static final String BASE = "40 01 01 00  40 02 [ 02 02 0000FDEA 0000FBF0 ]  40 03 04 C0000206";
    private static final String ANNOUNCE = "UPDATE [[ ]] [[ %s  80 04 04 00000007  C0 08 08 FDEA0001 FDEA0002 "
                    .formatted(BASE)
            + " C0 07 08 0000FDEA 0A000001  40 06 00  C0 20 0C 0000FDEA 00000001 00000002  C0 63 03 010203 ]] " + P;
    private static final String ANNOUNCE_SIX = "UPDATE [[ ]] [[ 40 01 01 00  40 02 [ 02 02 0000FDEA 0000FBF0 ]"
            + " 80 0E [ 0002 01 10 20010DB8 00*11 06 00 %s ] ]]".formatted(Q);
    private static final String WITHDRAW = "UPDATE [[ " + P + " ]] [[ ]]";
    private static final String WITHDRAW_SIX = "UPDATE [[ ]] [[ 80 0F [ 0002 01 " + Q + " ] ]]";
    private static final String OPEN =
            "OPEN 04 FDEA 0000 0A080001 " + "[ 02 [ 01 04 00010001  01 04 00020001  02 00  46 00  41 04 0000FDEA ] ]";

    private final Scene scene = new Scene();
    private final OurSubject subject = new OurSubject();
    private final Mutations mutations = new Mutations(SEED);
    private final Map<String, Integer> endings = new TreeMap<>();
    private Observer observer;
    private int marks;

    @BeforeEach
    void expectThePeer() throws Exception {
        var speaker = subject.speaker();
        var prefix = Prefix.parse("127.8.0.0/24");
        var session = SessionConfig.of(prefix.address(), Asn.of(65_002), Asn.of(SubjectSpeaker.ASN), routerId())
                .withPassive(true)
                .withHops(64)
                .withFamilies(EnumSet.allOf(AddressFamily.class));
        var template = NeighborConfig.of(session)
                .withNextHop(InetAddress.ofLiteral("192.0.2.1"))
                .withNextHop(InetAddress.ofLiteral("2001:db8::1"));
        speaker.reconfigure(speaker.config().withRanges(List.of(new ListenRange(prefix, 256, template))));
        observer = Observer.connect(scene, subject);
    }

    private RouterId routerId() {
        return subject.speaker().config().routerId();
    }

    @AfterEach
    void end() throws IOException {
        observer.close();
        subject.close();
    }

    @Test
    void everyMutationOfAnEstablishedSessionsMessagesIsAnsweredAsTheRfcsSay() throws Exception {
        byte[][] corpus = corpus();
        for (int round = 0; round < IN_ESTABLISHED; round++) {
            var message = mutations.mutate(mutations.oneOf(corpus));
            assertTrue(scene.await(() -> !sees(FOUR) && !sees(SIX)), "the end of the session before round " + round);
            try (var peer = connect(2 + round % 250)) {
                peer.send(TEXT.messages(OPEN + " ; KEEPALIVE ; " + ANNOUNCE + " ; " + ANNOUNCE_SIX));
                assertTrue(scene.await(() -> sees(FOUR) && sees(SIX)), "the session before round " + round);
                judge(peer, message);
            } catch (AssertionError wrong) {
                throw new AssertionError(
                        "round " + round + ": " + HexFormat.of().formatHex(message), wrong);
            }
        }
        assertSoundAfterwards();
        assertTrue(
                endings.keySet().containsAll(List.of(Forecast.GOES_ON, "1/1", "1/2", "1/3", "3/1")), endings::toString);
    }

    @Test
    void everyMutationOfAnOpenIsAnsweredAsTheRfcsSay() throws Exception {
        byte[] open = TEXT.messages(OPEN);
        for (int round = 0; round < IN_OPEN_SENT; round++) {
            var message = mutations.mutate(open);
            try (var peer = connect(2 + round)) {
                judgeOpen(peer, message);
            } catch (AssertionError wrong) {
                throw new AssertionError(
                        "round " + round + ": " + HexFormat.of().formatHex(message), wrong);
            }
        }
        assertSoundAfterwards();
        assertTrue(endings.keySet().containsAll(List.of(Forecast.GOES_ON, "1/1", "2/2", "2/4")), endings::toString);
    }

    private static byte[][] corpus() {
        byte[] announce = TEXT.messages(ANNOUNCE);
        byte[] six = TEXT.messages(ANNOUNCE_SIX);
        return new byte[][] {
            announce,
            announce,
            announce,
            six,
            six,
            TEXT.messages(WITHDRAW),
            TEXT.messages(WITHDRAW_SIX),
            TEXT.messages("UPDATE [[ ]] [[ 80 0F 03 000201 ]]"),
            TEXT.messages("REFRESH 0001 00 01"),
            TEXT.messages("NOTIFICATION 06 02 07 676F6F64627965"),
            TEXT.messages("KEEPALIVE"),
        };
    }

    /**
     * A connection on which the speaker has sent its OPEN. It takes one at a time from an address, and none while it backs off from what
     * was wrong with the last one; so each round has an address that was not used lately.
     */
    private RawPeer connect(int host) throws IOException, InterruptedException {
        while (true) {
            var peer = new RawPeer(scene, InetAddress.ofLiteral("127.8.0." + host), subject.address());
            if (peer.await(MessageText.OPEN)) {
                return peer;
            }
            assertTrue(peer.ended(), "the speaker says nothing");
            peer.close();
            scene.await(() -> false, 20); // refused for now
        }
    }

    private void judge(RawPeer peer, byte[] message) throws Exception {
        var first = mark();
        var stream = join(message, marking(first));
        var forecast = new Forecast(stream, Forecast.State.ESTABLISHED);
        peer.send(stream);
        if (!forecast.ending.equals(Forecast.GOES_ON)) {
            expectEnding(peer, forecast);
            return;
        }
        assertTrue(scene.await(() -> sees(first) || peer.ended()) && !peer.ended(), () -> "ended: " + peer.messages());
        // What comes in one flush may be told in another order: a second one comes after all of it.
        var second = mark();
        peer.send(marking(second));
        assertTrue(scene.await(() -> sees(second) || peer.ended()) && !peer.ended(), "ended after the first mark");
        count(Forecast.GOES_ON);
        expectRoute(forecast.updates, FOUR, TEXT.messages(ANNOUNCE));
        expectRoute(forecast.updates, SIX, TEXT.messages(ANNOUNCE_SIX));
    }

    private void judgeOpen(RawPeer peer, byte[] message) throws Exception {
        var stream = join(message, TEXT.messages("KEEPALIVE"));
        var forecast = new Forecast(stream, Forecast.State.OPEN_SENT);
        peer.send(stream);
        if (!forecast.ending.equals(Forecast.GOES_ON)) {
            expectEnding(peer, forecast);
            return;
        }
        scene.await(() -> peer.has(MessageText.KEEPALIVE) || peer.ended());
        var refusal = peer.notification();
        // What is offered may not be enough.
        assertTrue(
                peer.has(MessageText.KEEPALIVE) || (refusal != null && refusal[0] == 2), "neither taken nor refused");
        count(refusal == null ? Forecast.GOES_ON : refusal[0] + "/" + refusal[1]);
    }

    private void expectEnding(RawPeer peer, Forecast forecast) throws Exception {
        boolean waits = forecast.ending.equals(Forecast.WAITS);
        if (waits) {
            peer.shutdownOutput();
        }
        assertTrue(scene.await(peer::ended), () -> "goes on, but should end with " + forecast.ending);
        var notification = peer.notification();
        if (waits || forecast.ending.equals(Forecast.CLOSED)) {
            // An OPEN that was whole may be refused for what it offers before the rest is missed.
            assertTrue(notification == null || (forecast.opens && notification[0] == 2), "a NOTIFICATION of nothing");
            count(forecast.ending);
            return;
        }
        if (notification == null) {
            throw new AssertionError("closed, but should have said " + forecast.ending);
        }
        var said = notification[0] + "/" + notification[1];
        var wanted = forecast.ending.split(" ", 2);
        if (forecast.opens && notification[0] == 2) {
            assertEquals(wanted[0].startsWith("2/") ? wanted[0] : said, said);
        } else {
            assertEquals(wanted[0], said);
        }
        if (wanted.length > 1 && said.equals(wanted[0])) {
            assertEquals(
                    wanted[1], HexFormat.of().withUpperCase().formatHex(notification, 2, notification.length), "data");
        }
        count(said);
    }

    /** What the observer must see of a route that was announced as {@code good} before. */
    private void expectRoute(List<Update> updates, Prefix prefix, byte[] good) {
        var there = true;
        var certain = true;
        var before = Forecast.decode(good).announced().getFirst().attributes();
        for (var update : updates) {
            if (update.withdrawn().contains(prefix)) {
                there = false;
                certain = true;
            }
            for (var announcement : update.announced()) {
                if (announcement.prefixes().contains(prefix)) {
                    there = true;
                    certain = passesOnAlike(before, announcement.attributes());
                }
            }
        }
        if (certain) {
            assertEquals(there, sees(prefix), prefix + " seen by another peer");
        }
    }

    /** Whether nothing changed for which a route may not be passed on: loops, NO_EXPORT, next hops. */
    private static boolean passesOnAlike(PathAttributes before, PathAttributes after) {
        return List.of(AsPath.class, PathAttribute.NextHop.class, PathAttribute.Communities.class).stream()
                .allMatch(kind -> before.find(kind).equals(after.find(kind)));
    }

    private void assertSoundAfterwards() throws Exception {
        assertEquals(List.of(), subject.failures());
        assertFalse(observer.ended(), "the other peer's session is still its first");
        assertTrue(scene.await(() -> !sees(FOUR)));
        try (var peer = connect(1)) {
            peer.send(TEXT.messages(OPEN + " ; KEEPALIVE ; " + ANNOUNCE));
            assertTrue(scene.await(() -> sees(FOUR)), "a last session, in order");
        }
        Await.until(
                "only the beacon is left",
                () -> subject.speaker().summary().table().prefixes() == 1);
        Await.until(
                "the peer is forgotten",
                () -> subject.speaker().summary().peers().size() == 1);
    }

    private void count(String ending) {
        endings.merge(ending, 1, Integer::sum);
    }

    /** A prefix of its own that says: all before it was read. */
    private Prefix mark() {
        return Prefix.v4(0xC613_0000 + ++marks, 32);
    }

    private static byte[] marking(Prefix mark) {
        return TEXT.messages("UPDATE [[ ]] [[ " + BASE + " ]] " + nlri(mark));
    }

    private boolean sees(Prefix prefix) {
        synchronized (scene) {
            return observer.route(HexFormat.of().parseHex(nlri(prefix))) != null;
        }
    }

    private static String nlri(Prefix prefix) {
        var address = HexFormat.of().formatHex(prefix.address().getAddress());
        return "%02X".formatted(prefix.length()) + address.substring(0, (prefix.length() + 7) / 8 * 2);
    }

    private static byte[] join(byte[] first, byte[] second) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }
}
