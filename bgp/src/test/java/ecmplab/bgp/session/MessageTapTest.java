package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tap is told of a session between two of ours. */
class MessageTapTest {
    private static final InetAddress LEFT = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress RIGHT = InetAddress.ofLiteral("127.0.0.2");

    private final SessionServer leftServer = SessionServer.open();
    private final SessionServer rightServer = SessionServer.open();
    private final RecordingListener left = new RecordingListener();
    private final RecordingListener right = new RecordingListener();

    @AfterEach
    void end() {
        leftServer.close();
        rightServer.close();
    }

    private static final class Recorder implements MessageTap {
        private final List<String> told = new CopyOnWriteArrayList<>();

        @Override
        public void message(Ends ends, Direction direction, ByteBuf message) {
            assertEquals(message.readableBytes(), message.getUnsignedShort(message.readerIndex() + 16));
            told.add(direction + " " + message.getByte(message.readerIndex() + 18));
        }

        @Override
        public void established(Ends ends, Negotiated negotiated, Octets sentOpen, Octets receivedOpen) {
            told.add("established AS " + asOf(receivedOpen) + " by AS " + asOf(sentOpen));
        }

        private static Asn asOf(Octets open) {
            return ((Open.Outcome.Valid) Open.decode(open.toArray(), 0, open.length()))
                    .open()
                    .asn();
        }

        @Override
        public void closed(Ends ends, Negotiated negotiated, CloseReason reason) {
            told.add("closed");
        }

        @Override
        public void stateChanged(Neighbor neighbor, State from, State to) {
            told.add("-> " + to);
        }
    }

    private Neighbor connect() {
        var bound = rightServer.listen(new InetSocketAddress(RIGHT, 0));
        var config = SessionConfig.of(LEFT, Asn.of(65_001), Asn.of(65_002), RouterId.parse("10.0.0.2"));
        rightServer.add(config.withPassive(true), right).start();
        var dialling = leftServer.add(
                SessionConfig.of(RIGHT, Asn.of(65_002), Asn.of(65_001), RouterId.parse("10.0.0.1"))
                        .withHoldTime(Duration.ZERO) // no KEEPALIVE comes in between
                        .withPort(bound.getPort()),
                left);
        dialling.start();
        Await.until("both sides are up", () -> left.isUp() && right.isUp());
        return dialling;
    }

    @Test
    void aTapIsToldEveryMessageAndTheEnd() {
        var tap = new Recorder();
        leftServer.addTap(tap);
        var neighbor = connect();
        var refresh = Unpooled.buffer();
        Framing.writeRouteRefresh(refresh, AddressFamily.IPV4_UNICAST);
        Framing.writeRouteRefresh(refresh, AddressFamily.IPV4_UNICAST);
        left.up().send(refresh);
        Await.until("both are there", () -> right.refreshes.size() == 2);
        neighbor.stop("");
        Await.until("it is over", () -> tap.told.contains("-> IDLE"));
        var expected = new ArrayList<>(List.of(
                "-> CONNECT",
                "SENT 1",
                "-> OPEN_SENT",
                "RECEIVED 1",
                "SENT 4",
                "-> OPEN_CONFIRM",
                "RECEIVED 4",
                "established AS 65002 by AS 65001",
                "-> ESTABLISHED",
                "SENT 5",
                "SENT 5",
                "SENT 3",
                "closed",
                "-> IDLE"));
        assertEquals(expected, tap.told);
    }

    @Test
    void aTapThatComesLateIsToldOfTheSessionsThatAreUpAndOneThatGoesOfNothing() {
        var neighbor = connect();
        var early = new Recorder();
        var late = new Recorder();
        leftServer.addTap(early);
        Await.until("the first is on", () -> !early.told.isEmpty());
        leftServer.addTap(late);
        Await.until("it is told", () -> late.told.contains("established AS 65002 by AS 65001"));
        leftServer.removeTap(early);
        int count = early.told.size();
        neighbor.stop("");
        Await.until("it is over", () -> late.told.contains("closed"));
        assertEquals(count, early.told.size());
        assertTrue(late.told.contains("SENT 3"), late.told::toString);
    }
}
