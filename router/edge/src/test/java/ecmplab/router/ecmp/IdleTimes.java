package ecmplab.router.ecmp;

/** Bucket times for tests: a bucket is idle when its time is below a threshold. */
final class IdleTimes implements Rebalancing.Idleness {
    private final long[] lastUsed;
    private final long busyFrom;

    IdleTimes(long[] lastUsed, long busyFrom) {
        this.lastUsed = lastUsed;
        this.busyFrom = busyFrom;
    }

    static Rebalancing.Idleness allIdle() {
        return new IdleTimes(new long[EcmpPolicy.DEFAULT_BUCKETS * 2], 1);
    }

    static Rebalancing.Idleness allBusy() {
        return new IdleTimes(new long[EcmpPolicy.DEFAULT_BUCKETS * 2], 0);
    }

    @Override
    public long lastUsed(int bucket) {
        return lastUsed[bucket];
    }

    @Override
    public boolean idle(int bucket) {
        return lastUsed[bucket] < busyFrom;
    }
}
