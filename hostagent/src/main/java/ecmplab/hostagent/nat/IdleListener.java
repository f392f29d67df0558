package ecmplab.hostagent.nat;

/** Told on the forwarding thread. */
@FunctionalInterface
public interface IdleListener {
    /**
     * An established TCP flow, of which both sides have said what they expect next, has been idle for its time-out. It is still
     * readable, and gone when this returns.
     */
    void idle(int entry, long nowNanos);
}
