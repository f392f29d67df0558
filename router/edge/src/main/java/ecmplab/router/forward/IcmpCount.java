package ecmplab.router.forward;

/** What became of the ICMP errors that dropped packets called for. */
public enum IcmpCount {
    /** Of either family. */
    SENT_TIME_EXCEEDED,
    SENT_NET_UNREACHABLE,
    SENT_HOST_UNREACHABLE,
    SENT_FRAGMENTATION_NEEDED,
    SENT_NO_ROUTE,
    SENT_ADDRESS_UNREACHABLE,
    SENT_BEYOND_SCOPE,
    SENT_PACKET_TOO_BIG,
    /** About a packet that must not be reported (RFC 1122 section 3.2.2, RFC 4443 section 2.4). */
    NOT_REPORTABLE,
    /** The limit on errors a second was reached (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4). */
    RATE_LIMITED,
    /** No frame was left to write it in. */
    NO_FRAME,
    /** The source of the packet cannot be reached. */
    NO_WAY_BACK
}
