package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.MacAddress;
import ecmplab.testkit.Await;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Most tests drive rounds by hand, on a clock of their own. */
final class ForwardingThreadTest {
    private static final long MILLIS = 1_000_000;

    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("node", MacAddress.parse("02:00:00:00:00:01"), pool),
            new MemoryLink.End("peer", MacAddress.parse("02:00:00:00:00:02"), new FramePool(64, 2048, Arena.ofAuto())),
            1500,
            64);
    private long now = 5 * MILLIS;

    private ForwardingThread thread(PacketProcessor processor) throws Exception {
        return new ForwardingThread("test", List.of(link.left()), processor, () -> now);
    }

    private void arrive(int frames) {
        for (int i = 0; i < frames; i++) {
            link.right().send(link.right().pool().acquire(), 60 + i);
        }
        link.right().flush();
    }

    private static PacketProcessor releasing(List<Integer> seen) {
        return (in, burst, nowNanos) -> {
            for (int i = 0; i < burst.count(); i++) {
                seen.add(burst.length(i));
                in.pool().release(burst.address(i));
            }
        };
    }

    @Test
    void aRoundHandsOnWhatArrivedAndSaysWhetherThereWasAnything() throws Exception {
        var seen = new ArrayList<Integer>();
        try (var thread = thread(releasing(seen))) {
            assertFalse(thread.round());
            arrive(3);
            assertTrue(thread.round());
            assertEquals(List.of(60, 61, 62), seen);
            assertFalse(thread.round());
            assertEquals(new ForwardingThread.Counters(1, 3, 0, 0, 0, 0), thread.counters());
        }
    }

    @Test
    void whatAProcessorSendsLeavesBeforeTheNextRound() throws Exception {
        try (var thread = thread((in, burst, nowNanos) -> in.send(burst.address(0), burst.length(0)))) {
            arrive(1);
            thread.round();
            assertEquals(1, link.right().receive(new Burst(4)));
        }
    }

    @Test
    void ticksComeEveryTenMillisecondsAndAreNotMadeUpFor() throws Exception {
        var ticks = new ArrayList<Long>();
        var processor = new PacketProcessor() {
            @Override
            public void process(Port in, Burst burst, long nowNanos) {}

            @Override
            public void tick(long nowNanos) {
                ticks.add(nowNanos / MILLIS);
            }
        };
        try (var thread = thread(processor)) {
            for (long at : new long[] {5, 6, 14, 15, 60, 61, 69, 70}) {
                now = at * MILLIS;
                thread.round();
            }
        }
        assertEquals(List.of(5L, 15L, 60L, 70L), ticks);
    }

    @Test
    void aProcessorThatThrowsLosesOnlyTheFramesItHadInHand() throws Exception {
        var kept = new ArrayList<Long>();
        var processor = new PacketProcessor() {
            @Override
            public void process(Port in, Burst burst, long nowNanos) {
                in.send(burst.address(0), burst.length(0));
                pool.keep(burst.address(1));
                kept.add(burst.address(1));
                pool.release(burst.address(2));
                pool.acquire();
                throw new IllegalStateException("a bug, on purpose");
            }
        };
        try (var thread = thread(processor)) {
            arrive(5);
            assertTrue(thread.round());
            assertEquals(1, thread.counters().faults());
            assertEquals(3, thread.counters().reclaimedFrames()); // two of the burst and the one it took itself
            assertEquals(1, link.right().receive(new Burst(4)));
            assertEquals(pool.size() - 1, pool.available());
            pool.release(kept.getFirst());
            arrive(5);
            assertTrue(thread.round());
            assertEquals(2, thread.counters().faults());
        }
    }

    @Test
    void tasksRunBetweenBurstsInTheOrderTheyWerePosted() throws Exception {
        var order = new ArrayList<String>();
        PacketProcessor processor = (in, burst, nowNanos) -> {
            order.add("burst");
            in.pool().release(burst.address(0));
        };
        try (var thread = thread(processor)) {
            assertTrue(thread.post(() -> {
                order.add("first");
                thread.post(() -> order.add("posted by the first"));
            }));
            assertTrue(thread.post(() -> order.add("second")));
            arrive(1);
            thread.round();
            thread.round();
        }
        assertEquals(List.of("first", "second", "burst", "posted by the first"), order);
    }

    @Test
    void tasksAreBoundedAndRefusedBeyond() throws Exception {
        try (var thread = thread(releasing(new ArrayList<>()))) {
            for (int i = 0; i < ForwardingThread.MAX_TASKS; i++) {
                assertTrue(thread.post(() -> {}));
            }
            assertFalse(thread.post(() -> {}));
            assertTrue(thread.ask(() -> 1).isCompletedExceptionally());
            assertEquals(2, thread.counters().refusedTasks());
            thread.round();
            assertTrue(thread.post(() -> {}));
        }
    }

    @Test
    void aTaskThatThrowsIsCountedAndAQuestionTellsItsAsker() throws Exception {
        try (var thread = thread(releasing(new ArrayList<>()))) {
            thread.post(() -> {
                throw new IllegalStateException("a bug, on purpose");
            });
            var answer = thread.ask(() -> {
                throw new IllegalArgumentException("asked too much");
            });
            thread.round();
            assertEquals(1, thread.counters().faults());
            assertEquals("asked too much", answer.exceptionNow().getMessage());
        }
    }

    @Test
    void aRunningThreadAnswersAndAStoppedOneRefuses() throws Exception {
        var thread =
                new ForwardingThread("running", List.of(link.left()), releasing(new ArrayList<>()), System::nanoTime);
        thread.start();
        assertTrue(thread.ask(thread::isForwardingThread).get());
        assertFalse(thread.isForwardingThread());
        Await.until("it sleeps when there is nothing", () -> thread.counters().sleeps() > 0);
        var busy = new CountDownLatch(1);
        thread.post(() -> {
            try {
                busy.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        var last = thread.ask(() -> "answered before the end");
        busy.countDown();
        thread.close();
        assertEquals("answered before the end", last.get());
        assertFalse(thread.post(() -> {}));
        assertTrue(thread.ask(() -> 1).isCompletedExceptionally());
    }

    @Test
    void portsOfDifferentPoolsAreNotOneNode() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new ForwardingThread(
                        "two pools", List.of(link.left(), link.right()), releasing(List.of()), () -> now));
    }

    @Test
    void aPinnedThreadRunsOnItsProcessorOnly() throws Exception {
        try (var thread = thread(releasing(new ArrayList<>())).pinnedTo(0).start()) {
            var allowed = thread.ask(() -> Files.readString(Path.of("/proc/thread-self/status"))
                            .lines()
                            .filter(line -> line.startsWith("Cpus_allowed_list:"))
                            .findFirst()
                            .orElseThrow()
                            .split("\\s+")[1])
                    .get();
            assertEquals("0", allowed);
        }
    }

    @Test
    void aThreadThatCannotBePinnedRunsAllTheSame() throws Exception {
        try (var thread = thread(releasing(new ArrayList<>())).pinnedTo(1023).start()) {
            assertEquals(7, thread.ask(() -> 7).get());
        }
    }
}
