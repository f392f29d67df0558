package ecmplab.lab.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Serves {@code /metrics} over HTTP with the JDK's own server; each request on a virtual thread. */
public final class MetricsServer implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Serves until closed.
     *
     * @param text made anew for each request
     * @throws IOException when the address cannot be listened on
     */
    public static MetricsServer start(InetSocketAddress address, Supplier<String> text) throws IOException {
        var serving = new MetricsServer(HttpServer.create(address, BACKLOG));
        serving.server.createContext("/", exchange -> serving.answer(exchange, text));
        serving.server.setExecutor(serving.threads);
        serving.server.start();
        return serving;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange, Supplier<String> text) throws IOException {
        try (exchange) {
            var method = exchange.getRequestMethod();
            var path = exchange.getRequestURI().getPath();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain", "method " + method + ": must be GET or HEAD\n");
            } else if (path.equals("/metrics")) {
                send(exchange, 200, Exposition.CONTENT_TYPE, text.get());
            } else {
                send(exchange, path.equals("/") ? 200 : 404, "text/plain", "metrics are at /metrics\n");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        var octets = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head || octets.length == 0 ? -1 : octets.length);
        if (!head) {
            exchange.getResponseBody().write(octets);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
