package ecmplab.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A BGP session as bare as it can be: OPEN and KEEPALIVE, hold time 0 (RFC 4271 section 4.2), then UPDATEs written from buffers that
 * were encoded before, and read by a listener. Driven by a {@link Loop}.
 */
final class Peer implements AutoCloseable {
    /** Told of each UPDATE, header included; the octets are good during the call only. */
    @FunctionalInterface
    interface Listener {
        void update(byte[] octets, int at, int length);
    }

    /** The session is over. */
    static final class ClosedException extends IOException {
        private static final long serialVersionUID = 1;

        ClosedException(String what) {
            super(what);
        }
    }

    private static final int OPEN = 1;
    private static final int UPDATE = 2;
    private static final int NOTIFICATION = 3;
    private static final int KEEPALIVE = 4;
    private static final int LARGEST_WRITE = 1 << 20;
    private static final int SOCKET_BUFFER = 4 << 20;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final InetAddress local;
    private final Listener listener;
    private final byte[] input = new byte[1 << 20];
    private final ByteBuffer inputBuffer = ByteBuffer.wrap(input);
    private int end;
    private @Nullable ByteBuffer output;
    private boolean established;

    private Peer(SocketChannel channel, Selector selector, InetAddress local, Listener listener) throws IOException {
        this.channel = channel;
        this.local = local;
        this.listener = listener;
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Connects from {@code local} and sends its OPEN; {@link #isEstablished} once the loop has run for long enough. */
    static Peer dial(Selector selector, InetAddress local, int asn, InetSocketAddress speaker, Listener listener)
            throws IOException {
        var channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
            channel.bind(new InetSocketAddress(local, 0));
            channel.connect(speaker);
            var peer = new Peer(channel, selector, local, listener);
            peer.send(open(asn, local, speaker.getAddress()));
            return peer;
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    boolean isEstablished() {
        return established;
    }

    /** Whether everything given to {@link #send} is in the kernel. */
    boolean isSent() {
        return output == null;
    }

    /** Whole messages, from the buffer's position to its limit; only when {@link #isSent}. */
    void send(ByteBuffer messages) throws IOException {
        output = messages;
        write();
    }

    /** Called by the loop when the socket is ready; closes it when the session is over. */
    void ready() throws IOException {
        try {
            move();
        } catch (IOException over) {
            channel.close();
            throw over;
        }
    }

    private void move() throws IOException {
        if (key.isWritable()) {
            write();
        }
        if (key.isReadable()) {
            read();
        }
    }

    private void write() throws IOException {
        var messages = output;
        if (messages == null) {
            return;
        }
        int limit = messages.limit();
        while (messages.position() < limit) {
            messages.limit(Math.min(limit, messages.position() + LARGEST_WRITE));
            int written = channel.write(messages);
            messages.limit(limit);
            if (written == 0) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
        }
        output = null;
        key.interestOps(SelectionKey.OP_READ);
    }

    private void read() throws IOException {
        inputBuffer.limit(input.length).position(end);
        int count = channel.read(inputBuffer);
        if (count < 0) {
            throw new ClosedException(local.getHostAddress() + ": the speaker closed the session");
        }
        end += count;
        int at = 0;
        while (end - at >= 19) {
            int length = ((input[at + 16] & 0xFF) << 8) | (input[at + 17] & 0xFF);
            if (end - at < length) {
                break;
            }
            message(at, length);
            at += length;
        }
        System.arraycopy(input, at, input, 0, end - at);
        end -= at;
    }

    private void message(int at, int length) throws IOException {
        switch (input[at + 18]) {
            case UPDATE -> listener.update(input, at, length);
            case OPEN -> send(header(19, KEEPALIVE).flip());
            case KEEPALIVE -> established = true;
            case NOTIFICATION ->
                throw new ClosedException(local.getHostAddress() + ": NOTIFICATION "
                        + HexFormat.of().formatHex(input, at + 19, at + length));
            default -> {}
        }
    }

    private static ByteBuffer open(int asn, InetAddress local, InetAddress speaker) {
        boolean v6 = speaker.getAddress().length == 16;
        var address = local.getAddress();
        var open = header(29 + 2 + 12, OPEN).put((byte) 4).putShort((short) asn).putShort((short) 0);
        open.put((byte) 10).put((byte) 0).put((byte) 0).put(address[address.length - 1]);
        open.put((byte) 14).put((byte) 2).put((byte) 12);
        open.put((byte) 1)
                .put((byte) 4)
                .putShort((short) (v6 ? 2 : 1))
                .put((byte) 0)
                .put((byte) 1);
        open.put((byte) 65).put((byte) 4).putInt(asn);
        return open.flip();
    }

    private static ByteBuffer header(int length, int type) {
        return ByteBuffer.allocate(length)
                .putLong(-1)
                .putLong(-1)
                .putShort((short) length)
                .put((byte) type);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
