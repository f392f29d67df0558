package ecmplab.hostagent.forward;

import ecmplab.packet.Checksum;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The packet that an ICMP error quotes: its IPv4 header and at least eight octets of TCP or UDP (RFC 792), mostly cut off after
 * them. What is changed here changes the sum of the ICMP message, which the caller sets right.
 */
final class QuotedPacket {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int PORTS = 8;
    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int UDP_CHECKSUM = 6;
    private static final int TCP_CHECKSUM = 16;

    private final Ipv4 ip = new Ipv4();
    private MemorySegment memory = MemorySegment.NULL;
    private long transport;
    private int quotedTransport;

    /** Looks at {@code available} octets at {@code offset}. @return whether they are a quoted TCP or UDP packet with its ports */
    boolean read(MemorySegment newMemory, long offset, int available) {
        if (available < Ipv4.MIN_LENGTH + PORTS || newMemory.get(ValueLayout.JAVA_BYTE, offset) >>> 4 != 4) {
            return false;
        }
        memory = newMemory;
        ip.wrap(newMemory, offset);
        int headerLength = ip.headerLength();
        transport = offset + headerLength;
        quotedTransport = Math.min(available, ip.totalLength()) - headerLength;
        return headerLength >= Ipv4.MIN_LENGTH
                && quotedTransport >= PORTS
                && ip.fragmentOffset() == 0
                && (ip.protocol() == IpProtocol.TCP || ip.protocol() == IpProtocol.UDP);
    }

    int protocol() {
        return ip.protocol();
    }

    int source() {
        return ip.source();
    }

    int destination() {
        return ip.destination();
    }

    int sourcePort() {
        return u16(SOURCE_PORT);
    }

    int destinationPort() {
        return u16(DESTINATION_PORT);
    }

    void rewriteSource(int address, int port) {
        patchChecksum(ip.source(), address, sourcePort(), port);
        ip.setSource(address);
        memory.set(U16, transport + SOURCE_PORT, (short) port);
    }

    void rewriteDestination(int address, int port) {
        patchChecksum(ip.destination(), address, destinationPort(), port);
        ip.setDestination(address);
        memory.set(U16, transport + DESTINATION_PORT, (short) port);
    }

    /** Where the quote goes as far as the checksum; 0 of UDP means there is none. */
    private void patchChecksum(int addressBefore, int address, int portBefore, int port) {
        boolean tcp = ip.protocol() == IpProtocol.TCP;
        int at = tcp ? TCP_CHECKSUM : UDP_CHECKSUM;
        if (quotedTransport < at + Short.BYTES || (!tcp && u16(at) == 0)) {
            return;
        }
        int patched = Checksum.update16(Checksum.update32(u16(at), addressBefore, address), portBefore, port);
        memory.set(U16, transport + at, (short) (patched == 0 && !tcp ? 0xFFFF : patched));
    }

    private int u16(int at) {
        return memory.get(U16, transport + at) & 0xFFFF;
    }
}
