package ecmplab.hostagent.forward;

/** Why a host agent dropped a packet, where the packet as such was sound. One reason a packet. */
public enum HostDrop {
    /** Addressed to another station or another host's address: the agent routes nothing for others. */
    NOT_OURS,
    /** UDP to the provider address in fragments: VXLAN endpoints must not fragment (RFC 7348 section 4.3). */
    OUTER_FRAGMENT,
    /** No VM here is in the frame's network. */
    UNKNOWN_VNI,
    /** No VM here has the inner destination MAC address. */
    UNKNOWN_VM,
    /** The frame in the tunnel is neither IPv4 nor IPv6. */
    INNER_NOT_IP,
    /** A later fragment without its first: it came before it, too late, or the first was dropped. */
    FRAGMENT_WITHOUT_FIRST,
    /** A first fragment without its whole transport header (RFC 1858), or of something other than TCP and UDP. */
    FRAGMENT_UNUSABLE,
    /** The inner destination is no VIP of the policy. */
    NOT_A_VIP,
    /** The policy has no endpoint for VIP, protocol and port. */
    NO_ENDPOINT,
    /** A new flow, but the VM it came for is no member of the endpoint. */
    NOT_A_MEMBER,
    NAT_FULL,
    /** The VM could not tell the new flow from a live one: same client and port, another VIP. */
    NAT_CONFLICT,
    /** Nobody left to ask, and the frame's generation is no longer the newest in force: the client will send again. */
    STALE_GENERATION,
    /** Nobody left to ask, and the frame's generation is one this host has not heard of. */
    UNKNOWN_GENERATION,
    /** A reset of a flow that nobody knows: resets are not answered (RFC 9293 section 3.10.7.1). */
    STRAY_RESET,
    /** A reset was due, but more than the limit were sent in this second. */
    RESET_LIMIT,
    /** Passed on by {@link SecondChance#MAX_HOPS} hosts, and there are owners left. */
    HOP_LIMIT,
    /** A new flow for nobody: no member takes flows in the generation in force. */
    NO_OWNER,
    /** A new flow for a VM whose host is dead: the policy has no other yet. */
    HOST_DEAD,
    /** ICMP to a VIP other than an error: a MUX answers echoes. */
    ICMP_NOT_ERROR,
    /** An ICMP error whose quoted packet is cut short, a fragment, or no TCP or UDP of the VIP. */
    ICMP_UNUSABLE,
    /** An ICMP error about a flow that nobody knows. */
    ICMP_NO_FLOW,
    /** From a VM: neither IPv4, IPv6 nor ARP. */
    VM_NOT_IP,
    /** From a VM: the source is neither its address nor a VIP that it answers for. */
    SPOOFED_SOURCE,
    /** From a VM: no reply to a known flow, and no backend's call of a VIP. */
    NO_FLOW,
    /** From a VM: the TTL ends here. */
    TTL_EXPIRED
}
