package ecmplab.hostagent.forward;

/** What a host agent counts besides drops. */
public enum HostCount {
    /** VXLAN frames with a sound outside. */
    VXLAN_RECEIVED,
    /** Translated and given to their VM. */
    DELIVERED,
    /** Given to their VM as they were: replies of other VMs' services to this VM. */
    DELIVERED_PLAIN,
    /** Later fragments that followed their first, in either direction. */
    FRAGMENTS,
    /** Translated replies, sent straight to the client. */
    REPLIES,
    /** From a backend to a VIP, sent out to the router. */
    HAIRPINS,
    /** Frames passed on to another host because their flow is not here. */
    PASSED_ON,
    /** Frames delivered that had come to the wrong host or VM. */
    RESCUED,
    /** Flows with at least one such frame. */
    FLOWS_RESCUED,
    /** Flows other than TCP that nobody knew and the current owner took. */
    ADOPTED,
    /** TCP segments given to a VM that has moved here, which says itself whether it still knows their flow. */
    MOVED_ADOPTED,
    /** TCP resets sent to clients of flows that nobody knows. */
    RESETS,
    /** TCP resets to either side of flows whose state went for idleness. */
    IDLE_RESETS,
    /** Frames with a slot other than the one this host computes: MUX and host disagree about the table. */
    SLOT_DISAGREEMENTS,
    /** ICMP errors translated for a VM. */
    ICMP_TO_VM,
    /** ICMP errors of a VM translated for a client. */
    ICMP_FROM_VM,
    MSS_CLAMPED,
    /** ARP requests of VMs answered for addresses beyond this host. */
    ARP_ANSWERED,
    /** Neighbour solicitations of VMs answered for addresses beyond this host. */
    SOLICITATIONS_ANSWERED,
    /** Frames left to the host's kernel, which has its own copy. */
    TO_KERNEL,
    /** Frames given to ports of VMs. */
    SENT_TO_VMS,
    /** Frames given to the underlay, the wait for its neighbours' addresses included. */
    SENT_TO_UNDERLAY
}
