package ecmplab.router.forward;

/** What became of frames that were not dropped, and how many there were at all. */
public enum PacketCount {
    /** All frames that came in. */
    RECEIVED,
    /** Given to a neighbour, or waiting for it to answer. */
    FORWARDED,
    /** IP to an own address. */
    TO_KERNEL,
    /** ARP, read. */
    ARP,
    /** Neighbour solicitations and advertisements, read; the kernel takes them too. */
    NEIGHBOR_DISCOVERY
}
