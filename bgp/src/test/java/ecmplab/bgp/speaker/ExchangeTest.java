package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.session.Neighbor;
import ecmplab.bgp.session.Session;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** The limit of what one session may have in the RIB's inbox. */
class ExchangeTest {
    private int resumed;
    private final Exchange exchange = new Exchange(
            InetAddress.ofLiteral("192.0.2.1"),
            new Session() {
                @Override
                public Neighbor neighbor() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Negotiated negotiated() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean send(ByteBuf messages) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean isWritable() {
                    return true;
                }

                @Override
                public long pendingOctets() {
                    return 0;
                }

                @Override
                public void resumeReading() {
                    resumed++;
                }

                @Override
                public void reset(Notification notification, Duration holdDown) {
                    reset(notification);
                }

                @Override
                public void reset(Notification notification) {
                    throw new UnsupportedOperationException();
                }
            },
            null);

    @Test
    void beyondTheLimitTheSessionStopsReadingAndReadsOnAtHalfOfIt() {
        Deque<RouteBatch> inbox = new ArrayDeque<>();
        long octets = 0;
        boolean readOn = true;
        while (readOn) {
            var batch = new RouteBatch();
            batch.endOfRib(AddressFamily.IPV4_UNICAST);
            octets += batch.size();
            readOn = exchange.offered(batch);
            inbox.add(batch);
        }
        assertTrue(octets > 1 << 20, () -> "it stops beyond 1 MiB");
        while (resumed == 0) {
            var batch = inbox.remove();
            octets -= batch.size();
            exchange.taken(batch);
        }
        assertTrue(octets <= 1 << 19 && octets > (1 << 19) - 250_000, "it reads on at half of that");
        inbox.forEach(exchange::taken);
        assertEquals(1, resumed, "told once");
        assertTrue(exchange.offered(new RouteBatch()));
    }

    @Test
    void aBatchLargerThanTheLimitStillGoesThrough() {
        var large = new RouteBatch();
        var block = new byte[60_000];
        while (large.size() <= 1 << 20) {
            large.attributes(block, 0, block.length);
        }
        assertFalse(exchange.offered(large));
        exchange.taken(large);
        assertEquals(1, resumed);
    }
}
