package ecmplab.router.forward;

/** What became of frames that were not dropped, and how many there were at all. */
public enum PacketCount {
    /** All frames that came in. */
    RECEIVED,
    /** Given to a neighbour, or waiting for it to answer. */
    FORWARDED,
    /** IPv4 to an own address. */
    TO_KERNEL,
    /** ARP, read. */
    ARP
}
