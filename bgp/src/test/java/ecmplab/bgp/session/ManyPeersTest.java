package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two hundred peers that connect, get as far as chance has it, and vanish, politely or not. Nothing of them stays. */
class ManyPeersTest {
    private static final int PEERS = 200;
    private static final int ROUNDS = 5;
    private static final InetAddress HUB = InetAddress.ofLiteral("127.0.0.1");
    private static final Asn HUB_AS = Asn.of(65_001);
    private static final Asn PEER_AS = Asn.of(65_002);

    private final SessionServer hub = SessionServer.open();
    private final int port = hub.listen(new InetSocketAddress(HUB, 0)).getPort();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger();
    private final Map<InetAddress, RecordingListener> listeners = new ConcurrentHashMap<>();

    @AfterEach
    void end() {
        hub.close();
    }

    private final class Desk implements Guests {
        @Override
        public Neighbor admit(InetAddress peer) {
            admitted.incrementAndGet();
            var listener = listeners.computeIfAbsent(peer, ignored -> new RecordingListener());
            var config = SessionConfig.of(peer, SessionConfig.ANY_OTHER_AS, HUB_AS, RouterId.parse("10.0.0.1"))
                    .withPassive(true);
            var neighbor = hub.add(config, listener);
            neighbor.start();
            return neighbor;
        }

        @Override
        public void left(Neighbor guest) {
            left.incrementAndGet();
        }
    }

    @Test
    void nothingStaysOfPeersThatVanish() throws Exception {
        hub.acceptRange(Prefix.parse("127.9.0.0/16"), PEERS, null, new Desk());
        visits(0); // opens what is opened once, as the pollers of virtual threads
        awaitEmpty();
        int files = openFiles();
        var threads = threads();
        for (int round = 1; round <= ROUNDS; round++) {
            visits(round);
        }
        awaitEmpty();
        assertTrue(admitted.get() >= PEERS, admitted::toString);
        Await.until("all files are closed", () -> openFiles() <= files);
        assertEquals(Set.of(), newThreads(threads));
        long up = listeners.values().stream()
                .flatMap(listener -> listener.calls.stream())
                .filter("established"::equals)
                .count();
        long down = listeners.values().stream()
                .mapToLong(listener -> listener.closes.size())
                .sum();
        assertTrue(up > 0);
        assertEquals(up, down, "each session that came up went down once");
    }

    private void visits(int round) throws Exception {
        try (var visitors = Executors.newVirtualThreadPerTaskExecutor()) {
            var visits = IntStream.range(0, PEERS)
                    .mapToObj(number -> visitors.submit(() -> visit(round * PEERS + number)))
                    .toList();
            for (Future<?> visit : visits) {
                visit.get();
            }
        }
    }

    private void awaitEmpty() {
        Await.until("all guests are gone", () -> left.get() == admitted.get());
    }

    /** One peer: its address and what it does follow from the number. */
    private Void visit(int number) throws IOException {
        RandomGenerator random = new SplittableRandom(number);
        int host = number % PEERS + 1;
        var address = InetAddress.ofLiteral("127.9." + host / 250 + "." + (host % 250 + 1));
        try (var socket = new Socket(HUB, port, address, 0)) {
            int steps = random.nextInt(5);
            var in = socket.getInputStream();
            var out = socket.getOutputStream();
            if (steps > 0) {
                in.readNBytes(Framing.HEADER);
            }
            if (steps > 1) {
                var message = Unpooled.buffer();
                new Open(PEER_AS, 9, RouterId.parse("10.9.0.1"), List.of(new Capability.FourOctetAs(PEER_AS)))
                        .encode(message);
                // Sometimes only half of it.
                var octets = ByteBufUtil.getBytes(message);
                out.write(octets, 0, random.nextInt(4) == 0 ? octets.length / 2 : octets.length);
            }
            if (steps > 2) {
                var keepalive = Unpooled.buffer();
                Framing.writeKeepalive(keepalive);
                out.write(ByteBufUtil.getBytes(keepalive));
            }
            if (steps > 3) {
                out.write(new byte[random.nextInt(1, 100)]); // no message at all
            }
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0); // a reset instead of an end
            }
        } catch (IOException cutOff) {
            // It was one of those that are told to go while they speak.
        }
        return null;
    }

    private static int openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return (int) files.count();
        }
    }

    private static Set<Thread> threads() {
        return Set.copyOf(Thread.getAllStackTraces().keySet());
    }

    /** Those of Netty that were not there before. */
    private static Set<String> newThreads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("bgp"))
                .collect(Collectors.toSet());
    }
}
