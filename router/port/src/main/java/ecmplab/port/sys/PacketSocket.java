package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Raw packet sockets (packet(7)) of the calling thread's network namespace. They need CAP_NET_RAW there. */
public final class PacketSocket {
    private static final int ETH_P_ALL = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_TX_RING = 13;
    private static final int PACKET_LOSS = 14;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_QDISC_BYPASS = 20;
    private static final int PACKET_IGNORE_OUTGOING = 23;

    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    /** Octets of kernel memory for frames that wait, each way. */
    private static final int SOCKET_BUFFER = 4 << 20;

    private static final ValueLayout.OfShort BIG_ENDIAN_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int TPACKET_V2 = 1;

    private static final int ACCEPT_WHOLE = 0x4_0000;

    private static final long[] THIS_HOST = {
        instruction(0x28, 0, 0, 0xFFFF_F004), // load the packet type (SKF_AD_PKTTYPE)
        instruction(0x15, 0, 1, 3), // PACKET_OTHERHOST?
        instruction(0x06, 0, 0, 0), // drop
        instruction(0x06, 0, 0, ACCEPT_WHOLE),
    };

    private static final long[] NEIGHBOR_MESSAGES = {
        instruction(0x28, 0, 0, 0xFFFF_F004), // load the packet type
        instruction(0x15, 9, 0, 3), // PACKET_OTHERHOST: drop
        instruction(0x28, 0, 0, 12), // load the EtherType
        instruction(0x15, 6, 0, 0x0806), // ARP: accept
        instruction(0x15, 0, 6, 0x86DD), // not IPv6: drop
        instruction(0x30, 0, 0, 20), // load the next header
        instruction(0x15, 0, 4, 58), // not ICMPv6: drop
        instruction(0x30, 0, 0, 54), // load the type
        instruction(0x35, 0, 2, 133), // below router solicitation: drop
        instruction(0x25, 1, 0, 137), // above redirect: drop
        instruction(0x06, 0, 0, ACCEPT_WHOLE),
        instruction(0x06, 0, 0, 0), // drop
    };

    /** Which received frames reach a socket. */
    public enum Filter {
        ALL,
        /** Not those to another host's MAC address, which a port in promiscuous mode sees. */
        THIS_HOST,
        /** Only ARP and neighbour discovery (RFC 4861), to this host's MAC address or to groups. */
        NEIGHBOR_MESSAGES
    }

    private PacketSocket() {}

    /** A socket that does not wait, for an interface that error messages name; not yet bound to anything. */
    public static int open(String interfaceName) throws SystemCallException {
        return Linux.check(
                Linux.socket(Linux.AF_PACKET, Linux.SOCK_RAW | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC, 0),
                "socket(AF_PACKET) for " + interfaceName);
    }

    /** To be received: frames of others only, each with a {@code virtio_net_hdr} of 10 octets before it. */
    public static void configureReceiver(int socket, Filter filter, String interfaceName) throws SystemCallException {
        option(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING", interfaceName);
        option(socket, SOL_PACKET, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR", interfaceName);
        buffer(socket, SO_RCVBUFFORCE, SO_RCVBUF, "SO_RCVBUF", interfaceName);
        attach(socket, filter, interfaceName);
    }

    /** Lets received frames go into a ring to be mapped: TPACKET_V2, with what {@link #configureReceiver} says. */
    public static void makeReceiveRing(int socket, int blockSize, int blocks, int frameSize, String interfaceName)
            throws SystemCallException {
        option(socket, SOL_PACKET, PACKET_VERSION, TPACKET_V2, "PACKET_VERSION", interfaceName);
        ring(socket, PACKET_RX_RING, blockSize, blocks, frameSize, "PACKET_RX_RING", interfaceName);
    }

    /** Lets frames to send come from a ring to be mapped: TPACKET_V2; what is malformed is skipped. */
    public static void makeTransmitRing(int socket, int blockSize, int blocks, int frameSize, String interfaceName)
            throws SystemCallException {
        option(socket, SOL_PACKET, PACKET_VERSION, TPACKET_V2, "PACKET_VERSION", interfaceName);
        option(socket, SOL_PACKET, PACKET_LOSS, 1, "PACKET_LOSS", interfaceName);
        ring(socket, PACKET_TX_RING, blockSize, blocks, frameSize, "PACKET_TX_RING", interfaceName);
    }

    private static void ring(
            int socket, int option, int blockSize, int blocks, int frameSize, String symbol, String name)
            throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            int frames = blocks * (blockSize / frameSize);
            var request = arena.allocateFrom(JAVA_INT, blockSize, blocks, frameSize, frames); // struct tpacket_req
            Linux.check(
                    Linux.setSocketOption(socket, SOL_PACKET, option, request),
                    "setsockopt(" + symbol + ", " + frames + " frames) on " + name);
        }
    }

