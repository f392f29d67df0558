package ecmplab.port;

/** The ways for packets between an interface of the kernel and a process, best first. */
public enum PortKind {
    /** AF_XDP; its program runs in the interface's driver. */
    XDP("xdp"),
    /** AF_XDP; its program runs behind the driver, which need not know of it. */
    XDP_GENERIC("xdp-generic"),
    /** AF_PACKET with shared rings (TPACKET_V2). */
    RING("ring"),
    /** AF_PACKET with {@code recvmmsg} and {@code sendmmsg}. */
    MMSG("mmsg");

    private final String word;

    PortKind(String word) {
        this.word = word;
    }

    /** As people write it. */
    public String word() {
        return word;
    }
}
