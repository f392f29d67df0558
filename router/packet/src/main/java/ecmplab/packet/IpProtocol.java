package ecmplab.packet;

/** Protocol numbers of IPv4 and next headers of IPv6 that matter here (IANA "Assigned Internet Protocol Numbers"). */
public final class IpProtocol {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;
    /** Nothing follows (RFC 8200 section 4.7). */
    public static final int NONE = 59;

    private IpProtocol() {}

    /** {@code tcp}, {@code udp}, {@code icmp}, {@code icmp6}, or the number. */
    public static String name(int protocol) {
        return switch (protocol) {
            case ICMP -> "icmp";
            case TCP -> "tcp";
            case UDP -> "udp";
            case ICMPV6 -> "icmp6";
            default -> Integer.toString(protocol);
        };
    }
}
