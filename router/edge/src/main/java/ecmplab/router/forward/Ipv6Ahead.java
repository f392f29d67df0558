package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv6;
import ecmplab.port.Burst;
import ecmplab.router.fib.Fib;
import ecmplab.router.fib.Ipv6Fib;
import ecmplab.router.fib.Ipv6Lookups;
import java.lang.foreign.MemorySegment;

/**
 * Groups of the IPv6 destinations of a burst, looked up together when the first of them is asked for: a burst without any costs nothing. Belongs
 * to the forwarding thread.
 */
final class Ipv6Ahead {
    private static final int FRAMES = 64;
    private static final int NOT_IPV6 = -1;

    private final MemorySegment memory;
    private final Ethernet ethernet = new Ethernet();
    private final Ipv6 ipv6 = new Ipv6();
    private final Ipv6Lookups lookups = new Ipv6Lookups(FRAMES);

    private Ipv6Fib fib = Ipv6Fib.EMPTY;
    private Burst burst = new Burst(0);
    /** The first frame that was looked up, and the first beyond. */
    private int from;

    private int to;
    private final int[] places = new int[FRAMES];

    Ipv6Ahead(MemorySegment memory) {
        this.memory = memory;
    }

    /** The next questions are about this burst, whose frames are as they came. */
    void begin(Ipv6Fib newFib, Burst newBurst) {
        fib = newFib;
        burst = newBurst;
        from = 0;
        to = 0;
    }

    /** The group of the destination of frame {@code index}, no route when it is too short; frames are asked for in order, before they change. */
    int group(int index) {
        if (index >= to) {
            lookUp(index);
        }
        int place = places[index - from];
        return place == NOT_IPV6 ? Fib.NO_ROUTE : lookups.group(place);
    }

    private void lookUp(int index) {
        from = index;
        to = Math.min(burst.count(), index + FRAMES);
        lookups.clear();
        int count = 0;
        for (int i = from; i < to; i++) {
            if (isIpv6(burst.address(i), burst.length(i))) {
                ipv6.wrap(memory, burst.address(i) + Ethernet.LENGTH);
                lookups.add(ipv6.destinationHigh(), ipv6.destinationLow());
                places[i - from] = count++;
            } else {
                places[i - from] = NOT_IPV6;
            }
        }
        lookups.run(fib);
    }

    private boolean isIpv6(long frame, int length) {
        return length >= Ethernet.LENGTH + Ipv6.LENGTH
                && ethernet.wrap(memory, frame).type() == Ethernet.TYPE_IPV6;
    }
}
