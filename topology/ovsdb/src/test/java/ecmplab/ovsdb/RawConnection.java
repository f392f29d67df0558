package ecmplab.ovsdb;

import ecmplab.ovsdb.rpc.OvsdbAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/** A connection on which a test says any bytes it likes. Echo requests of the server are answered. */
final class RawConnection implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream in;
    private @Nullable MappingIterator<JsonNode> messages;

    private RawConnection(SocketChannel channel) {
        this.channel = channel;
        this.in = Channels.newInputStream(channel);
    }

    static RawConnection to(OvsdbAddress address) {
        try {
            return new RawConnection(
                    SocketChannel.open(UnixDomainSocketAddress.of(((OvsdbAddress.Unix) address).path())));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] octets) {
        try {
            var buffer = ByteBuffer.wrap(octets);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The next message that is no echo request. */
    JsonNode receive() {
        var iterator = messages;
        if (iterator == null) {
            messages = iterator = JsonMapper.shared().readerFor(JsonNode.class).readValues(in);
        }
        while (true) {
            var message = iterator.nextValue();
            if (!message.path("method").asString("").equals("echo")) {
                return message;
            }
            send("{\"id\": " + message.get("id") + ", \"result\": [], \"error\": null}");
        }
    }

    /** The next message with this method; answers in between are skipped. */
    JsonNode receiveMethod(String method) {
        while (true) {
            var message = receive();
            if (message.path("method").asString("").equals(method)) {
                return message;
            }
        }
    }

    /** Reads until {@code text} has been seen or the server closes the connection; returns all there was, or nothing. */
    String drainUntil(String text) {
        var seen = new StringBuilder();
        try {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                seen.append((char) octet);
                if (seen.indexOf(text) >= 0) {
                    return seen.toString();
                }
            }
        } catch (IOException reset) {
            // as if closed
        }
        return "";
    }

    /** Reads until the server closes the connection. */
    String drain() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException reset) {
            return "";
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
