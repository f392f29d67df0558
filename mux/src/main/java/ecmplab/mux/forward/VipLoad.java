package ecmplab.mux.forward;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;

/** How much comes for a VIP, and how much of it is let through: from plan to plan. The forwarding thread writes, any thread reads. */
final class VipLoad {
    /** Of {@link #keep}: everything. */
    static final int ALL = Integer.MAX_VALUE;

    private static final VarHandle RATE;
    private static final VarHandle SHED;

    static {
        try {
            RATE = MethodHandles.lookup().findVarHandle(VipLoad.class, "rate", double.class);
            SHED = MethodHandles.lookup().findVarHandle(VipLoad.class, "shed", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    final InetAddress vip;
    /** Packets that came since rates were last computed. */
    long offered;
    /** How many of 2^31 packets are let through. */
    int keep = ALL;

    private double rate;
    private long shed;

    VipLoad(InetAddress vip) {
        this.vip = vip;
    }

    /** Packets a second, smoothed. */
    double rate() {
        return (double) RATE.getOpaque(this);
    }

    void setRate(double packetsPerSecond) {
        RATE.setOpaque(this, packetsPerSecond);
    }

    /** Packets dropped because all together were too many. */
    long shed() {
        return (long) SHED.getOpaque(this);
    }

    void addShed() {
        SHED.setOpaque(this, shed + 1);
    }
}
