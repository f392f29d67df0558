package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Udp;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.SystemCallException;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Needs(Need.ROOT)
final class KernelPortTest implements PortContract {
    private TestNamespace namespace;
    private KernelPort near;
    private KernelPort far;

    @BeforeEach
    void joinTwoInterfaces() throws Exception {
        namespace = new TestNamespace();
        namespace.ip("link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02");
        namespace.ip("link set near up");
        namespace.ip("link set far up");
        near = open("near", KernelPort.Accept.OWN);
        far = open("far", KernelPort.Accept.OWN);
    }

    @AfterEach
    void removeThem() throws Exception {
        if (near != null) {
            near.close();
        }
        if (far != null) {
            far.close();
        }
        if (namespace != null) {
            namespace.close();
        }
    }

    private KernelPort open(String name, KernelPort.Accept accept) throws Exception {
        return namespace.within(() -> KernelPort.open(name, new FramePool(256, 2048, Arena.ofAuto()), accept));
    }

    @Override
    public Port near() {
        return near;
    }

    @Override
    public Port far() {
        return far;
    }

    @Override
    public void setUp(boolean up) {
        try {
            namespace.ip("link set near " + (up ? "up" : "down"));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void aPortKnowsItsInterface() {
        assertEquals("near", near.name());
        assertEquals(MacAddress.parse("02:00:00:00:00:01"), near.mac());
        assertEquals(1500, near.mtu());
    }

    @Test
    void anInterfaceThatIsNotThereIsNamedWithTheError() {
        var failure = assertThrows(SystemCallException.class, () -> open("absent", KernelPort.Accept.OWN));
        assertEquals(Errno.ENODEV, failure.errno());
        assertEquals("ioctl(SIOCGIFINDEX) on absent: ENODEV (no such device)", failure.getMessage());
    }

    @Test
    void aPortCountsThatItsInterfaceWentDown() {
        setUp(false);
        near.receive(new Burst(1));
        assertEquals(1, near.timesDown());
        near.receive(new Burst(1));
        assertEquals(1, near.timesDown());
    }

    @Test
    void framesToAnotherHostAreOnlyForAPortThatAcceptsAll() throws Exception {
        try (var open = open("far", KernelPort.Accept.ALL)) {
            sendTo(0x02_00_00_00_00_99L);
            sendTo(MacAddress.BROADCAST.bits());
            var burst = new Burst(4);
            Await.until("both arrive", () -> {
                open.receive(burst);
                return burst.count() == 2;
            });
            var own = new Burst(4);
            assertEquals(1, far.receive(own));
            assertEquals(
                    MacAddress.BROADCAST.bits(),
                    new Ethernet().wrap(far.pool().memory(), own.address(0)).destination());
        }
    }

    private void sendTo(long mac) {
        long frame = near.pool().acquire();
        new Ethernet().wrap(near.pool().memory(), frame).set(mac, near.mac().bits(), EXPERIMENT);
        near.send(frame, 60);
        near.flush();
    }

    @Test
    void aPortDoesNotReceiveWhatItSends() throws Exception {
        try (var second = open("near", KernelPort.Accept.ALL)) {
            sendTo(far.mac().bits());
            Await.until("the frame arrives", () -> far.receive(new Burst(1)) == 1);
            assertEquals(0, second.receive(new Burst(1)));
        }
    }

    @Test
    void aChecksumThatTheSenderLeftToItsNetworkCardIsCompleted() throws Exception {
        namespace.ip("address add 10.9.0.1/24 dev near");
        namespace.ip("neighbor add 10.9.0.2 lladdr 02:00:00:00:00:02 dev near nud permanent");
        var text = "a datagram of odd length".getBytes(StandardCharsets.US_ASCII);
        namespace.within(() -> {
            try (var socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(text, text.length - 1, InetAddress.getByName("10.9.0.2"), 9));
            }
            return null;
        });
        var parser = new PacketParser();
        var burst = new Burst(8);
        Await.until("the datagram arrives", () -> {
            burst.clear();
            return far.receive(burst) > 0
                    && parser.parse(far.pool().memory(), burst.address(0), burst.length(0)) == PacketFault.NONE
                    && parser.protocol() == IpProtocol.UDP;
        });
        var udp = new Udp().wrap(far.pool().memory(), parser.transport());
        assertTrue(udp.checksum() != 0);
        assertTrue(udp.checksumValid(new Ipv4().wrap(far.pool().memory(), parser.ip())));
    }

    @Test
    void offloadsAreTurnedOff() throws Exception {
        namespace.within(() -> {
            try (var request = new InterfaceRequest("near")) {
                assertEquals(1, request.getByEthtool(0x16)); // ETHTOOL_GTXCSUM
                Offloads.disableTransmit("near");
                assertEquals(0, request.getByEthtool(0x16));
                assertEquals(0, request.getByEthtool(0x1E)); // ETHTOOL_GTSO
                assertEquals(0, request.getByEthtool(0x23)); // ETHTOOL_GGSO
                assertEquals(0, request.getByEthtool(0x2B)); // ETHTOOL_GGRO
            }
            return null;
        });
    }

    @Test
    void aPacketThroughTheKernelAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        var burst = new Burst(64);
        pass(20_000, burst); // until everything is compiled and linked
        long before = threads.getThreadAllocatedBytes(thread);
        int packets = 51_200;
        pass(packets, burst);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;
        // Until C2 has compiled it, each system call of a burst (two here) makes a 40-octet slice inside the JDK.
        long calls = packets / 32 * 2L;
        assertTrue(allocated < calls * 48 + 20_000, allocated + " octets allocated");
    }

