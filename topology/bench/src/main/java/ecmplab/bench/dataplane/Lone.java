package ecmplab.bench.dataplane;

import ecmplab.bench.dataplane.Contender.Arrival;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.InterfacePort;
import ecmplab.port.KernelPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What one packet takes on its way when nothing else is: sent by an AF_PACKET socket to the client's interface, taken by another one where it
 * arrives, by a thread that does nothing but look. Between two packets everything has time to fall asleep.
 */
final class Lone {
    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(200);

    private Lone() {}

    /** In the namespace of the interfaces. @return nanoseconds of each packet that arrived, in order of size */
    static long[] measure(Frame frame, String arrivesAt, Arrival arrival, int packets) throws Exception {
        var pool = new FramePool(256, 2048, Arena.ofAuto());
        var nanos = new long[packets];
        int arrived = 0;
        try (var from = KernelPort.open(Bed.CLIENT, pool, InterfacePort.Accept.ALL);
                var to = arrivesAt.equals(Bed.CLIENT)
                        ? from
                        : KernelPort.open(arrivesAt, pool, InterfacePort.Accept.ALL)) {
            for (int i = 0; i < packets; i++) {
                LockSupport.parkNanos(PAUSE);
                await(to, pool, arrival, System.nanoTime()); // what came late
                long start = System.nanoTime();
                send(from, pool, frame.octets());
                if (await(to, pool, arrival, start + PATIENCE)) {
                    nanos[arrived++] = System.nanoTime() - start;
                }
            }
        }
        var sorted = Arrays.copyOf(nanos, arrived);
        Arrays.sort(sorted);
        return sorted;
    }

    private static void send(KernelPort port, FramePool pool, byte[] octets) {
        long frame = pool.acquire();
        MemorySegment.copy(octets, 0, pool.memory(), ValueLayout.JAVA_BYTE, frame, octets.length);
        port.send(frame, octets.length);
        port.flush();
    }

    private static boolean await(KernelPort port, FramePool pool, Arrival arrival, long until) {
        var burst = new Burst(64);
        boolean came = false;
        do {
            burst.clear();
            port.receive(burst);
            for (int i = 0; i < burst.count(); i++) {
                came |= Proof.isAsItShould(burst.address(i), burst.length(i), pool, arrival);
                pool.release(burst.address(i));
            }
        } while (!came && System.nanoTime() < until);
        return came;
    }
}
