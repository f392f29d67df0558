package ecmplab.mux.forward;

/** Why a whole packet was not forwarded; malformed ones are counted by {@link ecmplab.packet.PacketFault}. One reason a packet. */
public enum MuxDrop {
    /** Another station's Ethernet address. */
    NOT_FOR_US,
    /** Neither IP nor ARP. */
    NOT_IP,
    /** Neither a VIP of the policy in the forwarding path nor an own address. */
    NOT_A_VIP,
    /** Of IPv6: a source that no packet may have beyond its link. */
    BAD_SOURCE,
    /** More comes than the MUX can forward, and the VIP has more than its fair share of it. */
    OVERLOAD,
    /** The VIP has no endpoint of this protocol and port; answered by a port unreachable. */
    NO_ENDPOINT,
    /** A fragment, and the VIP has several endpoints of its protocol, none of them for all ports. */
    FRAGMENT_AMBIGUOUS,
    /** The endpoint has no active generation with members, and the flow is not known. */
    NO_MEMBER,
    /** Would have to leave with TTL 0; answered by a time exceeded. */
    TTL_EXCEEDED,
    /** Does not fit the underlay with VXLAN's 50 octets more, or 70 over IPv6; answered by a fragmentation needed or packet too big. */
    TOO_BIG,
    /** As {@link #TOO_BIG}, of a packet that may be fragmented: a MUX does not. */
    TOO_BIG_UNFRAGMENTED,
    /** An ICMP message that a VIP has no use for. */
    ICMP_UNSERVED,
    /** An ICMP error whose quotation is cut short before the ports. */
    ICMP_QUOTE_SHORT,
    /** An ICMP error that quotes a packet the VIP did not send. */
    ICMP_QUOTE_FOREIGN
}
