package ecmplab.port;

/** Why a port dropped a frame. */
public enum PortDrop {
    /** The transmit queue, or the kernel behind it, had no room. */
    TX_FULL,
    /** To be sent, but longer than MTU and Ethernet header. */
    OVERSIZE,
    /** To be sent while the interface, or its peer, was down. */
    PORT_DOWN,
    /** To be sent, but the kernel refused it for another reason. */
    TX_REFUSED,
    /** To be sent on a closed port, or not yet flushed when it closed. */
    CLOSED,
    /** Received, but longer than a frame of the pool: mostly a super-packet of a sender whose offloads are on. */
    RX_OVERSIZE,
    /** Received by the kernel while nobody fetched: its queue for us was full. */
    RX_KERNEL_FULL
}
