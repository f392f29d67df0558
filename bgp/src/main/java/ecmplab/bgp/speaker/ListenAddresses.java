package ecmplab.bgp.speaker;

import ecmplab.bgp.session.SessionServer;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a speaker listens. One thread at a time changes it, any may ask. */
final class ListenAddresses {
    private final SessionServer server;
    /** As configured, with what was bound for it. */
    private volatile Map<InetSocketAddress, InetSocketAddress> bound = Map.of();

    ListenAddresses(SessionServer server) {
        this.server = server;
    }

    /** The addresses bound. */
    List<InetSocketAddress> bound() {
        return List.copyOf(bound.values());
    }

    /**
     * Listens on these and no other addresses. An old one is closed first, as a new one may not be free before.
     *
     * @throws UncheckedIOException when one cannot be bound; then the old ones are listened on as before
     */
    void change(List<InetSocketAddress> wanted) {
        var before = bound;
        before.forEach((configured, actual) -> {
            if (!wanted.contains(configured)) {
                server.stopListening(actual);
            }
        });
        var now = new LinkedHashMap<InetSocketAddress, InetSocketAddress>();
        try {
            for (var address : wanted) {
                var actual = before.get(address);
                now.put(address, actual == null ? server.listen(address) : actual);
            }
            bound = now;
        } catch (UncheckedIOException taken) {
            now.forEach((configured, actual) -> {
                if (!before.containsKey(configured)) {
                    server.stopListening(actual);
                }
            });
            restore(before, wanted, taken);
            throw taken;
        }
    }

    private void restore(
            Map<InetSocketAddress, InetSocketAddress> before,
            List<InetSocketAddress> wanted,
            UncheckedIOException because) {
        var restored = new LinkedHashMap<>(before);
        before.forEach((configured, actual) -> {
            try {
                if (!wanted.contains(configured)) {
                    server.listen(actual);
                }
            } catch (UncheckedIOException takenMeanwhile) {
                restored.remove(configured);
                because.addSuppressed(takenMeanwhile);
            }
        });
        bound = restored;
    }
}