    /**
     * Asks a socket for its pending error, which makes it readable until somebody has asked.
     *
     * @return an errno, or 0
     */
    public static int takeError(int socket) {
        try (var arena = Arena.ofConfined()) {
            var error = arena.allocate(4, 4);
            int result = Linux.getSocketOption(socket, SOL_SOCKET, SO_ERROR, error);
            return result < 0 ? -result : error.get(JAVA_INT, 0);
        }
    }

    public static void configureSender(int socket, String interfaceName) throws SystemCallException {
        option(socket, SOL_PACKET, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS", interfaceName);
        buffer(socket, SO_SNDBUFFORCE, SO_SNDBUF, "SO_SNDBUF", interfaceName);
    }

    /** From here on every frame of the interface arrives. */
    public static void bindToReceive(int socket, int interfaceIndex, String interfaceName) throws SystemCallException {
        bind(socket, ETH_P_ALL, interfaceIndex, interfaceName);
    }

    /** Protocol 0: nothing is received. */
    public static void bindToSend(int socket, int interfaceIndex, String interfaceName) throws SystemCallException {
        bind(socket, 0, interfaceIndex, interfaceName);
    }

    /** Frames that found the socket's queue full, since this was asked last. */
    public static long dropsSinceLastAsked(int socket) {
        try (var arena = Arena.ofConfined()) {
            var statistics = arena.allocate(8, 4); // struct tpacket_stats: packets u32, drops u32
            int result = Linux.getSocketOption(socket, SOL_PACKET, PACKET_STATISTICS, statistics);
            return result < 0 ? 0 : statistics.get(JAVA_INT, 4) & 0xFFFF_FFFFL;
        }
    }

    private static void option(int socket, int level, int option, int value, String symbol, String name)
            throws SystemCallException {
        Linux.check(Linux.setSocketOption(socket, level, option, value), "setsockopt(" + symbol + ") on " + name);
    }

    /** Without CAP_NET_ADMIN in the initial namespace the kernel cuts the wish to its limit. */
    private static void buffer(int socket, int force, int ask, String symbol, String name) throws SystemCallException {
        if (Linux.setSocketOption(socket, SOL_SOCKET, force, SOCKET_BUFFER) < 0) {
            option(socket, SOL_SOCKET, ask, SOCKET_BUFFER, symbol, name);
        }
    }

    /** Classic BPF: what the program does not accept never reaches the socket. */
    private static void attach(int socket, Filter filter, String name) throws SystemCallException {
        long[] program = switch (filter) {
            case ALL -> new long[0];
            case THIS_HOST -> THIS_HOST;
            case NEIGHBOR_MESSAGES -> NEIGHBOR_MESSAGES;
        };
        if (program.length == 0) {
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var code = arena.allocateFrom(JAVA_LONG, program);
            var attached = arena.allocate(16, 8); // struct sock_fprog: length u16, pointer
            attached.set(JAVA_SHORT, 0, (short) program.length);
            attached.set(JAVA_LONG, 8, code.address());
            Linux.check(
                    Linux.setSocketOption(socket, SOL_SOCKET, SO_ATTACH_FILTER, attached),
                    "setsockopt(SO_ATTACH_FILTER) on " + name);
        }
    }

    /** {@code struct sock_filter}: code u16, jump true u8, jump false u8, operand u32; on a little-endian machine. */
    private static long instruction(int code, int jumpTrue, int jumpFalse, int operand) {
        return code | (long) jumpTrue << 16 | (long) jumpFalse << 24 | (long) operand << 32;
    }

    private static void bind(int socket, int protocol, int index, String name) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(20, 4); // struct sockaddr_ll
            address.set(JAVA_SHORT, 0, (short) Linux.AF_PACKET);
            address.set(BIG_ENDIAN_SHORT, 2, (short) protocol);
            address.set(JAVA_INT, 4, index);
            Linux.check(Linux.bind(socket, address), "bind(AF_PACKET) to " + name);
        }
    }
}
