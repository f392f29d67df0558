package ecmplab.bgp.torture;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;

/** A peer of AS 65002 on a plain socket that reads when it is told to. Its routes are the /32s from 10.0.0.0 on, by number. */
final class Wire implements AutoCloseable {
    private static final Asn AS = Asn.of(65_002);
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final int AS_PATH = 2;

    final Socket socket;
    private final DataInputStream in;
    /** What it was told: the last AS of each route's path, 0 where there is no route. */
    private int[] tails = new int[0];

    private int routes;

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    /** @param receiveBuffer octets; 0 as the kernel likes it */
    static Wire connect(InetAddress from, InetSocketAddress to, int receiveBuffer) throws IOException {
        var socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(to, 30_000);
            return new Wire(socket);
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    /** Says all that makes a session, and waits until it is one. */
    void establish(int holdSeconds) throws IOException {
        send(open(holdSeconds));
        send(keepalive());
        while (read() != Framing.KEEPALIVE) {
            // its OPEN
        }
    }

    byte[] open(int holdSeconds) {
        var open = Unpooled.buffer();
        var id = RouterId.parse(socket.getLocalAddress().getHostAddress());
        new Open(AS, holdSeconds, id, List.of(Capability.Multiprotocol.of(V4), new Capability.FourOctetAs(AS)))
                .encode(open);
        return take(open);
    }

    void send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
    }

    static byte[] keepalive() {
        var out = Unpooled.buffer();
        Framing.writeKeepalive(out);
        return take(out);
    }

    /** UPDATEs for the routes from {@code first} on; {@code tail} ends their AS path. */
    static byte[] announce(int first, int count, int tail) {
        var block = PathAttributes.of(
                        PathAttribute.Origin.IGP,
                        AsPath.sequence(65_002, tail),
                        new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.6")))
                .encode();
        var encoder = new UpdateEncoder(UpdateEncoder.STANDARD_MESSAGE, true);
        var out = Unpooled.buffer();
        encoder.announce(out, V4, block, 0, block.length);
        prefixes(encoder, first, count);
        return take(out);
    }

    static byte[] withdraw(int first, int count) {
        var encoder = new UpdateEncoder(UpdateEncoder.STANDARD_MESSAGE, true);
        var out = Unpooled.buffer();
        encoder.withdraw(out, V4);
        prefixes(encoder, first, count);
        return take(out);
    }

    private static void prefixes(UpdateEncoder encoder, int first, int count) {
        for (int i = first; i < first + count; i++) {
            encoder.prefix((0x0A00_0000L + i) << 32, 0, 32);
        }
        encoder.finish();
    }

    /** Reads until it was told so many routes, whose paths all end in {@code tail}. */
    void readUntil(int first, int count, int tail) throws IOException {
        while (!isTold(first, count, tail)) {
            read();
        }
    }

    private boolean isTold(int first, int count, int tail) {
        if (routes != count || tails.length < first + count) {
            return false;
        }
        for (int i = first; i < first + count; i++) {
            if (tails[i] != tail) {
                return false;
            }
        }
        return true;
    }

    /** Reads one message and keeps its routes; returns its type. */
    int read() throws IOException {
        var header = new byte[Framing.HEADER];
        in.readFully(header);
        var body = new byte[uint16(header, 16) - Framing.HEADER];
        in.readFully(body);
        if (header[18] == Framing.NOTIFICATION) {
            throw new EOFException("NOTIFICATION " + body[0] + "/" + body[1]);
        }
        if (header[18] == Framing.UPDATE) {
            int withdrawn = uint16(body, 0);
            int attributesEnd = 4 + withdrawn + uint16(body, 2 + withdrawn);
            routes(body, 2, 2 + withdrawn, 0);
            routes(body, attributesEnd, body.length, tail(body, 4 + withdrawn, attributesEnd));
        }
        return header[18];
    }

    /** The last AS of the path among the attributes. */
    private static int tail(byte[] body, int from, int to) {
        for (int at = from; at < to; ) {
            boolean extended = (body[at] & 0x10) != 0;
            int value = at + (extended ? 4 : 3);
            int end = value + (extended ? uint16(body, at + 2) : body[at + 2] & 0xFF);
            if (body[at + 1] == AS_PATH) {
                return uint16(body, end - 4) << 16 | uint16(body, end - 2);
            }
            at = end;
        }
        return 0;
    }

    private void routes(byte[] body, int from, int to, int tail) {
        for (int at = from; at < to; at += 5) {
            if (body[at] != 32) {
                throw new IllegalStateException("a prefix of length " + body[at]);
            }
            int number = (uint16(body, at + 1) << 16 & 0xFF_0000) | uint16(body, at + 3);
            if (number >= tails.length) {
                tails = Arrays.copyOf(tails, Math.max(number + 1, tails.length * 2));
            }
            routes += (tail == 0 ? 0 : 1) - (tails[number] == 0 ? 0 : 1);
            tails[number] = tail;
        }
    }

    private static int uint16(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 8 | (octets[at + 1] & 0xFF);
    }

    private static byte[] take(ByteBuf out) {
        var octets = ByteBufUtil.getBytes(out);
        out.release();
        return octets;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
