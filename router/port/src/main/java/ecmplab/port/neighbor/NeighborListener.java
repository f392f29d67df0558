package ecmplab.port.neighbor;

/** Told what a {@link NeighborCache} finds out, for event logs. Called on its thread; must neither block nor take long. */
public interface NeighborListener {
    /** An address that was not known is, or has moved to another MAC address (48 bits). */
    void resolved(int address, long mac, long nowNanos);

    /** An address has not answered, however often it was asked. */
    void failed(int address, long nowNanos);
}
