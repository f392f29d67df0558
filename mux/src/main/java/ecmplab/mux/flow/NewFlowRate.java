package ecmplab.mux.flow;

/** A limit of new flows a second, of which those of a tenth of a second may come at once. The forwarding thread's. */
final class NewFlowRate {
    /** A flow costs this much, so a rate in flows a second is a refill per millisecond. */
    private static final int TOKEN = 1000;

    private static final int BURST_MILLIS = 100;

    private final int perSecond;
    private long tokens;
    private int refilled;

    /** @param now the first time, in milliseconds */
    NewFlowRate(int perSecond, int now) {
        this.perSecond = perSecond;
        tokens = most();
        refilled = now;
    }

    private long most() {
        return Math.max(TOKEN, (long) perSecond * BURST_MILLIS);
    }

    /** Whether one more may come now; takes account of it. */
    boolean admits(int now) {
        int elapsed = now - refilled;
        if (elapsed > 0) {
            tokens = Math.min(most(), tokens + (long) elapsed * perSecond);
            refilled = now;
        }
        if (tokens < TOKEN) {
            return false;
        }
        tokens -= TOKEN;
        return true;
    }
}
