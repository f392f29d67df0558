package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** TCP must not go on with a peer that is gone: what is set on real sockets, and what becomes of a peer that reads nothing (RFC 9687). */
class DeadPeerTest {
    private static final InetAddress LEFT = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress RIGHT = InetAddress.ofLiteral("127.0.0.2");
    private static final Asn LEFT_AS = Asn.of(65_001);
    private static final Asn RIGHT_AS = Asn.of(65_002);

    private final SessionServer leftServer = SessionServer.open();
    private final SessionServer rightServer = SessionServer.open();
    private final RecordingListener left = new RecordingListener();
    private final RecordingListener right = new RecordingListener();
    private final int port = rightServer.listen(new InetSocketAddress(RIGHT, 0)).getPort();

    @AfterEach
    void end() {
        leftServer.close();
        rightServer.close();
    }

    /** Left dials, right accepts. */
    private void connect(SessionTimers dialling, SessionTimers accepting) {
        rightServer
                .add(
                        SessionConfig.of(LEFT, LEFT_AS, RIGHT_AS, RouterId.parse("10.0.0.2"))
                                .withPassive(true)
                                .withTimers(accepting),
                        right)
                .start();
        leftServer
                .add(
                        SessionConfig.of(RIGHT, RIGHT_AS, LEFT_AS, RouterId.parse("10.0.0.1"))
                                .withLocalAddress(LEFT)
                                .withPort(port)
                                .withTimers(dialling.withConnectRetry(Duration.ofMillis(100))),
                        left)
                .start();
        Await.until("both sides are established", () -> left.isUp() && right.isUp());
    }

    @Test
    void tcpGivesUpAfterTwiceTheHoldTimeOnDialledAndOnAcceptedSockets() {
        Assumptions.assumeTrue(Epoll.isAvailable());
        connect(SessionTimers.standard(), SessionTimers.standard().withHoldTime(Duration.ofSeconds(30)));
        assertEquals(18_000, userTimeout(left));
        assertEquals(18_000, userTimeout(right));
    }

    @Test
    void withAShortHoldTimeTcpWaitsLongEnoughForAStalledPeer() {
        Assumptions.assumeTrue(Epoll.isAvailable());
        connect(SessionTimers.standard().withHoldTime(Duration.ofSeconds(3)), SessionTimers.standard());
        assertEquals(10_000, userTimeout(left));
        assertEquals(10_000, userTimeout(right));
    }

    @Test
    void withoutAHoldTimeTcpWaitsAsItAlwaysDoes() {
        Assumptions.assumeTrue(Epoll.isAvailable());
        connect(SessionTimers.standard().withHoldTime(Duration.ZERO), SessionTimers.standard());
        assertEquals(0, userTimeout(left));
    }

    /** Milliseconds, as the kernel has it. */
    private static int userTimeout(RecordingListener of) {
        var session = assertInstanceOf(EstablishedSession.class, of.up());
        var channel = session.channel();
        return channel.eventLoop()
                .submit(() -> channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                .syncUninterruptibly()
                .getNow();
    }
}
