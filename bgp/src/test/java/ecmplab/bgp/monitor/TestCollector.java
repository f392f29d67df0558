package ecmplab.bgp.monitor;

import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Takes one connection at a time, and keeps the messages of the newest. */
final class TestCollector implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Octets> messages = new CopyOnWriteArrayList<>();
    private final Set<Prefix> table = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Socket connection;
    private volatile int connections;
    /** Without its permit nothing is read of what was connected. */
    final Semaphore reading = new Semaphore(1);

    TestCollector() throws IOException {
        listener = new ServerSocket();
        listener.setReceiveBufferSize(4096);
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        Thread.ofVirtual().start(this::serve);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    private void serve() {
        while (!listener.isClosed()) {
            try (var socket = listener.accept()) {
                connection = socket;
                messages.clear();
                table.clear();
                connections++;
                var in = new DataInputStream(socket.getInputStream());
                while (true) {
                    reading.acquireUninterruptibly();
                    reading.release();
                    take(in);
                }
            } catch (IOException over) {
                // The next one.
            }
        }
    }

    private void take(DataInputStream in) throws IOException {
        var head = in.readNBytes(6);
        if (head.length < 6) {
            throw new IOException("end");
        }
        int length = new DataInputStream(new ByteArrayInputStream(head, 1, 4)).readInt();
        var body = in.readNBytes(length - 6);
        var whole = Arrays.copyOf(head, length);
        System.arraycopy(body, 0, whole, 6, body.length);
        if (head[5] == BmpMessages.ROUTE_MONITORING) {
            learn(Arrays.copyOfRange(whole, 48, length));
        }
        messages.add(Octets.of(whole));
    }

    private void learn(byte[] message) {
        var options = UpdateOptions.of(true, true, EnumSet.allOf(AddressFamily.class));
        var update = Update.decode(new UpdateDecoder(options), message);
        update.withdrawnRoutes().forEach(route -> table.remove(route.prefix()));
        update.announced().forEach(announcement -> announcement.routes().forEach(route -> table.add(route.prefix())));
    }

    /** Types of the messages of the newest connection, in order. */
    List<Integer> types() {
        return messages.stream().map(message -> message.at(5)).toList();
    }

    List<Octets> messages() {
        return messages;
    }

    /** Prefixes announced and not withdrawn, as the collector sees them. */
    Set<Prefix> table() {
        return table;
    }

    int connections() {
        return connections;
    }

    void hangUp() throws IOException {
        var open = connection;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        hangUp();
    }
}
