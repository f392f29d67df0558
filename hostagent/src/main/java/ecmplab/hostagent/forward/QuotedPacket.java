package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.packet.Checksum;
import ecmplab.packet.ExtensionHeaders;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The packet that an ICMP error quotes: its IP header and at least eight octets of TCP or UDP (RFC 792, RFC 4443), mostly cut off
 * after them. What is changed here changes the sum of the ICMP message, which the caller sets right.
 */
final class QuotedPacket {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int PORTS = 8;
    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int UDP_CHECKSUM = 6;
    private static final int TCP_CHECKSUM = 16;

    private final Ipv4 ipv4 = new Ipv4();
    private final Ipv6 ipv6 = new Ipv6();
    private MemorySegment memory = MemorySegment.NULL;
    private boolean isIpv6;
    private int protocol;
    private long transport;
    private int quotedTransport;

    /**
     * Looks at {@code available} octets at {@code offset}.
     *
     * @param version of IP that the error came in: it quotes no other
     * @return whether they are a quoted TCP or UDP packet with its ports
     */
    boolean read(MemorySegment newMemory, long offset, int available, int version) {
        memory = newMemory;
        isIpv6 = version == 6;
        boolean first = isIpv6 ? readIpv6(offset, available) : readIpv4(offset, available);
        return first && quotedTransport >= PORTS && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP);
    }

    /** @return whether the headers are there, of a packet that begins with its transport header */
    private boolean readIpv4(long offset, int available) {
        if (available < Ipv4.MIN_LENGTH || versionAt(offset) != 4) {
            return false;
        }
        ipv4.wrap(memory, offset);
        int headerLength = ipv4.headerLength();
        protocol = ipv4.protocol();
        transport = offset + headerLength;
        quotedTransport = Math.min(available, ipv4.totalLength()) - headerLength;
        return headerLength >= Ipv4.MIN_LENGTH && ipv4.fragmentOffset() == 0;
    }

    private boolean readIpv6(long offset, int available) {
        if (available < Ipv6.LENGTH || versionAt(offset) != 6) {
            return false;
        }
        ipv6.wrap(memory, offset);
        int whole = Ipv6.LENGTH + ipv6.payloadLength();
        // Parts of datagrams come in multiples of eight octets, quotations of them need not.
        long found = ExtensionHeaders.find(memory, offset, available < whole ? available & ~7 : whole);
        protocol = ExtensionHeaders.protocol(found);
        transport = offset + ExtensionHeaders.at(found);
        quotedTransport = Math.min(available, whole) - ExtensionHeaders.at(found);
        return ExtensionHeaders.faultOf(found) == PacketFault.NONE && ExtensionHeaders.fragmentOffset(found) == 0;
    }

    private int versionAt(long offset) {
        return (memory.get(ValueLayout.JAVA_BYTE, offset) & 0xF0) >>> 4;
    }

    /** Fills {@code flow} with the packet's own flow. */
    FlowTuple readFlow(FlowTuple flow) {
        return isIpv6
                ? flow.of(
                        ipv6.sourceHigh(),
                        ipv6.sourceLow(),
                        ipv6.destinationHigh(),
                        ipv6.destinationLow(),
                        protocol,
                        u16(SOURCE_PORT),
                        u16(DESTINATION_PORT))
                : flow.ipv4(ipv4.source(), ipv4.destination(), protocol, u16(SOURCE_PORT), u16(DESTINATION_PORT));
    }

    void rewriteSource(long high, long low, int port) {
        setPort(SOURCE_PORT, port);
        if (isIpv6) {
            patchChecksum(ipv6.sourceHigh(), ipv6.sourceLow(), high, low);
            ipv6.setSource(high, low);
        } else {
            patchChecksum(0, ipv4.source() & 0xFFFF_FFFFL, 0, low & 0xFFFF_FFFFL);
            ipv4.setSource((int) low);
        }
    }

    void rewriteDestination(long high, long low, int port) {
        setPort(DESTINATION_PORT, port);
        if (isIpv6) {
            patchChecksum(ipv6.destinationHigh(), ipv6.destinationLow(), high, low);
            ipv6.setDestination(high, low);
        } else {
            patchChecksum(0, ipv4.destination() & 0xFFFF_FFFFL, 0, low & 0xFFFF_FFFFL);
            ipv4.setDestination((int) low);
        }
    }

    private void setPort(int portAt, int port) {
        if (hasChecksum()) {
            setChecksum(Checksum.update16(u16(checksumAt()), u16(portAt), port));
        }
        memory.set(U16, transport + portAt, (short) port);
    }

    private void patchChecksum(long highBefore, long lowBefore, long high, long low) {
        if (hasChecksum()) {
            setChecksum(Checksum.update128(u16(checksumAt()), highBefore, lowBefore, high, low));
        }
    }

    private int checksumAt() {
        return protocol == IpProtocol.TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
    }

    /** Whether the quote goes as far as the checksum; 0 of UDP means there is none. */
    private boolean hasChecksum() {
        int at = checksumAt();
        return quotedTransport >= at + Short.BYTES && (protocol == IpProtocol.TCP || u16(at) != 0);
    }

    private void setChecksum(int checksum) {
        boolean none = checksum == 0 && protocol == IpProtocol.UDP;
        memory.set(U16, transport + checksumAt(), (short) (none ? 0xFFFF : checksum));
    }

    private int u16(int at) {
        return memory.get(U16, transport + at) & 0xFFFF;
    }
}
