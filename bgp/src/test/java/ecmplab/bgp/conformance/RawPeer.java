package ecmplab.bgp.conformance;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The tester's end of a connection: sends any octets, and keeps what comes. A thread of its own reads. */
class RawPeer implements AutoCloseable {
    /** A message that came. */
    static final class Message {
        final int type;
        final byte[] body;

        Message(int type, byte[] body) {
            this.type = type;
            this.body = body;
        }
    }

    private final Scene scene;
    private final Socket socket;
    /** Guarded by the scene's monitor. */
    private final List<Message> messages = new ArrayList<>();

    private boolean ended;

    /** Connects from {@code from}. */
    RawPeer(Scene scene, InetAddress from, InetSocketAddress to) throws IOException {
        this(scene, connect(from, to));
    }

    /** Takes over a connection. */
    RawPeer(Scene scene, Socket connected) throws IOException {
        this.scene = scene;
        socket = connected;
        socket.setTcpNoDelay(true);
        Thread.ofVirtual().start(this::read);
    }

    private static Socket connect(InetAddress from, InetSocketAddress to) throws IOException {
        var socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(to, 10_000);
            return socket;
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    private void read() {
        try (var in = new DataInputStream(socket.getInputStream())) {
            while (true) {
                in.skipNBytes(16);
                int length = in.readUnsignedShort();
                int type = in.readUnsignedByte();
                var body = in.readNBytes(length - MessageText.HEADER);
                synchronized (scene) {
                    messages.add(new Message(type, body));
                    received(type, body);
                    scene.notifyAll();
                }
            }
        } catch (IOException over) {
            synchronized (scene) {
                ended = true;
                scene.notifyAll();
            }
        }
    }

    /** A message came; the scene's monitor is held. */
    void received(int type, byte[] body) {}

    /** Sends octets; that the other side is gone shows in what is read. */
    void send(byte[] octets) {
        try {
            socket.getOutputStream().write(octets);
        } catch (IOException gone) {
            // The reader knows.
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    /** Whether the other side ended the connection. */
    boolean ended() {
        synchronized (scene) {
            return ended;
        }
    }

    /** The messages that came until now. */
    List<Message> messages() {
        synchronized (scene) {
            return List.copyOf(messages);
        }
    }

    long count(int type, Predicate<byte[]> which) {
        synchronized (scene) {
            return messages.stream()
                    .filter(message -> message.type == type && which.test(message.body))
                    .count();
        }
    }

    boolean has(int type) {
        return count(type, body -> true) > 0;
    }

    /** Waits until a message of the type came or the connection ended; says whether it came. */
    boolean await(int type) throws InterruptedException {
        scene.await(() -> has(type) || ended);
        return has(type);
    }

    /** The body of the first NOTIFICATION, or null. */
    byte @Nullable [] notification() {
        synchronized (scene) {
            return messages.stream()
                    .filter(message -> message.type == MessageText.NOTIFICATION)
                    .map(message -> message.body)
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Closes the sending direction only. */
    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
