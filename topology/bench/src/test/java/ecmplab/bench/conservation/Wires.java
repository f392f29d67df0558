package ecmplab.bench.conservation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import ecmplab.port.Burst;
import ecmplab.port.Capture;
import ecmplab.port.FrameLedger;
import ecmplab.port.FramePool;
import ecmplab.port.ImpairedPort;
import ecmplab.port.Impairment;
import ecmplab.port.MemoryLink;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import ecmplab.port.TappedPort;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node's ports as a lab has them, capture and impairment stages included, on short cables whose far ends are clumsy neighbours: they answer ARP
 * mostly, and sometimes read nothing. Counts both sides of every cable. The caller's thread and virtual time.
 */
final class Wires implements AutoCloseable {
    private static final int FRAME = 2048;
    /** So few that delays and neighbours who do not answer can use them up. */
    private static final int POOL = 160;

    private static final int QUEUE = 16;
    private static final MacAddress FAR = MacAddress.parse("02:00:00:00:c0:01");
    private static final String[] IMPAIRMENTS = {
        "off",
        "partition",
        "loss 30%",
        "duplicate 30%",
        "delay 20ms",
        "delay 20ms jitter 20ms",
        "delay 5ms reorder 30%",
        "rate 100kbit",
        "loss 10% duplicate 10% delay 3ms jitter 3ms rate 1mbit",
    };

    private final Arena arena = Arena.ofConfined();
    private final FramePool pool = new FramePool(POOL, FRAME, arena);
    private final FramePool outside = new FramePool(1024, 4096, arena);
    private final List<MemoryLink> links = new ArrayList<>();
    private final List<ImpairedPort> ports = new ArrayList<>();
    private final Burst burst = new Burst(32);
    private final Map<String, Long> seen = new HashMap<>();
    private @Nullable Capture capture;
    private boolean farEndsRead = true;
    private long now = 1_000_000_000L;

    Port add(String name, MacAddress mac, int mtu) {
        var link =
                new MemoryLink(new MemoryLink.End(name, mac, pool), new MemoryLink.End(name, FAR, outside), mtu, QUEUE);
        links.add(link);
        var port = new ImpairedPort(new TappedPort(link.left()), () -> now);
        ports.add(port);
        return port;
    }

    long now() {
        return now;
    }

    Instant wall() {
        return Instant.ofEpochSecond(0, now);
    }

    /** What of the ordinary can happen to a port, and the time, and captures. */
    void disturb(Random random) throws IOException {
        int port = random.nextInt(ports.size());
        switch (random.nextInt(6)) {
            case 0, 1 ->
                ports.get(port)
                        .impair(new ImpairedPort.Plan(impairment(random), impairment(random), random.nextLong()));
            case 2 -> links.get(port).setUp(random.nextInt(3) > 0);
            case 3 -> farEndsRead = random.nextInt(3) > 0;
            case 4 -> toggleCapture();
            default -> now += random.nextInt(200_000_000);
        }
    }

    private static Impairment impairment(Random random) {
        return Impairment.parse(IMPAIRMENTS[random.nextInt(IMPAIRMENTS.length)]);
    }

    private void toggleCapture() throws IOException {
        if (capture != null) {
            capture.close();
            capture = null;
        } else {
            var tapped = ports.stream().map(ImpairedPort::tapped).toList();
            capture = Capture.start(
                    tapped, OutputStream.nullOutputStream(), Capture.Limits.of(1 << 20), this::wall, () -> now);
        }
    }

    /** A neighbour sends; what the cable does not take is the neighbour's loss. */
    void send(int port, byte[] frame) {
        long address = outside.acquire();
        MemorySegment.copy(frame, 0, outside.memory(), ValueLayout.JAVA_BYTE, address, frame.length);
        links.get(port).right().send(address, frame.length);
        links.get(port).right().flush();
    }

    int count() {
        return ports.size();
    }

    int indexOf(String name) {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no port " + name);
    }

    /** One burst from each port, or a tick. */
    void work(PacketProcessor node, Random random) {
        for (var port : ports) {
            burst.clear();
            if (port.receive(burst) > 0) {
                node.process(port, burst, now);
            }
        }
        if (random.nextBoolean()) {
            now += 10_000_000;
            node.tick(now);
        }
        ports.forEach(Port::flush);
        if (farEndsRead) {
            links.forEach(link -> read(link.right(), random));
        }
    }

    private void read(Port far, Random random) {
        burst.clear();
        far.receive(burst);
        for (int i = 0; i < burst.count(); i++) {
            var memory = outside.memory();
            var ethernet = new Ethernet().wrap(memory, burst.address(i));
            if (ethernet.type() == Ethernet.TYPE_ARP && random.nextInt(4) > 0) {
                answer(far, burst.address(i));
            } else {
                outside.release(burst.address(i));
            }
        }
        far.flush();
    }

    private void answer(Port far, long frame) {
        var arp = new Arp().wrap(outside.memory(), frame + Ethernet.LENGTH);
        long asker = arp.senderMac();
        int askerAddress = arp.senderAddress();
        int target = arp.targetAddress();
        new Ethernet().wrap(outside.memory(), frame).set(asker, FAR.bits(), Ethernet.TYPE_ARP);
        arp.set(Arp.REPLY, FAR.bits(), target, asker, askerAddress);
        far.send(frame, Arp.FRAME_LENGTH);
    }

    /** All is well again, and runs until nothing waits any more. */
    void recover(PacketProcessor node, Random random) throws IOException {
        farEndsRead = true;
        links.forEach(link -> link.setUp(true));
        ports.forEach(port -> port.impair(ImpairedPort.Plan.NONE));
        if (capture != null) {
            toggleCapture();
        }
        for (int i = 0; i < 2000; i++) {
            work(node, random);
        }
    }

    /** In = out + drops + consumed + held: of the node, of every port, of the pool. */
    void requireConserved(Supplier<FrameLedger> node) {
        var ledger = node.get();
        assertEquals(0, ledger.missing(), () -> "frames that nothing accounts for: " + ledger);
        long handedToNode = 0;
        long handedByNode = 0;
        long waiting = ledger.held();
        for (int i = 0; i < ports.size(); i++) {
            var port = ports.get(i).counters();
            handedToNode += port.rxPackets();
            handedByNode += port.handedOver();
            waiting +=
                    port.stage().rxHeld() + port.stage().txHeld() + ports.get(i).held();
            port.drops().forEach((reason, count) -> seen.merge("port " + reason, count, Math::max));
        }
        assertEquals(handedToNode, ledger.received(), "received by the node");
        assertEquals(handedByNode, ledger.sent(), "sent by the node");
        assertEquals(POOL, pool.available() + waiting, "frames of the pool");
    }

    /** With nothing on the cables: what one side sent the other has. */
    void requireNothingLostOnCables() {
        for (var i = 0; i < links.size(); i++) {
            var near = ports.get(i).counters();
            var far = links.get(i).right().counters();
            assertEquals(
                    far.txPackets(),
                    near.arrived(),
                    "arrived at " + ports.get(i).name());
            assertEquals(near.txPackets(), far.arrived(), "left " + ports.get(i).name());
            assertEquals(
                    0,
                    near.stage().rxHeld() + near.stage().txHeld(),
                    "waiting at " + ports.get(i).name());
        }
        assertEquals(outside.size(), outside.available(), "frames of neighbours");
    }

    /** Reasons for which ports dropped frames. */
    Map<String, Long> reasonsSeen() {
        return seen;
    }

    @Override
    public void close() {
        if (capture != null) {
            capture.close();
        }
        links.forEach(MemoryLink::close);
        arena.close();
    }
}
