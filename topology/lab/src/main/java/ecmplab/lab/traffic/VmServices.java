package ecmplab.lab.traffic;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import ecmplab.packet.AddressText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a VM of the lab serves.
 *
 * <ul>
 *   <li>HTTP: {@code /} names the VM and the client address it saw; {@code /health} is 200; {@code /octets/N} sends N octets;
 *       {@code /sink} reads all that is sent and says how many octets it was.
 *   <li>Echo: a line {@code flow F seq S} is answered with {@code flow F seq S VM}. A connection belongs to the flow its first
 *       line names; a line of another flow is answered with {@code misdelivered} instead of the VM's name.
 * </ul>
 */
public final class VmServices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VmServices.class);
    private static final int LONGEST_LINE = 128;
    private static final long MOST_OCTETS = 10L << 30;

    private final String name;
    private final HttpServer http;
    private final ServerSocket echo;
    private final AtomicLong httpRequests = new AtomicLong();
    private final AtomicLong echoConnections = new AtomicLong();
    private final AtomicLong echoLines = new AtomicLong();

    private VmServices(String name, HttpServer http, ServerSocket echo) {
        this.name = name;
        this.http = http;
        this.echo = echo;
    }

    /** Counters since start. */
    public record Served(long httpRequests, long echoConnections, long echoLines) {}

    /** Listens on both ports (0: any free one). @throws IOException when a port is taken */
    public static VmServices start(String name, int httpPort, int echoPort) throws IOException {
        var http = HttpServer.create(new InetSocketAddress(httpPort), 1024);
        var services = new VmServices(name, http, new ServerSocket(echoPort, 1024));
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", services::page);
        http.createContext("/health", exchange -> send(exchange, 200, "ok\n"));
        http.createContext("/octets/", services::octets);
        http.createContext("/sink", services::sink);
        http.start();
        Thread.ofVirtual().name("echo").start(services::acceptEcho);
        return services;
    }

    public int httpPort() {
        return http.getAddress().getPort();
    }

    public int echoPort() {
        return echo.getLocalPort();
    }

    public Served served() {
        return new Served(httpRequests.get(), echoConnections.get(), echoLines.get());
    }

    private void page(HttpExchange exchange) throws IOException {
        httpRequests.incrementAndGet();
        if (!exchange.getRequestURI().getPath().equals("/")) {
            send(exchange, 404, "no such page\n");
            return;
        }
        var client = exchange.getRemoteAddress();
        send(exchange, 200, name + " " + AddressText.of(client.getAddress(), client.getPort()) + "\n");
    }

    private void octets(HttpExchange exchange) throws IOException {
        httpRequests.incrementAndGet();
        long left;
        try {
            left = Long.parseLong(exchange.getRequestURI().getPath().substring("/octets/".length()));
        } catch (NumberFormatException notANumber) {
            left = -1;
        }
        if (left < 1 || left > MOST_OCTETS) {
            send(exchange, 400, "octets: must be 1 to " + MOST_OCTETS + "\n");
            return;
        }
        var chunk = new byte[64 * 1024];
        exchange.sendResponseHeaders(200, left);
        try (var out = exchange.getResponseBody()) {
            for (long sent = 0; left > 0; ) {
                int length = (int) Math.min(chunk.length, left);
                for (int i = 0; i < length; i++) {
                    chunk[i] = octetAt(sent + i);
                }
                out.write(chunk, 0, length);
                sent += length;
                left -= length;
            }
        }
    }

    private void sink(HttpExchange exchange) throws IOException {
        httpRequests.incrementAndGet();
        var chunk = new byte[64 * 1024];
        long octets = 0;
        var body = exchange.getRequestBody();
        for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
            octets += read;
        }
        send(exchange, 200, octets + "\n");
    }

    /** Octet {@code position} of every {@code /octets/} answer: its position modulo 251, so that a lost or doubled piece shows. */
    public static byte octetAt(long position) {
        return (byte) (position % 251);
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        try (exchange) {
            exchange.getResponseBody().write(body);
        }
    }

    private void acceptEcho() {
        while (!echo.isClosed()) {
            try {
                var connection = echo.accept();
                echoConnections.incrementAndGet();
                Thread.ofVirtual().name("echo-connection").start(() -> echo(connection));
            } catch (IOException closed) {
                if (!echo.isClosed()) {
                    LOG.warn("echo: {}", closed.toString());
                }
            }
        }
    }

    private void echo(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            var in = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII), LONGEST_LINE);
            var out = connection.getOutputStream();
            String owner = "";
            for (var line = in.readLine(); line != null && line.length() <= LONGEST_LINE; line = in.readLine()) {
                var words = line.split(" ");
                if (words.length != 4) {
                    return;
                }
                owner = owner.isEmpty() ? words[1] : owner;
                var by = owner.equals(words[1]) ? name : "misdelivered";
                echoLines.incrementAndGet();
                out.write((line + " " + by + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException gone) {
            LOG.debug("echo connection ended: {}", gone.toString());
        }
    }

    @Override
    public void close() throws IOException {
        http.stop(0);
        echo.close();
    }
}
