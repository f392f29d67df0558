package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Vxlan;
import ecmplab.port.InterfacePort.Accept;
import ecmplab.port.InterfacePorts.Wish;
import ecmplab.testkit.Await;
import ecmplab.testkit.Hex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What AF_XDP ports promise beyond {@link InterfacePortContract}: who gets which frame. The near end is a host of its own in
 * a second namespace, the far end a node's port with the addresses 10.9.0.2 and fd00::2.
 */
abstract class XdpPortContract extends InterfacePortContract {
    private static final String TO_FAR = "02 00 00 00 00 0b  02 00 00 00 00 0a  ";

    private final class Hosts implements AutoCloseable {
        final TestNamespace other = new TestNamespace();
        final InterfacePort node;
        final InterfacePort host;

        Hosts(int tunnelPort) throws Exception {
            namespace.within(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "0"));
            namespace.ip("link add host address 02:00:00:00:00:0a type veth peer name node address 02:00:00:00:00:0b");
            namespace.ip("link set host netns " + other.name());
            other.ip("address add 10.9.0.1/24 dev host");
            other.ip("link set host up");
            namespace.ip("address add 10.9.0.2/24 dev node");
            namespace.ip("address add fd00::2/64 dev node nodad");
            namespace.ip("link set node up");
            node = openAll(List.of("node"), new Wish(choice(), Accept.OWN, tunnelPort))
                    .named("node");
            var pool = new FramePool(64, 2048, Arena.ofAuto());
            host = other.within(() -> KernelPort.open("host", pool));
        }

        @Override
        public void close() throws Exception {
            host.close();
            other.close();
        }

        /** Sends a frame as hex, then one that is certainly for the node; what arrives before that one. */
        List<Integer> arrivals(String... frames) {
            var types = new ArrayList<Integer>();
            for (var frame : frames) {
                send(frame);
            }
            send(TO_FAR
                    + "08 00  45 00 00 1c 00 00 00 00 40 fd 00 00  0a 09 00 01  c6 33 64 4d  00 00 00 00 00 00 00 00");
            var burst = new Burst(8);
            boolean[] last = {false};
            Await.until("the last frame arrives", () -> {
                burst.clear();
                node.receive(burst);
                for (int i = 0; i < burst.count(); i++) {
                    var memory = node.pool().memory();
                    long at = burst.address(i);
                    int type = new Ethernet().wrap(memory, at).type();
                    if (type == Ethernet.TYPE_IPV4
                            && memory.get(BIG_ENDIAN, at + Ethernet.LENGTH + 16) == 0xC633_644D) {
                        last[0] = true;
                    } else {
                        types.add(type);
                    }
                    node.pool().release(at);
                }
                return last[0];
            });
            return types;
        }

        void send(String hex) {
            var octets = Hex.bytes(hex);
            long frame = host.pool().acquire();
            MemorySegment.copy(octets, 0, host.pool().memory(), ValueLayout.JAVA_BYTE, frame, octets.length);
            assertTrue(host.send(frame, octets.length));
            host.flush();
        }

