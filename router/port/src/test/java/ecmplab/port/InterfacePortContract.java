package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import ecmplab.port.InterfacePort.Accept;
import ecmplab.port.InterfacePorts.Wish;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.SystemCallException;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every kind of port to a kernel interface promises beyond {@link PortContract}: both ends of a veth pair. */
abstract class InterfacePortContract implements PortContract {
    static final int FRAMES = 512;

    TestNamespace namespace;
    InterfacePort near;
    InterfacePort far;
    private final List<InterfacePorts> opened = new ArrayList<>();

    abstract PortChoice choice();

    @BeforeEach
    final void joinTwoInterfaces() throws Exception {
        namespace = new TestNamespace();
        namespace.ip("link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02");
        namespace.ip("link set near up");
        namespace.ip("link set far up");
        near = open("near", Accept.OWN);
        far = open("far", Accept.OWN);
    }

    @AfterEach
    final void removeThem() throws Exception {
        opened.forEach(InterfacePorts::close);
        if (namespace != null) {
            namespace.close();
        }
    }

    final InterfacePort open(String name, Accept accept) throws Exception {
        var ports = openAll(List.of(name), new Wish(choice(), accept, 0));
        return ports.named(name);
    }

    final InterfacePorts openAll(List<String> names, Wish wish) throws Exception {
        var pool = new FramePool(FRAMES, 2048, Arena.ofAuto());
        var ports = namespace.within(() -> InterfacePorts.open(names, pool, wish));
        opened.add(ports);
        return ports;
    }

    @Override
    public final Port near() {
        return near;
    }

    @Override
    public final Port far() {
        return far;
    }

    @Override
    public final void setUp(boolean up) {
        try {
            namespace.ip("link set near " + (up ? "up" : "down"));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    /** Sends one packet of 60 octets to elsewhere in a frame to {@code mac}. */
    final void sendTo(long mac) {
        long frame = PortContract.frame(near, far, 60, 0);
        new Ethernet().wrap(near.pool().memory(), frame).setDestination(mac);
        near.send(frame, 60);
        near.flush();
    }

    final void release(Port port, Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            port.pool().release(burst.address(i));
        }
        burst.clear();
    }

    @Test
    void aPortKnowsItsInterface() {
        assertEquals("near", near.name());
        assertEquals(MacAddress.parse("02:00:00:00:00:01"), near.mac());
        assertEquals(1500, near.mtu());
        assertEquals(choice().word(), near.kind().word());
    }

    @Test
    void anInterfaceThatIsNotThereIsNamedWithTheError() {
        var failure = assertThrows(SystemCallException.class, () -> open("absent", Accept.OWN));
        assertEquals(Errno.ENODEV, failure.errno());
        assertEquals("ioctl(SIOCGIFINDEX) on absent: ENODEV (no such device)", failure.getMessage());
    }

    @Test
    void framesToAnotherHostAreNotHandedOn() {
        sendTo(0x02_00_00_00_00_99L);
        sendTo(far.mac().bits());
        var burst = new Burst(4);
        Await.until("the second arrives", () -> far.receive(burst) > 0);
        assertEquals(1, burst.count());
        assertEquals(
                far.mac().bits(),
                new Ethernet().wrap(far.pool().memory(), burst.address(0)).destination());
        release(far, burst);
    }

    @Test
    void aPortThatAcceptsAllGetsFramesToAnotherHostAndOfAnyKind() throws Exception {
        far.close();
        var open = open("far", Accept.ALL);
        sendTo(0x02_00_00_00_00_99L);
        long odd = PortContract.frame(near, far, 60, 0);
        new Ethernet()
                .wrap(near.pool().memory(), odd)
                .set(MacAddress.BROADCAST.bits(), near.mac().bits(), 0x88B5);
        near.send(odd, 60);
        near.flush();
        var burst = new Burst(4);
        Await.until("both arrive", () -> {
            open.receive(burst);
            return burst.count() == 2;
        });
        release(open, burst);
    }

    @Test
    void anAnswerOfArpArrivesThoughTheKernelGetsItToo() {
        var arp = new Arp();
        long frame = near.pool().acquire();
        var memory = near.pool().memory();
        new Ethernet().wrap(memory, frame).set(far.mac().bits(), near.mac().bits(), Ethernet.TYPE_ARP);
        arp.wrap(memory, frame + Ethernet.LENGTH)
                .set(Arp.REPLY, near.mac().bits(), 0x0A09_0001, far.mac().bits(), 0x0A09_0002);
        near.send(frame, Arp.FRAME_LENGTH);
        near.flush();
        var burst = new Burst(4);
        Await.until("the answer arrives", () -> far.receive(burst) > 0);
        assertEquals(1, burst.count());
        assertEquals(
                0x0A09_0001,
                arp.wrap(far.pool().memory(), burst.address(0) + Ethernet.LENGTH)
                        .senderAddress());
        release(far, burst);
    }

    @Test
    void aFullMtuPassesAndSoDoesTheShortestFrame() {
        var burst = new Burst(4);
        for (int length : new int[] {near.mtu() + Ethernet.LENGTH, 60}) {
            assertTrue(near.send(PortContract.frame(near, far, length, 3), length));
            near.flush();
            Await.until("the frame arrives", () -> far.receive(burst) > 0);
            assertEquals(length, burst.length(0));
            release(far, burst);
        }
    }

    @Test
    void aReceivedFrameHasRoomForAnEncapsulation() {
        sendTo(far.mac().bits());
        var burst = new Burst(4);
        Await.until("the frame arrives", () -> far.receive(burst) > 0);
        assertTrue((burst.address(0) & (far.pool().frameSize() - 1)) >= FramePool.HEADROOM);
        release(far, burst);
    }

    @Test
    void anInterfaceThatIsRemovedLeavesAPortThatDrops() throws Exception {
        namespace.ip("link delete near");
        for (int i = 0; i < 3; i++) {
            near.send(PortContract.frame(near, far, 100, i), 100);
        }
        near.flush();
        assertEquals(3, near.counters().drops().get("port-down"));
        assertEquals(0, near.receive(new Burst(4)));
    }

    @Test
    void openingAndClosingManyTimesLeavesNoDescriptorAndNoMapping() throws Exception {
        var pool = new FramePool(FRAMES, 2048, Arena.ofAuto());
        near.close();
        far.close();
        namespace.within(() -> {
            openAndClose(pool, 3);
            long descriptors = descriptors();
            long mappings = mappings();
            openAndClose(pool, 15);
            // Other threads of the JVM map and open what they like, but not as many things as there are ports here.
            assertTrue(descriptors() - descriptors < 15, "descriptors left open");
            assertTrue(mappings() - mappings < 15, "mappings left behind");
            return null;
        });
        assertEquals(pool.size(), pool.available());
    }

    private void openAndClose(FramePool pool, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (var ports = InterfacePorts.open(List.of("near", "far"), pool, Wish.of(choice()))) {
                var port = ports.named("near");
                port.send(PortContract.frame(port, far, 100, i), 100);
                port.flush();
            }
        }
    }

