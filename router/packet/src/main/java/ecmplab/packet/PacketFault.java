package ecmplab.packet;

/** What is wrong with a packet, found by {@link PacketParser} and the {@code check} of a view. One reason a packet: the first. */
public enum PacketFault {
    /** Nothing: the headers that were looked at are whole and consistent. */
    NONE,
    /** Shorter than an Ethernet header (14 octets). */
    FRAME_TOO_SHORT,
    /** Shorter than an IP header, or than the header the IP header announces. */
    IP_TOO_SHORT,
    /** The EtherType says one version of IP, the packet another. */
    BAD_IP_VERSION,
    /** IPv4 header length below 20 octets. */
    BAD_IP_HEADER_LENGTH,
    /** IP length below its own header or above what arrived. */
    BAD_IP_TOTAL_LENGTH,
    /** IPv4 header checksum. */
    BAD_IP_CHECKSUM,
    /** Arrived with TTL or hop limit 0: no conforming sender does that (RFC 1122 section 3.2.1.7). */
    TTL_ZERO,
    /** An IPv6 extension header that runs beyond the packet, or a hop-by-hop header that is not the first (RFC 8200 section 4). */
    BAD_EXTENSION_HEADER,
    /** More than {@link ExtensionHeaders#MOST} IPv6 extension headers. */
    TOO_MANY_EXTENSION_HEADERS,
    /** An IPv6 fragment that fits into no datagram (RFC 8200 section 4.5). */
    BAD_FRAGMENT,
    /** TCP, UDP or ICMP header cut short, or its own length field contradicts the IP header. */
    BAD_TRANSPORT_LENGTH,
    /** TCP, UDP or ICMP checksum; only where it was asked for. */
    BAD_TRANSPORT_CHECKSUM,
    /** A VXLAN header without the I flag, or cut short (RFC 7348 section 5). */
    BAD_VXLAN,
    /** ARP that is not for IPv4 over Ethernet, or cut short. */
    BAD_ARP,
    /** A neighbour solicitation or advertisement that is not to be believed (RFC 4861 section 7.1). */
    BAD_NEIGHBOR_DISCOVERY;

    /** Name in counters, such as {@code bad-ip-checksum}. */
    public String label() {
        return LABELS[ordinal()];
    }

    private static final String[] LABELS = labels();

    private static String[] labels() {
        var values = values();
        var labels = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            labels[i] = values[i].name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
        return labels;
    }
}
