package ecmplab.port.neighbor;

/** Told what a {@link NeighborCache} finds out, for event logs; IPv4 addresses as IPv4-mapped ones. Called on its thread; must neither block nor take long. */
public interface NeighborListener {
    /** An address that was not known is, or has moved to another MAC address (48 bits). */
    void resolved(long high, long low, long mac, long nowNanos);

    /** An address has not answered, however often it was asked. */
    void failed(long high, long low, long nowNanos);
}
