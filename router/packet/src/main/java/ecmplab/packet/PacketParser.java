package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/**
 * The one place where a received frame is judged: Ethernet, then IPv4 or IPv6 with its transport header, or ARP. Fields of
 * the last packet stay readable until the next {@link #parse}. One per thread; allocates nothing.
 */
public final class PacketParser {
    /** The high 16 bits of the low half of an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2). */
    private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;

    private MemorySegment memory = MemorySegment.NULL;
    private int etherType;
    private int version;
    private long ip;
    private long transport;
    private int transportLength;
    private int ipLength;
    private int source;
    private int destination;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int protocol;
    private int sourcePort;
    private int destinationPort;
    private boolean fragment;
    private int fragmentOffset;
    private int hopLimit;
    private boolean dontFragment;
    private long destinationMac;

    /**
     * Judges the frame of {@code length} octets at {@code frame}. {@link PacketFault#NONE} means: an EtherType other than
     * IPv4, IPv6 and ARP, of which nothing more is known; or one of these, whole. For unfragmented TCP, UDP and ICMP the
     * transport header is whole too; its checksum is not looked at, that is the end host's.
     */
    public PacketFault parse(MemorySegment newMemory, long frame, int length) {
        memory = newMemory;
        etherType = 0;
        version = 0;
        ip = frame + Ethernet.LENGTH;
        if (length < Ethernet.LENGTH) {
            return PacketFault.FRAME_TOO_SHORT;
        }
        destinationMac = newMemory.get(HeaderView.U64, frame) >>> 16;
        etherType = HeaderView.u16(newMemory, frame + 12);
        int available = length - Ethernet.LENGTH;
        return switch (etherType) {
            case Ethernet.TYPE_IPV4 -> parseIpv4(available);
            case Ethernet.TYPE_ARP -> Arp.check(newMemory, ip, available);
            case Ethernet.TYPE_IPV6 -> parseIpv6(available);
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

    /** As {@link #parseIpv4}, for IPv6. */
    public PacketFault parseIpv6(MemorySegment newMemory, long offset, int available) {
        memory = newMemory;
        etherType = Ethernet.TYPE_IPV6;
        ip = offset;
        return parseIpv6(available);
    }

    private PacketFault parseIpv4(int available) {
        version = 4;
        sourcePort = 0;
        destinationPort = 0;
        if (available < Ipv4.MIN_LENGTH) {
            return PacketFault.IP_TOO_SHORT;
        }
        long first = memory.get(HeaderView.U64, ip);
        long second = memory.get(HeaderView.U64, ip + 8);
        int third = memory.get(HeaderView.U32, ip + 16);
        var fault = Ipv4.check(first, second, third, memory, ip, available);
        if (fault != PacketFault.NONE) {
            return fault;
        }
        int headerLength = Ipv4.headerLength(first);
        ipLength = Ipv4.totalLength(first);
        hopLimit = (int) (second >>> 56);
        protocol = (int) (second >>> 48) & 0xFF;
        source = (int) second;
        destination = third;
        dontFragment = (first & 0x4000) != 0;
        fragment = (first & 0x3FFF) != 0;
        fragmentOffset = (int) (first & 0x1FFF) << 3;
        transport = ip + headerLength;
        transportLength = ipLength - headerLength;
        return fragment ? PacketFault.NONE : parseTransport(IpProtocol.ICMP);
    }

    private PacketFault parseIpv6(int available) {
        version = 6;
        source = 0;
        destination = 0;
        sourcePort = 0;
        destinationPort = 0;
        var fault = Ipv6.check(memory, ip, available);
        if (fault != PacketFault.NONE) {
            return fault;
        }
        ipLength = Ipv6.LENGTH + HeaderView.u16(memory, ip + 4);
        hopLimit = HeaderView.u8(memory, ip + 7);
        dontFragment = true;
        sourceHigh = memory.get(HeaderView.U64, ip + 8);
        sourceLow = memory.get(HeaderView.U64, ip + 16);
        destinationHigh = memory.get(HeaderView.U64, ip + 24);
        destinationLow = memory.get(HeaderView.U64, ip + 32);
        int headerLength = Ipv6.LENGTH;
        protocol = HeaderView.u8(memory, ip + 6);
        fragment = false;
        fragmentOffset = 0;
        if (ExtensionHeaders.isExtension(protocol)) {
            long found = ExtensionHeaders.find(memory, ip, ipLength);
            fault = ExtensionHeaders.faultOf(found);
            if (fault != PacketFault.NONE) {
                return fault;
            }
            headerLength = ExtensionHeaders.at(found);
            protocol = ExtensionHeaders.protocol(found);
            fragment = ExtensionHeaders.isFragment(found);
            fragmentOffset = ExtensionHeaders.fragmentOffset(found);
        }
        transport = ip + headerLength;
        transportLength = ipLength - headerLength;
        return fragment ? PacketFault.NONE : parseTransport(IpProtocol.ICMPV6);
    }

    /** @param icmp the protocol number of ICMP in this version of IP */
    private PacketFault parseTransport(int icmp) {
        if (protocol == icmp) {
            return transportLength < Icmp.LENGTH ? PacketFault.BAD_TRANSPORT_LENGTH : PacketFault.NONE;
        }
        var fault = switch (protocol) {
            case IpProtocol.TCP -> Tcp.check(memory, transport, transportLength);
            case IpProtocol.UDP -> Udp.check(memory, transport, transportLength);
            default -> PacketFault.NONE;
        };
        if (fault == PacketFault.NONE && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP)) {
            int ports = memory.get(HeaderView.U32, transport);
            sourcePort = ports >>> 16;
            destinationPort = ports & 0xFFFF;
        }
        return fault;
    }

    /** Destination of the Ethernet header, as 48 bits. */
    public long destinationMac() {
        return destinationMac;
    }

    public int etherType() {
        return etherType;
    }

    /** 4 or 6, by the EtherType; 0 when the frame is neither. */
    public int version() {
        return version;
    }

    /** Where the octets after the Ethernet header start. */
    public long ip() {
        return ip;
    }

    /** Octets of the IP packet, headers included; what follows in the frame is padding. */
    public int ipLength() {
        return ipLength;
    }

    /** Where the upper-layer header starts, behind options or extension headers; in a fragment, what it carries. */
    public long transport() {
        return transport;
    }

    /** Octets from {@link #transport} to the packet's end. */
    public int transportLength() {
        return transportLength;
    }

    /** IPv4 only; 0 for IPv6. */
    public int source() {
        return source;
    }

    /** IPv4 only; 0 for IPv6. */
    public int destination() {
        return destination;
    }

    /** Of an IPv6 address, or of the IPv4-mapped IPv6 address: so both families fit one table. */
    public long sourceHigh() {
        return version == 6 ? sourceHigh : 0;
    }

    /** See {@link #sourceHigh}. */
    public long sourceLow() {
        return version == 6 ? sourceLow : IPV4_MAPPED | (source & 0xFFFF_FFFFL);
    }

    /** See {@link #sourceHigh}. */
    public long destinationHigh() {
        return version == 6 ? destinationHigh : 0;
    }

    /** See {@link #sourceHigh}. */
    public long destinationLow() {
        return version == 6 ? destinationLow : IPV4_MAPPED | (destination & 0xFFFF_FFFFL);
    }

    /** TTL or hop limit; not 0. */
    public int hopLimit() {
        return hopLimit;
    }

    /** Whether no router may fragment the packet: always so in IPv6. */
    public boolean dontFragment() {
        return dontFragment;
    }

    /** Of IPv6 (RFC 6437); 0 for IPv4 and where the sender set none. */
    public int flowLabel() {
        return version == 6 ? memory.get(HeaderView.U32, ip) & 0xF_FFFF : 0;
    }

    /** The upper-layer protocol; in an IPv6 fragment that of the first header it carries, the same in all parts. */
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

    /** Whether the packet is part of a datagram, the first included: it has no ports here. */
    public boolean isFragment() {
        return fragment;
    }

    /** Octets of the datagram before this part; 0 in the first part, where the transport header stands, and without parts. */
    public int fragmentOffset() {
        return fragmentOffset;
    }

    /** Hash of the packet's flow: its 5-tuple, or addresses and protocol where it has no ports here. */
    public long hash(FlowHash hash) {
        return version == 6
                ? hash.of(sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, sourcePort, destinationPort)
                : hash.of(source, destination, protocol, sourcePort, destinationPort);
    }

    /** The packet's flow as a record, for the edges. */
    public FlowKey flowKey() {
        return version == 6
                ? FlowKey.of(
                        sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, sourcePort, destinationPort)
                : FlowKey.of(source, destination, protocol, sourcePort, destinationPort);
    }
}
