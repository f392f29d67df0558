package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Two real TCP stacks with a node between them that passes every frame on: where offloads go wrong, this hangs. */
@Needs(Need.ROOT)
final class WireTest {
    private static final int OCTETS = 8 << 20;

    /** What comes in at one port leaves at the other. */
    private record Wire(Port left, Port right) implements PacketProcessor {
        @Override
        public void process(Port in, Burst burst, long nowNanos) {
            var out = in.equals(left) ? right : left;
            for (int i = 0; i < burst.count(); i++) {
                out.send(burst.address(i), burst.length(i));
            }
        }
    }

    @Test
    void aTcpStreamCrossesANodeOctetForOctet() throws Exception {
        try (var node = new TestNamespace();
                var client = new TestNamespace();
                var server = new TestNamespace()) {
            attach(node, "left", client, "10.9.0.1/24");
            attach(node, "right", server, "10.9.0.2/24");
            var pool = new FramePool(1024, 2048, Arena.ofAuto());
            try (var left = node.within(() -> KernelPort.open("left", pool, KernelPort.Accept.ALL));
                    var right = node.within(() -> KernelPort.open("right", pool, KernelPort.Accept.ALL));
                    var thread = new ForwardingThread(
                            "wire", List.of(left, right), new Wire(left, right), System::nanoTime)) {
                thread.start();
                transfer(client, server);
                for (var port : List.of(left, right)) {
                    assertEquals(0, port.counters().drops().get("rx-oversize"), "a super-packet: offloads are on");
                }
                assertEquals(0, thread.counters().faults());
            }
            assertEquals(pool.size(), pool.available());
        }
    }

    private static void attach(TestNamespace node, String port, TestNamespace host, String address) throws Exception {
        node.ip("link add " + port + " type veth peer name eth0 netns " + host.name());
        node.ip("link set " + port + " up");
        host.ip("address add " + address + " dev eth0");
        host.ip("link set eth0 up");
        host.within(() -> {
            Offloads.disableTransmit("eth0");
            return null;
        });
    }

    private static void transfer(TestNamespace client, TestNamespace server) throws Exception {
        try (var listener = server.within(() -> new ServerSocket(0, 1, InetAddress.getByName("10.9.0.2")));
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var received = executor.submit(() -> {
                try (var accepted = listener.accept();
                        var in = new DigestInputStream(accepted.getInputStream(), sha256())) {
                    in.transferTo(OutputStream.nullOutputStream());
                    return in.getMessageDigest().digest();
                }
            });
            var sent = sha256();
            try (var socket = client.within(() -> new Socket("10.9.0.2", listener.getLocalPort()));
                    var out = new DigestOutputStream(socket.getOutputStream(), sent)) {
                var chunk = new byte[64 << 10];
                var random = new Random(3);
                for (int done = 0; done < OCTETS; done += chunk.length) {
                    random.nextBytes(chunk);
                    out.write(chunk);
                }
            }
            assertArrayEquals(sent.digest(), received.get());
        }
    }

    private static MessageDigest sha256() throws Exception {
        return MessageDigest.getInstance("SHA-256");
    }
}
