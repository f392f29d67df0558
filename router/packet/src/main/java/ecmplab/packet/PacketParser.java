package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/**
 * The one place where a received frame is judged: Ethernet, then IPv4 with its transport header, or ARP, or IPv6. Fields of
 * the last packet stay readable until the next {@link #parse}. One per thread; allocates nothing.
 */
public final class PacketParser {
    private MemorySegment memory = MemorySegment.NULL;
    private int etherType;
    private long ip;
    private long transport;
    private int transportLength;
    private int ipLength;
    private int source;
    private int destination;
    private int protocol;
    private int sourcePort;
    private int destinationPort;
    private boolean fragment;

    /**
     * Judges the frame of {@code length} octets at {@code frame}. {@link PacketFault#NONE} means: an EtherType other than
     * IPv4, IPv6 and ARP, of which nothing more is known; or one of these, whole. For unfragmented TCP, UDP and ICMP over
     * IPv4 the transport header is whole too; its checksum is not looked at, that is the end host's.
     */
    public PacketFault parse(MemorySegment newMemory, long frame, int length) {
        memory = newMemory;
        etherType = 0;
        ip = frame + Ethernet.LENGTH;
        if (length < Ethernet.LENGTH) {
            return PacketFault.FRAME_TOO_SHORT;
        }
        etherType = HeaderView.u16(newMemory, frame + 12);
        int available = length - Ethernet.LENGTH;
        return switch (etherType) {
            case Ethernet.TYPE_IPV4 -> parseIpv4(available);
            case Ethernet.TYPE_ARP -> Arp.check(newMemory, ip, available);
            case Ethernet.TYPE_IPV6 -> Ipv6.check(newMemory, ip, available);
            default -> PacketFault.NONE;
        };
    }

    /** Judges {@code available} octets at {@code offset} as an IPv4 packet without an Ethernet header: a tunnel's inside. */
    public PacketFault parseIpv4(MemorySegment newMemory, long offset, int available) {
        memory = newMemory;
        etherType = Ethernet.TYPE_IPV4;
        ip = offset;
        return parseIpv4(available);
    }

    private PacketFault parseIpv4(int available) {
        sourcePort = 0;
        destinationPort = 0;
        var fault = Ipv4.check(memory, ip, available);
        if (fault != PacketFault.NONE) {
            return fault;
        }
        int headerLength = (HeaderView.u8(memory, ip) & 0xF) << 2;
        ipLength = HeaderView.u16(memory, ip + 2);
        protocol = HeaderView.u8(memory, ip + 9);
        source = memory.get(HeaderView.U32, ip + 12);
        destination = memory.get(HeaderView.U32, ip + 16);
        fragment = (HeaderView.u16(memory, ip + 6) & 0x3FFF) != 0;
        transport = ip + headerLength;
        transportLength = ipLength - headerLength;
        return fragment ? PacketFault.NONE : parseTransport();
    }

    private PacketFault parseTransport() {
        var fault = switch (protocol) {
            case IpProtocol.TCP -> Tcp.check(memory, transport, transportLength);
            case IpProtocol.UDP -> Udp.check(memory, transport, transportLength);
            case IpProtocol.ICMP -> transportLength < Icmp.LENGTH ? PacketFault.BAD_TRANSPORT_LENGTH : PacketFault.NONE;
            default -> PacketFault.NONE;
        };
        if (fault == PacketFault.NONE && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP)) {
            int ports = memory.get(HeaderView.U32, transport);
            sourcePort = ports >>> 16;
            destinationPort = ports & 0xFFFF;
        }
        return fault;
    }

    public int etherType() {
        return etherType;
    }

    /** Where the octets after the Ethernet header start. */
    public long ip() {
        return ip;
    }

    /** Octets of the IPv4 packet, header included; what follows in the frame is padding. */
    public int ipLength() {
        return ipLength;
    }

    /** Where the IPv4 payload starts. */
    public long transport() {
        return transport;
    }

    /** Octets of the IPv4 payload. */
    public int transportLength() {
        return transportLength;
    }

    public int source() {
        return source;
    }

    public int destination() {
        return destination;
    }

    public int protocol() {
        return protocol;
    }

    /** 0 unless unfragmented TCP or UDP. */
    public int sourcePort() {
        return sourcePort;
    }

    /** 0 unless unfragmented TCP or UDP. */
    public int destinationPort() {
        return destinationPort;
    }

    /** Whether the IPv4 packet is part of a datagram, the first included: it has no ports here. */
    public boolean isFragment() {
        return fragment;
    }

    /** Hash of the IPv4 packet's flow: the same as {@link FlowHash#of(MemorySegment, long)}. */
    public long hash(FlowHash hash) {
        return hash.of(source, destination, protocol, sourcePort, destinationPort);
    }

    /** The IPv4 packet's flow as a record, for the edges. */
    public FlowKey flowKey() {
        return FlowKey.of(source, destination, protocol, sourcePort, destinationPort);
    }
}
