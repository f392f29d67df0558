package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two real TCP stacks with a node between them that passes every frame on: where offloads go wrong, this hangs. */
@Needs({Need.ROOT, Need.CURL})
final class WireTest {
    private static final int OCTETS = 30 << 20;

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

    @ParameterizedTest
    @EnumSource(PortKind.class)
    @Needs(Need.AF_XDP)
    void curlFetchesAndStoresThirtyMegabytesOctetForOctet(PortKind kind, @TempDir Path folder) throws Exception {
        try (var node = new TestNamespace();
                var client = new TestNamespace();
                var server = new TestNamespace()) {
            attach(node, "left", client, "10.9.0.1/24");
            attach(node, "right", server, "10.9.0.2/24");
            var pool = new FramePool(2048, 2048, Arena.ofAuto());
            var choice = PortChoice.parse(kind.word()).orElseThrow();
            var wish = new InterfacePorts.Wish(choice, InterfacePort.Accept.ALL, 0);
            try (var ports = node.within(() -> InterfacePorts.open(List.of("left", "right"), pool, wish));
                    var thread = new ForwardingThread(
                            "wire",
                            ports.ports(),
                            new Wire(ports.named("left"), ports.named("right")),
                            System::nanoTime)) {
                thread.start();
                transfer(client, server, folder);
                for (var port : ports.ports()) {
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

    /** An HTTP server that gives what was last put. */
    private static void transfer(TestNamespace client, TestNamespace server, Path folder) throws Exception {
        var content = new byte[OCTETS];
        new Random(3).nextBytes(content);
        var up = Files.write(folder.resolve("up"), content);
        var down = folder.resolve("down");
        var stored = new AtomicReference<byte[]>();
        var http = server.within(() -> HttpServer.create(new InetSocketAddress("10.9.0.2", 0), 1));
        http.createContext("/", exchange -> {
            try (exchange) {
                stored.set(exchange.getRequestBody().readAllBytes());
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
            }
        });
        http.start();
        try {
            var command = List.of(
                    "ip",
                    "netns",
                    "exec",
                    client.name(),
                    "curl",
                    "-sS",
                    "-f",
                    "-H",
                    "Expect:",
                    "--max-time",
                    "120",
                    "-T",
                    up.toString(),
                    "-o",
                    down.toString(),
                    "http://10.9.0.2:" + http.getAddress().getPort() + "/");
            var curl = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, curl.waitFor(), said);
        } finally {
            http.stop(0);
        }
        assertArrayEquals(content, stored.get());
        assertArrayEquals(content, Files.readAllBytes(down));
    }
}
