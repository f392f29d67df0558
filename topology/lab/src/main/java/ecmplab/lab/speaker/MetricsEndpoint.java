package ecmplab.lab.speaker;

import ecmplab.lab.metrics.MetricsServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where a speaker's metrics are served, which may change while it runs. */
public final class MetricsEndpoint implements AutoCloseable {
    private final Supplier<String> text;
    private final PrintStream progress;
    private @Nullable InetSocketAddress configured;
    private @Nullable MetricsServer server;

    /** @param text made anew for each request */
    public MetricsEndpoint(Supplier<String> text, PrintStream progress) {
        this.text = text;
        this.progress = progress;
    }

    /**
     * Serves at that address alone, or with null nowhere. The old one is left first, as the new one may not be free before.
     *
     * @throws IOException when the address cannot be listened on; then the old one is served as before, if it is still free
     */
    public synchronized void change(@Nullable InetSocketAddress address) throws IOException {
        if (Objects.equals(address, configured)) {
            return;
        }
        var before = configured;
        close();
        try {
            start(address);
        } catch (IOException taken) {
            try {
                start(before);
            } catch (IOException takenMeanwhile) {
                taken.addSuppressed(takenMeanwhile);
            }
            throw new IOException("metrics cannot be served at " + address + ": " + taken.getMessage(), taken);
        }
    }

    private void start(@Nullable InetSocketAddress address) throws IOException {
        if (address != null) {
            var started = MetricsServer.start(address, text);
            server = started;
            var at = started.address();
            progress.println("metrics at http://" + at.getAddress().getHostAddress() + ":" + at.getPort() + "/metrics");
        }
        configured = address;
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            server.close();
            server = null;
        }
        configured = null;
    }
}
