package ecmplab.hostagent.nat;

import ecmplab.packet.FlowKey;
import java.net.InetAddress;
import java.time.Duration;

/**
 * One flow of the table as it stood when asked: a snapshot.
 *
 * @param flow as the client sees it: client to VIP
 * @param local address that the VM sees: its DIP, or the VIP where the endpoint has a floating IP
 * @param localPort the port that the VM sees
 * @param vm number of the VM, as given when the flow was made
 * @param age since it was made
 * @param idle since its last packet
 * @param timeout of idleness in its present state
 * @param rescued whether it was found by second chance at least once
 */
public record NatFlow(
        FlowKey flow,
        InetAddress local,
        int localPort,
        int vm,
        State state,
        Duration age,
        Duration idle,
        Duration timeout,
        boolean rescued,
        long packetsIn,
        long octetsIn,
        long packetsOut,
        long octetsOut) {
    /** Life of a flow as the packets in both directions tell it; only TCP has more than {@code ESTABLISHED}. */
    public enum State {
        OPENING,
        ESTABLISHED,
        HALF_CLOSED,
        CLOSED
    }

    /** Whether its time is over, and it is only still to be cleared away. */
    boolean expired() {
        return idle.compareTo(timeout) >= 0;
    }
}