    private static long descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    /** Rings only: what the heap maps is none of a port's. */
    private static long mappings() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("socket:")).count();
        }
    }

    @Test
    void aPacketThroughTheKernelAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        var burst = new Burst(64);
        pass(20_000, burst); // until everything is compiled and linked
        long before = threads.getThreadAllocatedBytes(thread);
        int packets = 51_200;
        long arrived = pass(packets, burst);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;
        // Until C2 has compiled it, each system call of a burst (two here) makes a 40-octet slice inside the JDK.
        long calls = packets / 32 * 2L;
        assertTrue(allocated < calls * 48 + 20_000, allocated + " octets allocated");
        assertTrue(arrived > 0, "the path was not gone");
    }

    /** Returns how many arrived. */
    private long pass(int packets, Burst burst) {
        var header = new Ethernet();
        long before = far.counters().rxPackets();
        for (int done = 0; done < packets; done += 32) {
            for (int i = 0; i < 32; i++) {
                long frame = near.pool().acquire();
                header.wrap(near.pool().memory(), frame)
                        .set(far.mac().bits(), near.mac().bits(), Ethernet.TYPE_IPV4);
                near.pool().memory().set(BIG_ENDIAN, frame + Ethernet.LENGTH + 16, ELSEWHERE);
                near.send(frame, 60);
            }
            near.flush();
            far.receive(burst);
            release(far, burst);
        }
        return far.counters().rxPackets() - before;
    }

    @Test
    void aPortMayBeClosedWhileItsThreadForwards() throws Exception {
        var passOn = new PacketProcessor() {
            @Override
            public void process(Port in, Burst burst, long nowNanos) {
                for (int i = 0; i < burst.count(); i++) {
                    in.send(burst.address(i), burst.length(i)); // to where it came from, which drops it
                }
            }
        };
        far.close();
        for (int round = 0; round < 3; round++) {
            var node = open("far", Accept.ALL);
            try (var thread = new ForwardingThread("echo", List.of(node), passOn, System::nanoTime).start()) {
                Await.until("it forwards", () -> {
                    for (int i = 0; i < 32; i++) {
                        near.send(PortContract.frame(near, far, 200, i), 200);
                    }
                    near.flush();
                    return node.counters().txPackets() > 200;
                });
                node.close();
                assertEquals(0, thread.counters().faults());
            }
            node.flush();
            assertEquals(node.pool().size(), node.pool().available());
        }
    }

    @Test
    void aPollerWakesForAFrameAndForACallAndNotForAClosedPort() throws Exception {
        try (var poller = new Poller(List.of(near, far))) {
            var burst = new Burst(1);
            assertFalse(poller.await(0));
            sendTo(far.mac().bits());
            assertTrue(poller.await(60_000));
            Await.until("the frame arrives", () -> far.receive(burst) == 1);
            release(far, burst);
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
    void aPollerSleepsThoughAnInterfaceIsDown() throws Exception {
        try (var poller = new Poller(List.of(near, far))) {
            setUp(false);
            var burst = new Burst(4);
            Await.until("the news is taken, if there are any", () -> {
                near.receive(burst);
                far.receive(burst);
                return !poller.await(0);
            });
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
        far.flush();
        assertEquals(far.pool().size(), far.pool().available() + far.held());
    }
}
