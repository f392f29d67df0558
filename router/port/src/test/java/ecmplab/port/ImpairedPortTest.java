package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ImpairedPortTest {
    private static final long MILLI = 1_000_000;
    private static final ValueLayout.OfInt NUMBER = ValueLayout.JAVA_INT_UNALIGNED;

    private final FramePool pool = new FramePool(8192, 2048, Arena.ofAuto());
    private final FramePool peerPool = new FramePool(8192, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("eth0", MacAddress.parse("02:00:00:00:00:01"), pool),
            new MemoryLink.End("peer", MacAddress.parse("02:00:00:00:00:02"), peerPool),
            1500,
            4096);
    private long now = 1_000_000_000;
    private final ImpairedPort port = new ImpairedPort(new TappedPort(link.left()), () -> now);
    private final Burst burst = new Burst(64);
    private final Ethernet ethernet = new Ethernet();
    private int next;
    private long given;

    private static void impair(ImpairedPort port, String in, String out, long seed) {
        port.impair(new ImpairedPort.Plan(Impairment.parse(in), Impairment.parse(out), seed));
        port.receive(new Burst(1));
    }

    private boolean send(Port from, int length) {
        long frame = from.pool().acquire();
        ethernet.wrap(from.pool().memory(), frame).set(2, 1, 0x88B5);
        from.pool().memory().set(NUMBER, frame + Ethernet.LENGTH, next++);
        if (from == port) {
            given++;
        }
        return from.send(frame, length);
    }

    private void sendAll(Port from, int frames) {
        for (int i = 0; i < frames; i++) {
            send(from, 100);
        }
        from.flush();
        audit();
    }

    /** The numbers of all frames that a port has to hand on now. */
    private List<Integer> receive(Port at) {
        var numbers = new ArrayList<Integer>();
        do {
            burst.clear();
            at.receive(burst);
            for (int i = 0; i < burst.count(); i++) {
                numbers.add(at.pool().memory().get(NUMBER, burst.address(i) + Ethernet.LENGTH));
                at.pool().release(burst.address(i));
            }
        } while (burst.count() > 0);
        audit();
        return numbers;
    }

    /** Every frame is somewhere: between two calls the port's counts and the pool's agree. */
    private void audit() {
        var counters = port.counters();
        assertEquals(given, counters.handedOver(), counters::toString);
        assertEquals(link.left().counters().rxPackets(), counters.arrived(), counters::toString);
        var stage = counters.stage();
        assertEquals(pool.size(), pool.available() + stage.rxHeld() + stage.txHeld(), counters::toString);
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void withoutImpairmentFramesPassAsTheyAre() {
        sendAll(port, 10);
        assertEquals(numbers(0, 10), receive(link.right()));
        sendAll(link.right(), 10);
        assertEquals(numbers(10, 20), receive(port));
    }

    @Test
    void delayHoldsFramesOfEachDirectionForItsTime() {
        impair(port, "delay 20ms", "delay 50ms", 1);
        sendAll(port, 3);
        sendAll(link.right(), 3);
        assertEquals(List.of(), receive(port));
        assertEquals(3, port.counters().stage().rxHeld());
        assertEquals(3, port.counters().stage().txHeld());
        assertEquals(now + 20 * MILLI, port.nextDue());
        now += 20 * MILLI - 1;
        assertEquals(List.of(), receive(port));
        now += 1;
        assertEquals(numbers(3, 6), receive(port));
        assertEquals(List.of(), receive(link.right()));
        now += 30 * MILLI;
        port.receive(burst);
        assertEquals(numbers(0, 3), receive(link.right()));
        assertEquals(Long.MAX_VALUE, port.nextDue());
    }

    @Test
    void jitterVariesTheDelayAndKeepsTheOrder() {
        impair(port, "off", "delay 20ms jitter 10ms", 7);
        var arrivals = new ArrayList<Integer>();
        long distinct = 0;
        for (int i = 0; i < 200; i++) {
            sendAll(port, 1);
            now += MILLI;
            port.receive(burst);
            var came = receive(link.right());
            distinct += came.size() == 1 ? 0 : 1;
            arrivals.addAll(came);
        }
        now += 30 * MILLI;
        port.flush();
        arrivals.addAll(receive(link.right()));
        assertEquals(numbers(0, 200), arrivals);
        assertTrue(distinct > 20, "intervals vary: " + distinct);
    }

    @Test
    void reorderedFramesOvertakeThoseThatAreDelayed() {
        impair(port, "off", "delay 20ms reorder 25%", 3);
        sendAll(port, 400);
        var first = receive(link.right());
        now += 20 * MILLI;
        port.flush();
        var rest = receive(link.right());
        assertEquals(400, first.size() + rest.size());
        assertTrue(first.size() > 60 && first.size() < 140, first.size() + " overtook");
        assertEquals(rest.stream().sorted().toList(), rest);
    }

    @Test
    void lossIsOfTheGivenPartAndTheSameForTheSameSeed() {
        var runs = new ArrayList<List<Integer>>();
        for (long seed : new long[] {42, 42, 43}) {
            next = 0;
            impair(port, "off", "loss 10%", seed);
            sendAll(port, 2000);
            runs.add(receive(link.right()));
            assertTrue(
                    Math.abs(runs.getLast().size() - 1800) < 60,
                    "kept " + runs.getLast().size());
        }
        assertEquals(runs.get(0), runs.get(1));
        assertNotEquals(runs.get(0), runs.get(2));
        int kept = runs.stream().mapToInt(List::size).sum();
        assertEquals(6000 - kept, port.counters().drops().get("tx-impaired-loss"));
    }

    @Test
    void duplicatesComeRightAfterTheirOriginal() {
        impair(port, "duplicate 100%", "duplicate 100%", 1);
        sendAll(port, 3);
        assertEquals(List.of(0, 0, 1, 1, 2, 2), receive(link.right()));
        sendAll(link.right(), 2);
        assertEquals(List.of(3, 3, 4, 4), receive(port));
        assertEquals(4, port.counters().rxPackets());
        assertEquals(400, port.counters().rxOctets());
        assertEquals(new PortCounters.Stage(0, 0, 2, 3), port.counters().stage());
    }

    @Test
    void aRateSpacesFramesByTheirLength() {
        impair(port, "off", "rate 1mbit", 1);
        send(port, 125); // 1000 bits: a millisecond
        send(port, 250);
        send(port, 125);
        port.flush();
        assertEquals(List.of(), receive(link.right()));
        var at = new ArrayList<String>();
        for (int millis = 1; millis <= 4; millis++) {
            now += MILLI;
            port.flush();
            at.add(millis + " " + receive(link.right()));
        }
        assertEquals(List.of("1 [0]", "2 []", "3 [1]", "4 [2]"), at);
    }

    @Test
    void aPartitionOfOneDirectionLeavesTheOther() {
        impair(port, "partition", "off", 1);
        sendAll(port, 4);
        sendAll(link.right(), 5);
        assertEquals(numbers(0, 4), receive(link.right()));
        assertEquals(List.of(), receive(port));
        assertEquals(5, port.counters().drops().get("rx-partition"));
        impair(port, "off", "off", 1);
        sendAll(link.right(), 1);
        assertEquals(List.of(9), receive(port));
    }

    @Test
    void whatWaitsIsBoundedAndTheRestIsCounted() {
        impair(port, "off", "delay 10s", 1);
        boolean queued = true;
        for (int i = 0; i < ImpairedDirection.CAPACITY + 100; i++) {
            queued = send(port, 100);
        }
        audit();
        assertFalse(queued);
        assertEquals(ImpairedDirection.CAPACITY, port.counters().stage().txHeld());
        assertEquals(100, port.counters().drops().get("tx-impaired-full"));
    }

    @Test
    void framesThatWaitLeaveWhenTheImpairmentEndsAndNothingOvertakesThem() {
        impair(port, "delay 5s", "delay 5s", 1);
        sendAll(port, 100);
        sendAll(link.right(), 100);
        assertEquals(List.of(), receive(port));
        port.impair(ImpairedPort.Plan.NONE);
        sendAll(link.right(), 1);
        assertEquals(numbers(100, 201), receive(port));
        sendAll(port, 1);
        var left = receive(link.right());
        assertEquals(numbers(0, 100), left.subList(0, 100));
        assertEquals(List.of(201), left.subList(100, 101));
    }

    @Test
    void aClosedPortLetsGoOfWhatWaited() {
        impair(port, "delay 5s", "delay 5s", 1);
        sendAll(port, 10);
        sendAll(link.right(), 10);
        assertEquals(List.of(), receive(port));
        port.close();
        assertEquals(List.of(), receive(port));
        assertEquals(pool.size(), pool.available());
        assertEquals(10, port.counters().drops().get("tx-impaired-closed"));
        assertEquals(10, port.counters().drops().get("rx-impaired-closed"));
        sendAll(port, 1);
        assertEquals(1, port.counters().drops().get("closed"));
    }

    @Test
    void aSmallPoolKeepsAShareForFramesThatDoNotWait() {
        var small = new FramePool(64, 2048, Arena.ofAuto());
        try (var cable = new MemoryLink(
                new MemoryLink.End("eth0", MacAddress.parse("02:00:00:00:00:01"), small),
                new MemoryLink.End("peer", MacAddress.parse("02:00:00:00:00:02"), peerPool),
                1500,
                64)) {
            var one = new ImpairedPort(new TappedPort(cable.left()), () -> now);
            impair(one, "off", "delay 1s", 1);
            for (int i = 0; i < 64; i++) {
                send(one, 100);
            }
            assertTrue(small.available() >= 16, small.available() + " left");
        }
    }

    @Test
    void aMillionFramesThroughDelayLossAndJitterAllocateNothing() {
        impair(port, "off", "delay 1ms jitter 1ms loss 1% duplicate 1% rate 1gbit", 1);
        var drain = new Burst(64);
        Runnable round = () -> {
            for (int i = 0; i < 32; i++) {
                send(port, 100);
            }
            port.flush();
            now += MILLI;
            do {
                drain.clear();
                link.right().receive(drain);
                for (int i = 0; i < drain.count(); i++) {
                    peerPool.release(drain.address(i));
                }
            } while (drain.count() > 0);
        };
        for (int i = 0; i < 3000; i++) {
            round.run();
        }
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 31_250; i++) {
            round.run();
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1L << 20, allocated + " octets");
        audit();
    }
}
