package ecmplab.hostagent.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import java.lang.foreign.MemorySegment;

/** Turns a segment of a flow that nobody knows into the reset that answers it (RFC 9293 section 3.10.7.1), at a bounded rate. */
final class Resets {
    private static final long SECOND = 1_000_000_000L;
    private static final int TTL = 64;

    private final int perSecond;
    private final Ipv4 ip = new Ipv4();
    private final Tcp tcp = new Tcp();
    private long windowStart;
    private int sent;

    Resets(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Whether one more may be sent now; if so it counts as sent. */
    boolean permit(long nowNanos) {
        if (sent == 0 || nowNanos - windowStart >= SECOND) {
            windowStart = nowNanos;
            sent = 0;
        }
        if (sent == perSecond) {
            return false;
        }
        sent++;
        return true;
    }

    /**
     * Overwrites the TCP packet at {@code offset}, which is whole and no reset, with its reset.
     *
     * @return octets of the frame, with the Ethernet header before it, which is the caller's to write
     */
    int answer(MemorySegment memory, long offset) {
        ip.wrap(memory, offset);
        tcp.wrap(memory, ip.payload());
        int flags = tcp.flags();
        int sequence = tcp.sequence();
        int acknowledgement = tcp.acknowledgement();
        int sourcePort = tcp.sourcePort();
        int destinationPort = tcp.destinationPort();
        int source = ip.source();
        int destination = ip.destination();
        int length = ip.payloadLength()
                - tcp.headerLength()
                + ((flags & Tcp.SYN) != 0 ? 1 : 0)
                + ((flags & Tcp.FIN) != 0 ? 1 : 0);
        boolean acknowledges = (flags & Tcp.ACK) != 0;
        ip.set(0, Ipv4.MIN_LENGTH + Tcp.MIN_LENGTH, TTL, IpProtocol.TCP, destination, source);
        tcp.wrap(memory, ip.payload())
                .set(
                        destinationPort,
                        sourcePort,
                        acknowledges ? acknowledgement : 0,
                        acknowledges ? 0 : sequence + length,
                        acknowledges ? Tcp.RST : Tcp.RST | Tcp.ACK,
                        0);
        tcp.updateChecksum(ip);
        return Ethernet.LENGTH + Ipv4.MIN_LENGTH + Tcp.MIN_LENGTH;
    }
}
