package ecmplab.port;

/**
 * Where a node's frames went: each that came in or was made went out, was consumed, was dropped for one reason, or is still
 * held. Taken between bursts it balances, or the node has lost count.
 *
 * @param received by all ports
 * @param originated made by the node itself, such as ICMP errors and ARP requests
 * @param sent accepted by {@link Port#send}, or dropped there and counted by the port
 * @param consumed delivered to the node itself
 * @param dropped by the node, by any reason
 * @param held waiting in the node's own queues
 */
public record FrameLedger(long received, long originated, long sent, long consumed, long dropped, long held) {
    /** Frames that nothing accounts for; negative when something was counted twice. */
    public long missing() {
        return received + originated - sent - consumed - dropped - held;
    }

    public boolean balances() {
        return missing() == 0;
    }
}
