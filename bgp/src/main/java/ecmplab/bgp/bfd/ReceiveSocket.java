package ecmplab.bgp.bfd;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/** Where Control packets for one local address arrive (RFC 5881 section 4), each with its TTL. Belongs to the BFD thread. */
final class ReceiveSocket implements AutoCloseable {
    /** More is of no interest: a packet with the longest authentication has 52 octets. */
    private static final int LARGEST_PACKET = 64;

    private static final int CONTROL_SIZE = 64;

    // struct msghdr
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTOR_LENGTH = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int HEADER_SIZE = 56;

    // struct cmsghdr
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CMSG_DATA = 16;

    final InetAddress local;
    final int descriptor;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment header = arena.allocate(HEADER_SIZE, 8);
    private final MemorySegment control = arena.allocate(CONTROL_SIZE, 8);
    /** Where the last packet came from. */
    final MemorySegment source = arena.allocate(SocketAddress.LARGEST, 8);
    /** The last packet. */
    final ControlPacket packet;

    /** Sessions of this address. */
    int sessions;

    ReceiveSocket(InetAddress local, int port) throws IOException {
        this.local = local;
        var octets = arena.allocate(LARGEST_PACKET, 8);
        packet = new ControlPacket(octets);
        var vector = arena.allocate(16, 8);
        vector.set(JAVA_LONG, 0, octets.address());
        vector.set(JAVA_LONG, 8, LARGEST_PACKET);
        header.set(JAVA_LONG, NAME, source.address());
        header.set(JAVA_LONG, VECTOR, vector.address());
        header.set(JAVA_LONG, VECTOR_LENGTH, 1);
        header.set(JAVA_LONG, CONTROL, control.address());
        int family = SocketAddress.family(local);
        descriptor = Linux.check(Linux.datagramSocket(family), () -> "socket for BFD");
        try {
            if (family == Linux.AF_INET) {
                Linux.check(
                        Linux.setSocketOption(descriptor, Linux.IPPROTO_IP, Linux.IP_RECVTTL, 1), () -> "IP_RECVTTL");
            } else {
                Linux.check(
                        Linux.setSocketOption(descriptor, Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, 1),
                        () -> "IPV6_V6ONLY");
                Linux.check(
                        Linux.setSocketOption(descriptor, Linux.IPPROTO_IPV6, Linux.IPV6_RECVHOPLIMIT, 1),
                        () -> "IPV6_RECVHOPLIMIT");
            }
            Linux.check(
                    Linux.bind(descriptor, SocketAddress.of(local, port, arena)),
                    () -> "bind BFD to " + local.getHostAddress() + " port " + port);
        } catch (IOException impossible) {
            close();
            throw impossible;
        }
    }

    /** Receives a packet; returns its octets (64 at most), or a negated errno when there is none. */
    int receive() {
        header.set(JAVA_INT, NAME_LENGTH, SocketAddress.LARGEST);
        header.set(JAVA_LONG, CONTROL_LENGTH, CONTROL_SIZE);
        return Linux.receive(descriptor, header.address());
    }

    /** TTL or Hop Limit of the last packet; 0 when the kernel did not say. */
    int ttl() {
        if (header.get(JAVA_LONG, CONTROL_LENGTH) < CMSG_DATA + Integer.BYTES) {
            return 0;
        }
        int level = control.get(JAVA_INT, CMSG_LEVEL);
        int type = control.get(JAVA_INT, CMSG_TYPE);
        boolean isTtl = (level == Linux.IPPROTO_IP && type == Linux.IP_TTL)
                || (level == Linux.IPPROTO_IPV6 && type == Linux.IPV6_HOPLIMIT);
        return isTtl ? control.get(JAVA_INT, CMSG_DATA) : 0;
    }

    @Override
    public void close() {
        Linux.close(descriptor);
        arena.close();
    }
}
