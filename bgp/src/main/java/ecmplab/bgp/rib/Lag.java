package ecmplab.bgp.rib;

/**
 * What a member that does not follow its update group still has to be told: a bit for each prefix that changed meanwhile. It will
 * be told what is so then, so however far it is behind, this does not grow. A new peer begins with one, for the whole table.
 */
final class Lag {
    final IdSet pending = new IdSet();
    /** Prefixes in {@link #pending} that the member was told a route for. */
    final IdSet announced = new IdSet();
    /** Where to look for the next pending prefix. */
    int next;
    /** Whether End-of-RIB follows, because this is the first table. */
    final boolean isInitial;

    Lag(boolean isInitial) {
        this.isInitial = isInitial;
    }
}
