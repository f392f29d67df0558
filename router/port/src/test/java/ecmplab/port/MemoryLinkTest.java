package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import ecmplab.packet.MacAddress;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

final class MemoryLinkTest implements PortContract {
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("left", MacAddress.parse("02:00:00:00:00:01"), new FramePool(256, 2048, Arena.ofAuto())),
            new MemoryLink.End(
                    "right", MacAddress.parse("02:00:00:00:00:02"), new FramePool(256, 2048, Arena.ofAuto())),
            1500,
            128);

    @Override
    public Port near() {
        return link.left();
    }

    @Override
    public Port far() {
        return link.right();
    }

    @Override
    public void setUp(boolean up) {
        link.setUp(up);
    }

    @Test
    void nothingIsReceivedBeforeItIsFlushed() {
        near().send(near().pool().acquire(), 60);
        var burst = new Burst(4);
        assertEquals(0, far().receive(burst));
        near().flush();
        assertEquals(1, far().receive(burst));
    }

    @Test
    void aFrameThatDoesNotFitTheReceiversPoolIsDroppedThere() {
        try (var uneven = new MemoryLink(
                new MemoryLink.End(
                        "large", MacAddress.parse("02:00:00:00:00:01"), new FramePool(4, 2048, Arena.ofAuto())),
                new MemoryLink.End(
                        "small", MacAddress.parse("02:00:00:00:00:02"), new FramePool(4, 256, Arena.ofAuto())),
                1500,
                4)) {
            uneven.left().send(uneven.left().pool().acquire(), 129);
            uneven.left().send(uneven.left().pool().acquire(), 128);
            uneven.left().flush();
            var burst = new Burst(4);
            assertEquals(1, uneven.right().receive(burst));
            assertEquals(128, burst.length(0));
            assertEquals(1, uneven.right().counters().drops().get("rx-oversize"));
        }
    }

    @Test
    void aMillionPacketsAllocateNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        var burst = new Burst(64);
        pass(100_000, burst); // until everything is compiled and linked
        long before = threads.getThreadAllocatedBytes(thread);
        pass(1_000_000, burst);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;
        // Asking costs the few octets of the answer; one object a burst would already be some 250000.
        assertTrue(allocated < 20_000, allocated + " octets allocated");
    }

    private void pass(int packets, Burst burst) {
        for (int done = 0; done < packets; done += 64) {
            for (int i = 0; i < 64; i++) {
                near().send(near().pool().acquire(), 60 + i);
            }
            near().flush();
            burst.clear();
            assertEquals(64, far().receive(burst));
            for (int i = 0; i < 64; i++) {
                far().pool().release(burst.address(i));
            }
        }
    }
}
