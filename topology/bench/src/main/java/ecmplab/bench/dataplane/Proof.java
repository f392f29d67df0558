package ecmplab.bench.dataplane;

import ecmplab.bench.dataplane.Contender.Arrival;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Vxlan;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.InterfacePort;
import ecmplab.port.KernelPort;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;

/** That what arrives is what should: some hundred packets are looked at before anything is measured. */
final class Proof {
    private static final int PACKETS = 200;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    private Proof() {}

    /** In the namespace of the interface; while packets come. */
    static void check(String interfaceName, Arrival arrival) throws Exception {
        var pool = new FramePool(256, 2048, Arena.ofAuto());
        var burst = new Burst(64);
        int right = 0;
        String wrong = "nothing arrives";
        long end = System.nanoTime() + PATIENCE;
        try (var port = KernelPort.open(interfaceName, pool, InterfacePort.Accept.ALL)) {
            while (right < PACKETS && System.nanoTime() < end) {
                burst.clear();
                port.receive(burst);
                for (int i = 0; i < burst.count(); i++) {
                    if (isAsItShould(burst.address(i), burst.length(i), pool, arrival)) {
                        right++;
                    } else {
                        wrong = "a frame of " + burst.length(i) + " octets";
                    }
                    pool.release(burst.address(i));
                }
            }
        }
        if (right < PACKETS) {
            throw new IllegalStateException(right + " packets arrived as they should (" + arrival + "), but " + wrong);
        }
    }

    static boolean isAsItShould(long frame, int length, FramePool pool, Arrival arrival) {
        var outer = new PacketParser();
        if (outer.parse(pool.memory(), frame, length) != PacketFault.NONE || outer.version() != 4) {
            return false;
        }
        int vip = Ipv4.bits(Service.VIP);
        return switch (arrival) {
            case ROUTED -> outer.destination() == vip && outer.hopLimit() == 63;
            case TRANSLATED ->
                outer.destination() - Ipv4.bits(Service.server(0)) < Bed.SERVERS
                        && outer.destinationPort() == Service.BACKEND_PORT;
            case TUNNELLED -> {
                var inner = new PacketParser();
                yield outer.destinationPort() == Vxlan.UDP_PORT
                        && inner.parse(pool.memory(), frame + Vxlan.ENCAPSULATION, length - Vxlan.ENCAPSULATION)
                                == PacketFault.NONE
                        && inner.destination() == vip
                        && inner.destinationPort() == Service.PORT;
            }
        };
    }
}
