package ecmplab.hostagent.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Tcp;
import java.lang.foreign.MemorySegment;

/** A packet with a TCP reset and nothing else, of either family, as it is put together and written. The forwarding thread's. */
final class TcpReset {
    private static final int HOP_LIMIT = 64;

    private final Ipv4 ipv4 = new Ipv4();
    private final Ipv6 ipv6 = new Ipv6();
    private final Tcp tcp = new Tcp();

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;

    TcpReset from(long high, long low, int port) {
        sourceHigh = high;
        sourceLow = low;
        sourcePort = port;
        return this;
    }

    TcpReset to(long high, long low, int port) {
        destinationHigh = high;
        destinationLow = low;
        destinationPort = port;
        return this;
    }

    /**
     * Writes the packet into the frame at {@code frame}, whose Ethernet header is the caller's to write.
     *
     * @param flags besides RST
     * @return octets of the frame
     */
    int write(MemorySegment memory, long frame, int sequence, int acknowledgement, int flags) {
        long at = frame + Ethernet.LENGTH;
        boolean isIpv4 = Ipv6.isMapped(destinationHigh, destinationLow);
        int headerLength = isIpv4 ? Ipv4.MIN_LENGTH : Ipv6.LENGTH;
        tcp.wrap(memory, at + headerLength)
                .set(sourcePort, destinationPort, sequence, acknowledgement, Tcp.RST | flags, 0);
        if (isIpv4) {
            ipv4.wrap(memory, at)
                    .set(0, headerLength + Tcp.MIN_LENGTH, HOP_LIMIT, IpProtocol.TCP, (int) sourceLow, (int)
                            destinationLow);
            tcp.updateChecksum(ipv4);
        } else {
            ipv6.wrap(memory, at).set(Tcp.MIN_LENGTH, IpProtocol.TCP, HOP_LIMIT);
            ipv6.setSource(sourceHigh, sourceLow);
            ipv6.setDestination(destinationHigh, destinationLow);
            tcp.updateChecksum(ipv6, Tcp.MIN_LENGTH);
        }
        return Ethernet.LENGTH + headerLength + Tcp.MIN_LENGTH;
    }
}
