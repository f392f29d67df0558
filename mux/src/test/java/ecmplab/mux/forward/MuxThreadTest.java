package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.MUX;
import static ecmplab.mux.forward.MuxRig.MUX_MAC;
import static ecmplab.mux.forward.MuxRig.ROUTER;
import static ecmplab.mux.forward.MuxRig.ROUTER_MAC;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import ecmplab.packet.Vxlan;
import ecmplab.port.Burst;
import ecmplab.port.ForwardingThread;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import ecmplab.testkit.Await;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** A MUX on its own thread, beside one that changes its policy and one that asks. */
class MuxThreadTest {
    private static final int FLOWS = 200, POLICIES = 25;

    private final Queue<MuxEvent> events = new ConcurrentLinkedQueue<>();

    @Test
    void flowsStayWhereTheyAreWhilePoliciesChangeAndQuestionsAreAsked() throws Exception {
        var muxPool = new FramePool(1024, 2048, Arena.ofAuto());
        var routerPool = new FramePool(1024, 2048, Arena.ofAuto());
        try (var link = new MemoryLink(
                        new MemoryLink.End("eth0", MUX_MAC, muxPool),
                        new MemoryLink.End("mux1", ROUTER_MAC, routerPool),
                        1550,
                        512);
                var telling = Executors.newSingleThreadExecutor()) {
            var settings = new MuxSettings(1, Ipv4.address(MUX), Ipv4.address(ROUTER), Set.of(), FlowLimits.LAB, 42);
            var surroundings = new Surroundings(
                    new Routes(),
                    (delay, action) -> {},
                    System::nanoTime,
                    InstantSource.system(),
                    telling,
                    events::add);
            var mux = new Mux(settings, link.left(), surroundings, Arena.ofAuto());
            var sink = new Sink(link.right());
            try (var forwarding = new ForwardingThread("mux", List.of(link.left()), mux, System::nanoTime).start();
                    var router =
                            new ForwardingThread("router", List.of(link.right()), sink, System::nanoTime).start()) {
                assertTrue(mux.apply(policy(1)) instanceof PolicyOutcome.Accepted);
                Await.until(
                        "the first policy is in the path", () -> mux.inPath().cfg() == 1);
                router.post(() -> sink.send(0, Tcp.SYN));
                Await.until(
                        "the router's address is known",
                        () -> router.ask(sink::received).get() == 1);

                for (int cfg = 2; cfg <= POLICIES; cfg++) {
                    router.post(sink::sendToEachFlow);
                    mux.apply(policy(cfg));
                    mux.flows(0, 1000);
                    mux.explain(FlowKey.of(CLIENT, VIP, 6, 40_000, 80));
                    mux.vips();
                    Await.until(
                            "all packets came", () -> router.ask(sink::hasAll).get());
                }
                Await.until("the last policy is in the path", () -> mux.inPath().cfg() == POLICIES);
                assertEquals(0, forwarding.counters().faults());
                assertEquals(0, router.ask(sink::moved).get(), "packets of a flow that came to another member");
                assertTrue(forwarding.ask(mux::ledger).get().balances());
                assertEquals(1L + (POLICIES - 1) * FLOWS, mux.vips().getFirst().packets());
                var last = events.stream()
                        .filter(MuxEvent.PolicyInPath.class::isInstance)
                        .map(MuxEvent.PolicyInPath.class::cast)
                        .reduce((one, next) -> next)
                        .orElseThrow();
                assertEquals(POLICIES, last.report().cfg());
            }
        }
    }

    /** Another member each time; the first three always stay in the policy. */
    private static SlbPolicy policy(int cfg) {
        return new SlbPolicy(1, cfg, List.of(web(active(cfg, vm(1, 21), vm(2, 22), vm(3, 21), vm(10 + cfg % 7, 22)))));
    }

    private static final class Routes implements RouteOrigin {
        @Override
        public void announce(Prefix prefix, int... communities) {}

        @Override
        public void withdraw(Prefix prefix) {}
    }

    /** The router: answers for its address, sends, and remembers the member of each flow. Its thread's. */
    private static final class Sink implements PacketProcessor {
        private final Port port;
        private final long[] members = new long[FLOWS];
        private long sent;
        private long received;
        private long moved;
        private boolean opened;

        Sink(Port port) {
            this.port = port;
        }

        @Override
        public void process(Port in, Burst burst, long nowNanos) {
            var memory = port.pool().memory();
            for (int i = 0; i < burst.count(); i++) {
                long frame = burst.address(i);
                if (new Ethernet().wrap(memory, frame).type() == Ethernet.TYPE_ARP) {
                    new Ethernet().wrap(memory, frame).set(MUX_MAC.bits(), ROUTER_MAC.bits(), Ethernet.TYPE_ARP);
                    new Arp()
                            .wrap(memory, frame + Ethernet.LENGTH)
                            .set(Arp.REPLY, ROUTER_MAC.bits(), ROUTER, MUX_MAC.bits(), MUX);
                    port.send(frame, Arp.FRAME_LENGTH);
                } else {
                    receive(memory, frame + Vxlan.ENCAPSULATION);
                    port.pool().release(frame);
                }
            }
        }

        private void receive(MemorySegment memory, long inner) {
            long member = new Ethernet().wrap(memory, inner).destination();
            var tcp = new Tcp().wrap(memory, inner + Ethernet.LENGTH + Ipv4.MIN_LENGTH);
            int flow = tcp.sourcePort() - 40_000;
            // Members beyond the third leave with the next policy: their flows must move.
            if (members[flow] != member
                    && members[flow] != 0
                    && members[flow] <= vm(3, 21).mac().bits()) {
                moved++;
            }
            members[flow] = member;
            received++;
        }

        void sendToEachFlow() {
            for (int flow = 0; flow < FLOWS; flow++) {
                send(flow, opened ? Tcp.ACK : Tcp.SYN);
            }
            opened = true;
        }

        void send(int flow, int flags) {
            var frame = Packets.tcp(CLIENT, 40_000 + flow, VIP, 80, flags);
            long address = port.pool().acquire();
            MemorySegment.copy(frame, 0, port.pool().memory(), ValueLayout.JAVA_BYTE, address, frame.length);
            sent++;
            port.send(address, frame.length);
        }

        boolean hasAll() {
            return received == sent;
        }

        long received() {
            return received;
        }

        long moved() {
            return moved;
        }
    }
}
