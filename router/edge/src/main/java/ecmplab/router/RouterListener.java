package ecmplab.router;

/** Told what happens in the router, on the thread where it happens: the RIB's, the forwarding thread. Must not block. */
@FunctionalInterface
public interface RouterListener {
    void event(RouterEvent event);
}
