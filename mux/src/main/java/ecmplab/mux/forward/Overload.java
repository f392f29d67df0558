package ecmplab.mux.forward;

import ecmplab.port.Port;

/**
 * Sheds load fairly when more comes than the thread can take. While packets are lost because nobody fetches them in time, what is let through is
 * held to a rate that the thread can do, and that rate is shared as in Ananta: every VIP gets up to the same share, and one that wants more
 * loses packets at random, in proportion to its excess. A dropped packet costs little of what a forwarded one does, so the queue
 * drains, and VIPs within their share lose nothing.
 *
 * <p>The rate is found by trial: a tenth less as long as packets are lost or the queue is never found empty, else a little more. The forwarding thread's.
 */
final class Overload {
    /** Between two looks. */
    static final long PERIOD_NANOS = 10_000_000;
    /** Without overload, rates are computed so seldom, in looks: they are only shown. */
    private static final int LOOKS_PER_RATE = 10;
    /** Looks in a row that find packets lost before load is shed: one may be a thread that did not get its processor. */
    private static final int LOOKS_OF_LOSS = 2;
    /** Between two looks while load is shed: a queue of some hundred frames fills in a few milliseconds. */
    private static final long SHEDDING_PERIOD_NANOS = 2_000_000;
    /** Looks in a row with room for all before shedding ends: 0.2 s. */
    private static final int LOOKS_OF_CALM = 100;

    private static final double LESS = 0.9, MORE = 1.004, SMOOTHING = 0.3;
    /** Packets a second that are always let through. */
    private static final double LEAST = 1000;
    /** The level of fair shares is found by as many steps at most; each settles at least one VIP, mostly all at once. */
    private static final int STEPS = 32;

    private final Port port;
    private final Notices notices;

    private VipLoad[] loads = {};
    private long lost;
    private long lookedAt;
    private long ratedAt;
    private boolean lookedOnce;
    private int looks;
    private int lossy;
    private int calm;
    /** Whether bursts came since the last look, and whether one of them was the last for then. */
    private boolean arrived;

    private boolean emptied;
    private boolean shedding;
    /** Packets let through since the last look. */
    private long passed;
    /** Packets a second that may be let through, while shedding. */
    private double target;
    /** What that was when shedding began. */
    private double begun;

    private long random;

    Overload(Port port, Notices notices, long seed) {
        this.port = port;
        this.notices = notices;
        random = seed;
    }

    void adopt(VipLoad[] newLoads) {
        loads = newLoads;
    }

    /** Whether a packet of the VIP is let through; else the caller drops it. */
    boolean admits(VipLoad load) {
        load.offered++;
        if (load.keep != VipLoad.ALL && next() >= load.keep) {
            load.addShed();
            return false;
        }
        passed++;
        return true;
    }

    private int next() {
        random = random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        return (int) (random >>> 33);
    }

    /** A burst came: {@code full} when there may be more. */
    void received(boolean full, long nowNanos) {
        look(nowNanos); // at what was before: a full burst after a silence says nothing yet
        arrived = true;
        emptied |= !full;
    }

    void look(long nowNanos) {
        if (!lookedOnce) {
            lookedOnce = true;
            lookedAt = nowNanos;
            ratedAt = nowNanos;
            lost = port.lost();
        }
        long elapsed = nowNanos - lookedAt;
        if (elapsed < (shedding ? SHEDDING_PERIOD_NANOS : PERIOD_NANOS)) {
            return;
        }
        long lostNow = port.lost();
        boolean loses = lostNow != lost;
        lost = lostNow;
        lossy = loses ? lossy + 1 : 0;
        double rate = passed * 1e9 / elapsed;
        if (shedding || lossy > 0 || ++looks >= LOOKS_PER_RATE) {
            looks = 0;
            computeRates(nowNanos);
        }
        if (shedding) {
            adapt(loses || (arrived && !emptied)); // with nothing to fetch there is nothing to fear
        } else if (lossy >= LOOKS_OF_LOSS && loads.length > 0) {
            begin(rate);
        }
        passed = 0;
        arrived = false;
        emptied = false;
        lookedAt = nowNanos;
    }

    private void computeRates(long nowNanos) {
        double perSecond = 1e9 / Math.max(1, nowNanos - ratedAt);
        double weight = Math.min(1, SMOOTHING * (nowNanos - ratedAt) / PERIOD_NANOS);
        for (var load : loads) {
            load.setRate(load.rate() + weight * (load.offered * perSecond - load.rate()));
            load.offered = 0;
        }
        ratedAt = nowNanos;
    }

    private void begin(double rate) {
        shedding = true;
        calm = 0;
        target = Math.max(LEAST, rate * LESS);
        begun = target;
        share();
        notices.overloaded(worst(), rate);
    }

    private void adapt(boolean saturated) {
        target = Math.max(LEAST, target * (saturated ? LESS : MORE));
        double wanted = total();
        if (!saturated && wanted <= target) {
            calm++;
        } else {
            calm = 0;
        }
        // Not below what was done when it began: whoever pauses may come back with a burst.
        target = Math.min(target, Math.max(begun, 2 * wanted));
        share();
        if (calm >= LOOKS_OF_CALM) {
            shedding = false;
            notices.relieved();
        }
    }

    private double total() {
        double total = 0;
        for (var load : loads) {
            total += load.rate();
        }
        return total;
    }

    private VipLoad worst() {
        var worst = loads[0];
        for (var load : loads) {
            worst = load.rate() > worst.rate() ? load : worst;
        }
        return worst;
    }

    /** Says of each VIP how much is let through: up to the level at which all together are the target. */
    private void share() {
        double level = level();
        for (var load : loads) {
            double rate = load.rate();
            load.keep = rate <= level ? VipLoad.ALL : (int) (level / rate * VipLoad.ALL);
        }
    }

    /** The share that nobody may exceed, such that the sum of what all get is the target (max-min fairness). */
    private double level() {
        double level = 0;
        for (int step = 0; step < STEPS; step++) {
            double below = 0;
            int above = 0;
            for (var load : loads) {
                if (load.rate() <= level) {
                    below += load.rate();
                } else {
                    above++;
                }
            }
            if (above == 0) {
                return Double.MAX_VALUE;
            }
            double next = (target - below) / above;
            if (next <= level) {
                return level;
            }
            level = next;
        }
        return level;
    }
}
