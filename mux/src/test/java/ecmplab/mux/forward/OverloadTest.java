package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.endpoint;
import static ecmplab.mux.forward.MuxRig.vm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import ecmplab.port.PortCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A MUX whose thread can do so much and no more: in each millisecond it has {@link #BUDGET} units of time, of which a forwarded packet costs eight and a
 * dropped one costs one. What it does not fetch waits in a queue of {@link #QUEUE} frames; what does not fit there is lost.
 */
class OverloadTest {
    private static final int BUDGET = 1600, FORWARDED = 8, DROPPED = 1, QUEUE = 1024;
    private static final int QUIET = VIP, LOUD = 0xCB00_710B, MODEST = 0xCB00_710C;

    private final List<MuxEvent> events = new ArrayList<>();
    private final LossyPort port = new LossyPort();
    private final Burst burst = new Burst(64);
    private long nanos = 1_000_000_000L;
    private final Mux mux;
    private int debt;

    OverloadTest() {
        var settings =
                new MuxSettings(1, Ipv4.address(MuxRig.MUX), Ipv4.address(MuxRig.ROUTER), Set.of(), FlowLimits.LAB, 42);
        mux = new Mux(
                settings,
                port,
                new Surroundings(
                        new Nowhere(),
                        (delay, action) -> {},
                        () -> nanos,
                        () -> MuxRig.EPOCH.plusNanos(nanos),
                        Runnable::run,
                        events::add),
                Arena.ofAuto());
        var endpoints = List.of(QUIET, LOUD, MODEST).stream()
                .map(vip ->
                        endpoint(new EndpointId(Ipv4.address(vip), 17, 53), Affinity.FIVE_TUPLE, active(7, vm(1, 21))))
                .toList();
        mux.apply(new SlbPolicy(1, 1, endpoints));
        mux.tick(nanos);
    }

    @Test
    void theVipThatFloodsLosesPacketsAndTheOthersLoseNone() {
        run(100, 20, 20, 40); // 200 packets a millisecond can be forwarded
        assertEquals(0, port.lost);
        assertEquals(List.of(), events(MuxEvent.OverloadBegan.class));

        run(1000, 20, 600, 40); // three times as much, and more
        long lostBefore = port.lost;
        long quiet = lost(QUIET), modest = lost(MODEST), before = packets(LOUD);
        int rounds = 3000;
        run(rounds, 20, 600, 40);

        assertEquals(lostBefore, port.lost, "the queue has room again");
        assertEquals(quiet, lost(QUIET), "the quiet one loses nothing");
        assertEquals(modest, lost(MODEST), "nor the modest one");
        long loud = packets(LOUD) - before;
        assertTrue(loud < 300L * rounds && loud > 10L * rounds, "of the loud one's 600: " + loud / rounds);

        var began = events(MuxEvent.OverloadBegan.class);
        assertEquals(1, began.size());
        assertEquals(Ipv4.address(LOUD), began.getFirst().worst());
        var talker = mux.talkers().getFirst();
        assertEquals(Ipv4.address(LOUD), talker.vip());
        assertEquals(600_000.0, (double) talker.packetsPerSecond(), 60_000.0);
        long shed = mux.talkers().stream().mapToLong(MuxSnapshot.Talker::shed).sum();
        assertEquals(shed, mux.counters().drops().get("overload"));
        assertTrue(mux.ledger().balances(), mux.ledger().toString());
    }

    @Test
    void whenTheFloodEndsNothingIsDroppedAnyMore() {
        run(500, 20, 600, 40);
        run(1000, 20, 20, 40);

        assertEquals(1, events(MuxEvent.OverloadEnded.class).size());
        long shed = mux.counters().drops().getOrDefault("overload", 0L);
        run(500, 20, 100, 40);
        assertEquals(shed, mux.counters().drops().get("overload"));
    }

    /** A TCP connection that lost packets is silent for a while, and sends a little now and then: that is no reason to let less through. */
    @Test
    void silenceAfterAFloodIsNoSaturation() {
        run(500, 20, 600, 40);
        for (int i = 0; i < 50; i++) {
            run(1, 0, 100, 0);
            run(39, 0, 0, 0);
        }

        assertEquals(1, events(MuxEvent.OverloadEnded.class).size());
        long shed = mux.counters().drops().getOrDefault("overload", 0L);
        run(500, 20, 100, 40);
        assertEquals(shed, mux.counters().drops().get("overload"));
    }

    @Test
    void vipsBeyondTheirShareGetEqualSharesOfWhatIsLeft() {
        run(1000, 5, 300, 300);
        long quiet = lost(QUIET), loudBefore = packets(LOUD), modestBefore = packets(MODEST);
        run(3000, 5, 300, 300);

        assertEquals(quiet, lost(QUIET));
        double loud = packets(LOUD) - loudBefore;
        double modest = packets(MODEST) - modestBefore;
        assertEquals(1, loud / modest, 0.1, loud + " and " + modest);
    }

    @Test
    void aLossNowAndThenIsNoOverload() {
        for (int i = 0; i < 20; i++) {
            run(25, 20, 20, 40);
            port.lost += 100; // as when the thread does not get its processor for a while
            run(25, 20, 20, 40);
        }
        assertEquals(List.of(), events(MuxEvent.OverloadBegan.class));
        assertEquals(0, mux.counters().drops().get("overload"));
    }

    /** So many milliseconds with so many packets for each VIP in each, evenly mixed. */
    private void run(int millis, int quiet, int loud, int modest) {
        for (int i = 0; i < millis; i++) {
            int all = quiet + loud + modest;
            for (int n = 0; n < all; n++) {
                // Which VIP is next: the one that is furthest behind its part.
                int vip = (n + 1) * quiet / all > n * quiet / all
                        ? QUIET
                        : (n + 1) * (quiet + modest) / all > n * (quiet + modest) / all ? MODEST : LOUD;
                port.arrive(vip);
            }
            nanos += 1_000_000;
            work();
            if (i % 10 == 0) {
                mux.tick(nanos);
            }
        }
    }

    private void work() {
        int budget = BUDGET - debt;
        while (budget > 0 && !port.queue.isEmpty()) {
            burst.clear();
            port.receive(burst);
            long forwarded = mux.counters().forwarded();
            long dropped = mux.counters().dropped();
            mux.process(port, burst, nanos);
            budget -= (int) (mux.counters().forwarded() - forwarded) * FORWARDED
                    + (int) (mux.counters().dropped() - dropped) * DROPPED;
        }
        debt = Math.max(0, -budget);
    }

    /** Packets of a VIP that were forwarded. */
    private long packets(int vip) {
        return mux.vips().stream()
                .filter(each -> each.endpoint().vip().equals(Ipv4.address(vip)))
                .mapToLong(MuxSnapshot.Vip::packets)
                .sum();
    }

    /** Packets of a VIP that came and neither were forwarded nor wait. */
    private long lost(int vip) {
        long waiting = port.queue.stream().filter(each -> each == vip).count();
        return port.arrived.getOrDefault(vip, 0L) - waiting - packets(vip);
    }

    private <E extends MuxEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** A queue with an end; what is sent is gone. */
    private static final class LossyPort implements Port {
        private final FramePool pool = new FramePool(256, 2048, Arena.ofAuto());
        private final ArrayDeque<Integer> queue = new ArrayDeque<>();
        private final Map<Integer, byte[]> frames = new HashMap<>();
        private final Map<Integer, Long> arrived = new HashMap<>();
        private long lost;

        void arrive(int vip) {
            arrived.merge(vip, 1L, Long::sum);
            if (queue.size() == QUEUE) {
                lost++;
            } else {
                queue.add(vip);
            }
        }

        @Override
        public int receive(Burst burst) {
            while (!burst.isFull() && !queue.isEmpty()) {
                var frame = frames.computeIfAbsent(queue.poll(), vip -> Packets.udp(CLIENT, 4000, vip, 53, 10));
                long address = pool.acquire();
                MemorySegment.copy(frame, 0, pool.memory(), ValueLayout.JAVA_BYTE, address, frame.length);
                burst.add(address, frame.length);
            }
            return burst.count();
        }

        @Override
        public long lost() {
            return lost;
        }

        @Override
        public boolean send(long address, int length) {
            pool.release(address);
            return true;
        }

        @Override
        public String name() {
            return "eth0";
        }

        @Override
        public MacAddress mac() {
            return MuxRig.MUX_MAC;
        }

        @Override
        public int mtu() {
            return 1550;
        }

        @Override
        public FramePool pool() {
            return pool;
        }

        @Override
        public void flush() {}

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public PortCounters counters() {
            return new PortCounters(0, 0, 0, 0, Map.of());
        }

        @Override
        public void close() {}
    }

    /** Routes are nobody's business here. */
    private static final class Nowhere implements RouteOrigin {
        @Override
        public void announce(Prefix prefix, int... communities) {}

        @Override
        public void withdraw(Prefix prefix) {}
    }
}