        /** As {@link #arrivals}, but of one frame that comes beside the packets, perhaps later. */
        List<Integer> arrivalsThen(String frame) {
            var types = new ArrayList<>(arrivals(frame));
            var burst = new Burst(4);
            Await.until("it comes", () -> {
                node.receive(burst);
                for (int i = 0; i < burst.count(); i++) {
                    types.add(new Ethernet()
                            .wrap(node.pool().memory(), burst.address(i))
                            .type());
                }
                release(node, burst);
                return !types.isEmpty();
            });
            return types;
        }
    }

    @Test
    void whatIsForTheKernelStaysThereAndWhatIsNotComes() throws Exception {
        try (var hosts = new Hosts(0)) {
            assertEquals(
                    List.of(),
                    hosts.arrivals(
                            // to the node's own IPv4 and IPv6 addresses
                            TO_FAR + "08 00  45 00 00 1c 00 00 00 00 40 fd 00 00  0a 09 00 01  0a 09 00 02" + zeros(14),
                            TO_FAR + "86 dd  60 00 00 00 00 00 fd 40" + v6("fe 80", "0a") + v6("fd 00", "02"),
                            // to groups
                            TO_FAR + "08 00  45 00 00 1c 00 00 00 00 01 fd 00 00  0a 09 00 01  e0 00 00 05" + zeros(14),
                            TO_FAR + "86 dd  60 00 00 00 00 00 fd 40" + v6("fe 80", "0a") + v6("ff 02", "05"),
                            "ff ff ff ff ff ff  02 00 00 00 00 0a  08 00  45 00 00 1c 00 00 00 00 01 fd 00 00"
                                    + "0a 09 00 01  c6 33 64 07" + zeros(14),
                            // of other kinds, too short
                            TO_FAR + "88 b5" + zeros(46),
                            TO_FAR + "08 00  45 00"));
            assertEquals(
                    List.of(Ethernet.TYPE_IPV6, Ethernet.TYPE_IPV6),
                    hosts.arrivals(
                            TO_FAR + "86 dd  60 00 00 00 00 00 fd 40" + v6("fd 00", "0a") + v6("fd 00", "99"),
                            // an ICMPv6 packet that is none of neighbour discovery
                            TO_FAR + "86 dd  60 00 00 00 00 08 3a 40" + v6("fd 00", "0a") + v6("fd 00", "99") + "80 00"
                                    + zeros(6)));
            // Neighbour discovery is the kernel's, and the node gets a copy of it.
            assertEquals(
                    List.of(Ethernet.TYPE_IPV6),
                    hosts.arrivalsThen(TO_FAR + "86 dd  60 00 00 00 00 18 3a ff" + v6("fd 00", "0a") + v6("fd 00", "02")
                            + "88 00" + zeros(22)));
        }
    }

    private static String zeros(int octets) {
        return " 00".repeat(octets);
    }

    private static String v6(String first, String last) {
        return " " + first + zeros(13) + " " + last;
    }

    @Test
    void anAddressThatComesOrGoesIsKnownAtOnce() throws Exception {
        var packet = TO_FAR + "08 00  45 00 00 1c 00 00 00 00 40 fd 00 00  0a 09 00 01  0a 09 00 07" + zeros(14);
        try (var hosts = new Hosts(0)) {
            assertEquals(List.of(Ethernet.TYPE_IPV4), hosts.arrivals(packet));
            namespace.ip("address add 10.9.0.7/24 dev node");
            Await.until("the kernel keeps it", () -> hosts.arrivals(packet).isEmpty());
            namespace.ip("address delete 10.9.0.7/24 dev node");
            Await.until("it comes again", () -> !hosts.arrivals(packet).isEmpty());
        }
    }

    @Test
    void theTunnelPortOfAnOwnAddressIsTheNodesAndOtherPortsAreTheKernels() throws Exception {
        var ip = "00 00 40 00 40 11 00 00  0a 09 00 01  0a 09 00 02 ";
        try (var hosts = new Hosts(Vxlan.UDP_PORT)) {
            assertEquals(
                    List.of(Ethernet.TYPE_IPV4, Ethernet.TYPE_IPV4, Ethernet.TYPE_IPV6),
                    hosts.arrivals(
                            TO_FAR + "08 00  45 00 00 24" + ip + "c0 00 12 b5 00 10 00 00" + zeros(8),
                            // with an option of four octets
                            TO_FAR + "08 00  46 00 00 28" + ip + "01 01 01 00  c0 00 12 b5 00 10 00 00" + zeros(8),
                            TO_FAR + "86 dd  60 00 00 00 00 10 11 40" + v6("fd 00", "0a") + v6("fd 00", "02")
                                    + "c0 00 12 b5 00 10 00 00" + zeros(8)));
            assertEquals(
                    List.of(),
                    hosts.arrivals(
                            TO_FAR + "08 00  45 00 00 24" + ip + "c0 00 12 b6 00 10 00 00" + zeros(8),
                            // fragments, first and later
                            TO_FAR + "08 00  45 00 00 24 00 00 20 00 40 11 00 00  0a 09 00 01  0a 09 00 02"
                                    + "c0 00 12 b5 00 10 00 00" + zeros(8),
                            TO_FAR + "08 00  45 00 00 24 00 00 00 02 40 11 00 00  0a 09 00 01  0a 09 00 02"
                                    + "c0 00 12 b5 00 10 00 00" + zeros(8),
                            // options that lead beyond the packet's end
                            TO_FAR + "08 00  4f 00 00 24" + ip + "c0 00 12 b5 00 10 00 00",
                            // TCP
                            TO_FAR + "08 00  45 00 00 24 00 00 40 00 40 06 00 00  0a 09 00 01  0a 09 00 02"
                                    + "c0 00 12 b5 00 10 00 00" + zeros(8)));
        }
    }

    @Test
    void theKernelAnswersForItsOwnAddressWhileThePortIsOpen() throws Exception {
        try (var hosts = new Hosts(0)) {
            hosts.other.within(() -> {
                Offloads.disableTransmit("host");
                return null;
            });
            try (var server = namespace.within(() -> new DatagramSocket(new InetSocketAddress("10.9.0.2", 0)))) {
                hosts.other.within(() -> {
                    try (var client = new DatagramSocket()) {
                        var data = new byte[] {1, 2, 3};
                        client.send(
                                new DatagramPacket(data, 3, InetAddress.getByName("10.9.0.2"), server.getLocalPort()));
                    }
                    return null;
                });
                var received = new DatagramPacket(new byte[10], 10);
                server.setSoTimeout(60_000);
                server.receive(received);
                assertEquals(3, received.getLength());
            }
        }
    }

    @Test
    void aFrameThatIsReceivedLeavesByAnotherPortFromTheSameMemory() throws Exception {
        namespace.ip("link add in type veth peer name in-peer");
        namespace.ip("link add out type veth peer name out-peer");
        for (var name : List.of("in", "in-peer", "out", "out-peer")) {
            namespace.ip("link set " + name + " up");
        }
        var node = openAll(List.of("in", "out"), new Wish(choice(), Accept.ALL, 0));
        var in = node.named("in");
        var out = node.named("out");
        var from = open("in-peer", Accept.ALL);
        var to = open("out-peer", Accept.ALL);
        var burst = new Burst(64);
        int passed = 0;
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < 16; i++) {
                from.send(PortContract.frame(from, in, 200 + i, i), 200 + i);
            }
            from.flush();
            int[] count = {0};
            Await.until("all are forwarded", () -> {
                burst.clear();
                count[0] += in.receive(burst);
                for (int i = 0; i < burst.count(); i++) {
                    assertTrue(out.send(burst.address(i), burst.length(i)));
                }
                out.flush();
                return count[0] == 16;
            });
            burst.clear();
            Await.until("all arrive", () -> {
                to.receive(burst);
                return burst.count() == 16;
            });
            passed += burst.count();
            release(to, burst);
        }
        assertEquals(1600, passed);
        assertEquals(1600, to.counters().rxPackets()); // each once
        assertEquals(in.pool().size(), in.pool().available() + in.held() + out.held());
    }
}
