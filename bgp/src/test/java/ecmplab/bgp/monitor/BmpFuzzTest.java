package ecmplab.bgp.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * We only write BMP (RFC 7854): whatever peers and operators make us say, a collector can read it. The input is what a peer sent, a text of
 * an operator, or counters. A normal run takes the inputs beside this test's resources.
 */
class BmpFuzzTest {
    private static final int COMMON_HEADER = 6;

    @FuzzTest
    void everyMessageCanBeRead(byte[] input) {
        var text = new String(input, StandardCharsets.UTF_8);
        var initiation = body(BmpMessages.initiation(text, "speaker " + text), 4);
        var information = tlvs(initiation, 0, initiation.length);
        assertEquals(List.of(1, 2), information);
        body(BmpMessages.termination(), 5);
        var session = session(input);
        var peer = BmpPeer.of(session.remote().getAddress(), session);
        var when = Instant.ofEpochSecond(Integer.toUnsignedLong(Arrays.hashCode(input)), input.length);

        var update = Unpooled.wrappedBuffer(input);
        var monitoring = body(BmpMessages.routeMonitoring(peer, when, update), 0);
        assertEquals(input.length, update.readableBytes());
        assertEquals(Octets.of(input), Octets.copy(monitoring, BmpPeer.HEADER, monitoring.length - BmpPeer.HEADER));

        var statistics = new ArrayList<BmpMessages.Statistic>();
        for (byte octet : input) {
            statistics.add(
                    switch (octet & 3) {
                        case 0 -> BmpMessages.Statistic.loops(octet);
                        case 1 -> BmpMessages.Statistic.routesReceived(octet);
                        default -> BmpMessages.Statistic.routesReceived(octet & 0xFFFF, octet & 0xFF, octet);
                    });
        }
        var report = body(BmpMessages.statistics(peer, when, statistics), 1);
        assertEquals(input.length, BigEndian.int32(report, BmpPeer.HEADER));
        assertEquals(
                input.length, tlvs(report, BmpPeer.HEADER + 4, report.length).size());

        var up = body(BmpMessages.peerUp(peer, when, Octets.of(input), Octets.of(input)), 3);
        assertEquals(BmpPeer.HEADER + 20 + 2 * input.length, up.length);
        for (var reason : reasons(input, text)) {
            var down = body(BmpMessages.peerDown(peer, when, reason), 2);
            int why = down[BmpPeer.HEADER];
            assertTrue(why >= 1 && why <= 5);
            boolean hasNotification = why == 1 || why == 3;
            if (hasNotification) {
                int length = BigEndian.uint16(down, BmpPeer.HEADER + 1 + 16);
                assertEquals(down.length, BmpPeer.HEADER + 1 + length);
            }
        }
    }

    /** Over IPv4 or IPv6, with ends that the input says. */
    private static Negotiated session(byte[] input) {
        var address = Arrays.copyOf(input, (input.length & 1) == 0 ? 4 : 16);
        InetSocketAddress end;
        try {
            end = new InetSocketAddress(InetAddress.getByAddress(address), input.length & 0xFFFF);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
        var as = Asn.of(65_000 + (input.length & 3));
        var id = RouterId.parse("10.0.0.1");
        var families = EnumSet.allOf(AddressFamily.class);
        return new Negotiated(
                as,
                id,
                as,
                id,
                Duration.ZERO,
                Duration.ZERO,
                families,
                Set.of(),
                Set.of(),
                Set.of(),
                true,
                true,
                true,
                4096,
                null,
                null,
                null,
                null,
                null,
                end,
                end,
                List.of());
    }

    private static List<CloseReason> reasons(byte[] input, String text) {
        int code = input.length > 0 ? input[0] & 0xFF : 0;
        int subcode = input.length > 1 ? input[1] & 0xFF : 0;
        var notification = new Notification(code, subcode, Octets.of(input));
        return List.of(
                new CloseReason.NotificationSent(notification, text),
                new CloseReason.NotificationReceived(notification),
                new CloseReason.ConnectionLost(text),
                new CloseReason.Restarted(),
                new CloseReason.HoldTimerExpired(Duration.ofSeconds(input.length)),
                new CloseReason.SendHoldTimerExpired(Duration.ofSeconds(input.length)),
                new CloseReason.Collision(),
                new CloseReason.Stopped(text),
                new CloseReason.Reset(notification));
    }

    /** What is behind the common header, which must be right. */
    private static byte[] body(Octets message, int type) {
        var octets = message.toArray();
        assertEquals(3, octets[0]);
        assertEquals(octets.length, BigEndian.int32(octets, 1));
        assertEquals(type, octets[5]);
        return Arrays.copyOfRange(octets, COMMON_HEADER, octets.length);
    }

    /** Types of the fields, which must fill the space. */
    private static List<Integer> tlvs(byte[] octets, int from, int to) {
        var types = new ArrayList<Integer>();
        int at = from;
        while (at < to) {
            types.add(BigEndian.uint16(octets, at));
            at += 4 + BigEndian.uint16(octets, at + 2);
        }
        assertEquals(to, at);
        return types;
    }
}
