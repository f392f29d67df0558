package ecmplab.bgp.session;

import java.net.InetSocketAddress;

/**
 * The sessions of one speaker: its event loop, its listening socket, and its neighbours. Inbound connections go to the neighbour by
 * source address; from an unknown source they are closed and counted.
 */
public interface SessionServer extends AutoCloseable {
    /** A stopped neighbour; the listener is told of it from {@link Neighbor#start} on. One neighbour an address. */
    Neighbor add(SessionConfig config, SessionListener listener);

    /** Ends the neighbour's session with Cease/3 and forgets it. */
    void remove(Neighbor neighbor);

    /**
     * Listens for neighbours.
     *
     * @param address port 0 for any free one; several calls listen on several addresses
     * @return the address bound
     */
    InetSocketAddress listen(InetSocketAddress address);

    /** Connections closed at once because no neighbour has their source address. */
    long refusedConnections();

    /** Ends all sessions with Cease/2, waits until the NOTIFICATIONs are out (about a second at most), and ends the event loop. */
    @Override
    void close();
}
