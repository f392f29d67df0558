package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.CLIENT6;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.VIP6;
import static ecmplab.mux.forward.MuxRig.WEB6;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.endpoint;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.vm6;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Tcp;
import ecmplab.port.Burst;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class MuxAllocationTest {
    private static final int BURSTS = 16_000, WARM_UP = 1_500;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final MuxRig rig = MuxRig.serving(web(active(7, vm(1, 21), vm(2, 22))));
    private final Burst burst = new Burst(64);
    private int client;
    private boolean ipv6;

    @Test
    void packetsOfIpv6InVxlanOverIpv6AllocateNothing() {
        rig.apply(2, endpoint(WEB6, Affinity.FIVE_TUPLE, active(7, vm6(1, 21), vm(2, 22))));
        ipv6 = true;
        for (int i = 0; i < WARM_UP; i++) {
            rig.nanos += 9_500_000;
            forwardBurst();
        }
        long allocated = 0;
        for (int i = 0; i < BURSTS / 8; i++) {
            allocated += forwardBurst();
        }
        assertTrue(allocated < 4096, allocated + " octets allocated");
        assertEquals(64L * (BURSTS / 8 + WARM_UP), rig.mux.vips().getFirst().packets());
    }

    @Test
    void aMillionPacketsOfOldAndNewFlowsAllocateNothing() {
        for (int i = 0; i < WARM_UP; i++) {
            rig.nanos += 9_500_000; // long enough that flows expire
            forwardBurst();
        }
        long allocated = 0;
        for (int i = 0; i < BURSTS; i++) {
            allocated += forwardBurst();
        }
        // What the JVM itself allocates when it compiles or links a method late is a few hundred octets, once.
        assertTrue(allocated < 4096, allocated + " octets allocated by the forwarding of " + BURSTS * 64 + " packets");
        assertEquals(64L * (BURSTS + WARM_UP), rig.mux.vips().getFirst().packets());
    }

    /** Octets allocated by the MUX for 64 packets and a tick. */
    private long forwardBurst() {
        var pool = rig.router.pool();
        for (int i = 0; i < 64; i++) {
            boolean fresh = i % 8 == 0;
            int source = fresh ? ++client : i;
            int flags = fresh ? Tcp.SYN : Tcp.ACK;
            var frame = ipv6
                    ? Ipv6Packets.tcp(Ipv6.address(Ipv6.high(CLIENT6), source), 40_000, VIP6, 80, flags, 0)
                    : Packets.tcp(CLIENT + source, 40_000, VIP, 80, flags);
            long address = pool.acquire();
            MemorySegment.copy(frame, 0, pool.memory(), ValueLayout.JAVA_BYTE, address, frame.length);
            rig.router.send(address, frame.length);
        }
        rig.router.flush();
        burst.clear();
        rig.port.receive(burst);
        rig.nanos += 500_000;

        long before = threads.getCurrentThreadAllocatedBytes();
        rig.mux.process(rig.port, burst, rig.nanos);
        rig.mux.tick(rig.nanos);
        long after = threads.getCurrentThreadAllocatedBytes();

        rig.port.flush();
        burst.clear();
        rig.router.receive(burst);
        for (int i = 0; i < burst.count(); i++) {
            pool.release(burst.address(i));
        }
        return after - before;
    }
}
