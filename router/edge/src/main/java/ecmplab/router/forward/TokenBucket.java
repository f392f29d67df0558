package ecmplab.router.forward;

/** A limit of so many a second with so many at once. Belongs to the forwarding thread. */
final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    private final long perSecond;
    private final long capacity;
    private long tokenNanos;
    private long filledAt;
    private boolean started;

    /** @param burst tokens there are at most, and to begin with */
    TokenBucket(int perSecond, int burst) {
        this.perSecond = perSecond;
        capacity = burst * SECOND;
    }

    boolean take(long nowNanos) {
        if (started) {
            // Beyond the time that fills it the bucket is full: the product cannot overflow.
            long passed = Math.clamp(nowNanos - filledAt, 0, capacity / perSecond + 1);
            tokenNanos = Math.min(capacity, tokenNanos + passed * perSecond);
        } else {
            tokenNanos = capacity;
            started = true;
        }
        filledAt = nowNanos;
        if (tokenNanos < SECOND) {
            return false;
        }
        tokenNanos -= SECOND;
        return true;
    }
}