    private void pass(int packets, Burst burst) {
        var header = new Ethernet();
        for (int done = 0; done < packets; done += 32) {
            for (int i = 0; i < 32; i++) {
                long frame = near.pool().acquire();
                header.wrap(near.pool().memory(), frame)
                        .set(far.mac().bits(), near.mac().bits(), EXPERIMENT);
                near.send(frame, 60);
            }
            near.flush();
            burst.clear();
            far.receive(burst);
            for (int i = 0; i < burst.count(); i++) {
                far.pool().release(burst.address(i));
            }
        }
    }

    @Test
    void aPollerWakesForAFrameAndForACallAndNotForAClosedPort() throws Exception {
        try (var poller = new Poller(List.of(near, far))) {
            assertFalse(poller.await(0));
            sendTo(far.mac().bits());
            assertTrue(poller.await(60_000));
            far.receive(new Burst(1));
            assertFalse(poller.await(0));
            poller.wake();
            assertTrue(poller.await(60_000));
            assertFalse(poller.await(0));
            sendTo(far.mac().bits());
            far.close();
            assertFalse(poller.await(0));
        }
    }

    @Test
    void aForwardingThreadEchoesFramesAndSleepsWhenThereAreNone() throws Exception {
        var echo = new PacketProcessor() {
            @Override
            public void process(Port in, Burst burst, long nowNanos) {
                for (int i = 0; i < burst.count(); i++) {
                    var header = new Ethernet().wrap(in.pool().memory(), burst.address(i));
                    header.setDestination(header.source());
                    header.setSource(in.mac().bits());
                    in.send(burst.address(i), burst.length(i));
                }
            }
        };
        var received = new ArrayList<Integer>();
        try (var thread = new ForwardingThread("echo", List.of(far), echo, System::nanoTime).start()) {
            Await.until("the thread sleeps", () -> thread.counters().sleeps() > 3);
            sendTo(far.mac().bits());
            var burst = new Burst(4);
            Await.until("the echo comes back", () -> near.receive(burst) > 0);
            received.add(burst.length(0));
            assertEquals(1, thread.ask(() -> far.counters().rxPackets()).get());
            assertEquals(0, thread.counters().faults());
        }
        assertEquals(List.of(60), received);
        assertEquals(far.pool().size(), far.pool().available());
    }
}
