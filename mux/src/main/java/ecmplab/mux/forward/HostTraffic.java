package ecmplab.mux.forward;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What was sent to a host in VXLAN, from plan to plan. The forwarding thread adds, any thread reads. */
final class HostTraffic {
    private static final VarHandle PACKETS;
    private static final VarHandle OCTETS;

    static {
        try {
            PACKETS = MethodHandles.lookup().findVarHandle(HostTraffic.class, "packets", long.class);
            OCTETS = MethodHandles.lookup().findVarHandle(HostTraffic.class, "octets", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private long packets;
    private long octets;

    /** @param length of the outer IP packet */
    void add(int length) {
        PACKETS.setOpaque(this, packets + 1);
        OCTETS.setOpaque(this, octets + length);
    }

    long packets() {
        return (long) PACKETS.getOpaque(this);
    }

    /** Of the outer IP packets. */
    long octets() {
        return (long) OCTETS.getOpaque(this);
    }
}
