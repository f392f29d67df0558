package ecmplab.lab.traffic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

/** Sends packets of a flood by sockets, where the kernel does not allow {@link LiveFrames}: ten times as dear. */
final class FloodSocket implements FloodSender {
    /** A socket each. */
    private static final int MOST_PORTS = 64;

    private static final int OCTETS = 18;

    private final List<DatagramChannel> channels = new ArrayList<>();
    private final ByteBuffer payload = ByteBuffer.allocateDirect(OCTETS);
    private int next;

    FloodSocket(InetSocketAddress destination, int ports) throws IOException {
        for (int i = 0; i < Math.min(ports, MOST_PORTS); i++) {
            var channel = DatagramChannel.open();
            channels.add(channel);
            channel.configureBlocking(false);
            channel.connect(destination);
        }
    }

    @Override
    public String way() {
        return "UDP sockets";
    }

    @Override
    public int send(int packets) throws IOException {
        int sent = 0;
        for (int i = 0; i < packets; i++) {
            next = (next + 1) % channels.size();
            payload.clear();
            try {
                sent += channels.get(next).write(payload) > 0 ? 1 : 0;
            } catch (PortUnreachableException answered) {
                sent++; // a backend without that service says so of an earlier packet
            }
        }
        return sent;
    }

    @Override
    public void close() throws IOException {
        for (var channel : channels) {
            channel.close();
        }
    }
}
