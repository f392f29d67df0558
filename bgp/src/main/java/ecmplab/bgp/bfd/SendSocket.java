package ecmplab.bgp.bfd;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/** Sends the packets of one session, with TTL 255 and a source port of its own (RFC 5881 section 4). Belongs to the BFD thread. */
final class SendSocket implements AutoCloseable {
    private static final int FIRST_PORT = 49_152;
    private static final int PORTS = 65_536 - FIRST_PORT;
    private static final int MOST_ATTEMPTS = 64;
    /** Network control (RFC 4594 section 3.1): CS6. */
    private static final int TRAFFIC_CLASS = 0xC0;
    /** TC_PRIO_CONTROL: overtakes what waits in the interface's queue. */
    private static final int PRIORITY = 7;

    private final int descriptor;
    /** The remote address, port of BFD. */
    final MemorySegment remote;

    /**
     * Opens and connects the socket.
     *
     * @param preferred any number: where to begin to look for a free source port
     */
    SendSocket(InetAddress local, InetAddress address, int port, int preferred, Arena arena) throws IOException {
        remote = SocketAddress.of(address, port, arena);
        int family = SocketAddress.family(local);
        descriptor = Linux.check(Linux.datagramSocket(family), () -> "socket for BFD");
        try {
            if (family == Linux.AF_INET) {
                Linux.check(Linux.setSocketOption(descriptor, Linux.IPPROTO_IP, Linux.IP_TTL, 255), () -> "IP_TTL");
                Linux.setSocketOption(descriptor, Linux.IPPROTO_IP, Linux.IP_TOS, TRAFFIC_CLASS);
            } else {
                Linux.check(
                        Linux.setSocketOption(descriptor, Linux.IPPROTO_IPV6, Linux.IPV6_UNICAST_HOPS, 255),
                        () -> "IPV6_UNICAST_HOPS");
                Linux.setSocketOption(descriptor, Linux.IPPROTO_IPV6, Linux.IPV6_TCLASS, TRAFFIC_CLASS);
            }
            // TOS sets the priority too; higher ones than 6 need a right that is not always there, which costs nothing
            // else.
            Linux.setSocketOption(descriptor, Linux.SOL_SOCKET, Linux.SO_PRIORITY, PRIORITY);
            bindToFreePort(local, preferred, arena);
            Linux.check(
                    Linux.connect(descriptor, remote),
                    () -> "route of BFD from " + local.getHostAddress() + " to " + address.getHostAddress());
        } catch (IOException impossible) {
            close();
            throw impossible;
        }
    }

    private void bindToFreePort(InetAddress local, int preferred, Arena arena) throws IOException {
        int result = 0;
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            int port = FIRST_PORT + Math.floorMod(preferred + i, PORTS);
            result = Linux.bind(descriptor, SocketAddress.of(local, port, arena));
            if (result >= 0) {
                return;
            }
        }
        Linux.check(result, () -> "bind BFD to " + local.getHostAddress());
    }

    /** Whether the kernel took the packet. */
    boolean send(MemorySegment packet) {
        int result = Linux.send(descriptor, packet);
        if (result == -Linux.ECONNREFUSED) {
            // What the peer's kernel said of an earlier packet: nobody listened then.
            result = Linux.send(descriptor, packet);
        }
        return result >= 0;
    }

    @Override
    public void close() {
        Linux.close(descriptor);
    }
}
