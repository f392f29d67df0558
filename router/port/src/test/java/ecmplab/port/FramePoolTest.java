package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FramePoolTest {
    private final FramePool pool = new FramePool(4, 2048, Arena.ofAuto());

    @Test
    void framesAreDistinctAndLeaveTheirHeadroomFree() {
        var frames = new HashSet<Long>();
        for (int i = 0; i < 4; i++) {
            long address = pool.acquire();
            assertEquals(FramePool.HEADROOM, address % 2048);
            assertTrue(frames.add(address / 2048));
        }
        assertEquals(-1, pool.acquire());
        assertEquals(0, pool.available());
    }

    @Test
    void anyAddressWithinAFrameReleasesIt() {
        long address = pool.acquire();
        pool.release(address - FramePool.HEADROOM + 2047);
        assertEquals(4, pool.available());
        assertEquals(address, pool.acquire());
    }

    @Test
    void releasingTwiceIsABugThatIsFoundAtOnce() {
        long address = pool.acquire();
        pool.release(address);
        assertThrows(IllegalStateException.class, () -> pool.release(address));
        assertEquals(4, pool.available());
    }

    @Test
    void whatIsInHandIsReclaimedAndWhatIsKeptIsNot() {
        long kept = pool.acquire();
        pool.keep(kept);
        long again = pool.acquire();
        pool.keep(again);
        pool.takeInHand(again);
        pool.acquire();
        assertEquals(2, pool.reclaim());
        assertEquals(3, pool.available());
        pool.release(kept);
        assertEquals(4, pool.available());
    }

    @Test
    void aFrameSizeThatIsNoPowerOfTwoIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new FramePool(4, 2000, Arena.ofAuto()));
        assertThrows(IllegalArgumentException.class, () -> new FramePool(4, 128, Arena.ofAuto()));
    }

    @Test
    void dropsAreNamedAfterTheirReasonsInOrder() {
        var drops = new Drops<>(PortDrop.class);
        drops.count(PortDrop.TX_FULL);
        drops.count(PortDrop.PORT_DOWN, 4);
        assertEquals(1, drops.of(PortDrop.TX_FULL));
        assertEquals(5, drops.total());
        assertEquals(
                List.of("tx-full", "oversize", "port-down", "tx-refused", "closed", "rx-oversize", "rx-kernel-full"),
                List.copyOf(drops.snapshot().keySet()));
        assertEquals(
                Map.entry("port-down", 4L),
                List.copyOf(drops.snapshot().entrySet()).get(2));
    }

    @Test
    void aLedgerSaysHowManyFramesItCannotAccountFor() {
        assertTrue(new FrameLedger(10, 2, 6, 3, 2, 1).balances());
        assertEquals(1, new FrameLedger(10, 2, 6, 3, 2, 0).missing());
    }
}
