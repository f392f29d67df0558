package ecmplab.bgp.bfd;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Sends one datagram with TTL 255, as a peer on the link would. */
final class TtlSender {
    private TtlSender() {}

    static void send(InetAddress from, InetSocketAddress to, byte[] octets) throws IOException {
        try (var arena = Arena.ofConfined();
                var socket = new SendSocket(from, to.getAddress(), to.getPort(), 5, arena)) {
            var memory = arena.allocate(octets.length);
            MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, 0, octets.length);
            socket.send(memory);
        }
    }
}
