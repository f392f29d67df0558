package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.rib.Rib;
import ecmplab.bgp.rib.RibConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RibThreadTest {
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final RibThread thread = new RibThread(
            "rib",
            new Rib(
                    RibConfig.of(Asn.of(65000), RouterId.parse("10.0.0.1"), 1)
                            .withAllocator(UnpooledByteBufAllocator.DEFAULT),
                    changes -> {}),
            () -> false,
            () -> {},
            failure::set);

    @AfterEach
    void stop() throws InterruptedException {
        thread.stop();
    }

    @Test
    void ordersKeepTheirOrderAndOvertakeWhatSessionsHandOver() throws InterruptedException {
        var ran = new CopyOnWriteArrayList<String>();
        var first = new CountDownLatch(1);
        thread.submit(() -> {
            awaitUninterruptibly(first);
            ran.add("routes 1");
        });
        thread.submit(() -> ran.add("routes 2"));
        thread.order(() -> ran.add("announce"));
        var answer = Thread.ofVirtual().start(() -> ran.add("answer " + thread.ask(rib -> ran.size())));
        thread.start();
        first.countDown();
        answer.join();
        Await.until("all ran", () -> ran.size() == 4);
        assertEquals("announce", ran.getFirst());
        assertTrue(ran.indexOf("routes 1") < ran.indexOf("routes 2"));
    }

    @Test
    void aQuestionThatThrowsThrowsWhereItWasAskedAndTheThreadLives() {
        thread.start();
        var thrown = assertThrows(
                IllegalArgumentException.class,
                () -> thread.ask(rib -> {
                    throw new IllegalArgumentException("no neighbour 192.0.2.1");
                }));
        assertEquals("no neighbour 192.0.2.1", thrown.getMessage());
        assertEquals("alive", thread.ask(rib -> "alive"));
    }

    @Test
    void anInputThatThrowsEndsTheThreadAndNobodyWaitsForAnAnswerAfterwards() {
        thread.start();
        thread.submit(() -> {
            throw new IllegalStateException("broken");
        });
        Await.until("it failed", () -> failure.get() != null);
        Await.until("questions are refused", () -> {
            try {
                thread.ask(rib -> 1);
                return false;
            } catch (IllegalStateException closed) {
                return true;
            }
        });
        thread.order(() -> failure.set(new AssertionError("an order ran after the end")));
        assertEquals("broken", failure.get().getMessage());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
