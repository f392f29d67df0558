package ecmplab.lab.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Both ends of the lab's traffic over real loopback sockets. */
class FlowTrafficTest {
    @Test
    void everyFlowIsAnsweredByTheVmAndKeepsItsRecord() throws IOException {
        try (var vm = VmServices.start("vm1", 0, 0);
                var traffic = FlowTraffic.start(echo(vm), 20, Duration.ofMillis(5))) {
            Await.until(
                    "every flow had three answers",
                    () -> traffic.records().stream().allMatch(flow -> flow.answers() >= 3));
            for (var flow : traffic.records()) {
                assertEquals("vm1", flow.vm());
                assertEquals(FlowRecord.Outcome.OPEN, flow.outcome());
                assertEquals(0, flow.misdelivered());
                assertNotNull(flow.established());
                assertTrue(flow.localPort() > 0);
            }
            assertEquals(20, vm.served().echoConnections());
            assertEquals(20, traffic.status().open());
        }
    }

    @Test
    void aFlowWhoseServerGoesAwayIsBroken() throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var traffic = FlowTraffic.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()),
                        1,
                        Duration.ofMillis(5))) {
            server.accept().close();
            Await.until("the flow is broken", () -> traffic.status().broken() == 1);
        }
    }

    @Test
    void aFlowThatNobodyAcceptsIsRefusedAndNotBroken() throws IOException {
        int freePort;
        try (var server = new ServerSocket(0)) {
            freePort = server.getLocalPort();
        }
        var nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort);
        try (var traffic = FlowTraffic.start(nobody, 1, Duration.ofMillis(5))) {
            Await.until(
                    "the flow is refused", () -> traffic.records().getFirst().outcome() == FlowRecord.Outcome.REFUSED);
            assertEquals(0, traffic.status().broken());
        }
    }

    @Test
    void aLineOfAnotherFlowOnTheSameConnectionIsMisdelivered() throws IOException {
        try (var vm = VmServices.start("vm1", 0, 0);
                var socket = new Socket(InetAddress.getLoopbackAddress(), vm.echoPort())) {
            socket.getOutputStream().write("flow 1 seq 1\nflow 2 seq 1\n".getBytes(StandardCharsets.US_ASCII));
            var expected = "flow 1 seq 1 vm1\nflow 2 seq 1 misdelivered\n";
            assertEquals(
                    expected,
                    new String(socket.getInputStream().readNBytes(expected.length()), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void httpNamesTheVmAndTheClientAndSendsTheOctetsAskedFor() throws Exception {
        try (var vm = VmServices.start("vm1", 0, 0);
                var client = HttpClient.newHttpClient()) {
            var page = get(client, vm, "/", HttpResponse.BodyHandlers.ofString());
            assertTrue(page.body().startsWith("vm1 127.0.0.1:"), page.body());
            assertEquals(
                    200,
                    get(client, vm, "/health", HttpResponse.BodyHandlers.discarding())
                            .statusCode());
            var octets = get(client, vm, "/octets/70000", HttpResponse.BodyHandlers.ofByteArray())
                    .body();
            assertEquals(70_000, octets.length);
            assertEquals(VmServices.octetAt(69_999), octets[69_999]);
            assertEquals(
                    400,
                    get(client, vm, "/octets/none", HttpResponse.BodyHandlers.discarding())
                            .statusCode());
            assertEquals(
                    404,
                    get(client, vm, "/other", HttpResponse.BodyHandlers.discarding())
                            .statusCode());
        }
    }

    @Test
    void aRequestIsCorrectWhenTheVmSawTheClientsOwnAddress() throws IOException {
        try (var vm = VmServices.start("vm1", 0, 0)) {
            var results = HttpRequests.get(new InetSocketAddress(InetAddress.getLoopbackAddress(), vm.httpPort()), 3);
            assertEquals(3, results.size());
            assertTrue(results.stream().allMatch(HttpRequests.Result::correct), results.toString());
            assertEquals(
                    3,
                    results.stream().map(HttpRequests.Result::client).distinct().count());
        }
    }

    @Test
    void aRequestThatNobodyAnswersSaysWhy() throws IOException {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int port = silent.getLocalPort();
            silent.close();
            var result = HttpRequests.get(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1)
                    .getFirst();
            assertEquals("Connection refused", result.why());
        }
    }

    @Test
    void aSenselessNumberOfFlowsIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> FlowTraffic.start(new InetSocketAddress(9), 0, Duration.ofMillis(5)));
    }

    private static InetSocketAddress echo(VmServices vm) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), vm.echoPort());
    }

    private static <T> HttpResponse<T> get(
            HttpClient client, VmServices vm, String path, HttpResponse.BodyHandler<T> handler) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + vm.httpPort() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), handler);
    }
}
