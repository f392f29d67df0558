package ecmplab.hostagent.forward;

import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import java.lang.foreign.MemorySegment;

/** Turns a segment of a flow that nobody knows into the reset that answers it (RFC 9293 section 3.10.7.1), at a bounded rate. */
final class Resets {
    private static final long SECOND = 1_000_000_000L;

    private final int perSecond;
    private final Tcp tcp = new Tcp();
    private final TcpReset reset = new TcpReset();
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
     * Overwrites the TCP packet in the frame at {@code frame}, which is whole and no reset, with its reset.
     *
     * @param packet has read it
     * @return octets of the frame; its Ethernet header is the caller's to write
     */
    int answer(MemorySegment memory, PacketParser packet, long frame) {
        tcp.wrap(memory, packet.transport());
        int flags = tcp.flags();
        int sequence = tcp.sequence();
        int acknowledgement = tcp.acknowledgement();
        int length = packet.transportLength()
                - tcp.headerLength()
                + ((flags & Tcp.SYN) != 0 ? 1 : 0)
                + ((flags & Tcp.FIN) != 0 ? 1 : 0);
        boolean acknowledges = (flags & Tcp.ACK) != 0;
        return reset.from(packet.destinationHigh(), packet.destinationLow(), tcp.destinationPort())
                .to(packet.sourceHigh(), packet.sourceLow(), tcp.sourcePort())
                .write(
                        memory,
                        frame,
                        acknowledges ? acknowledgement : 0,
                        acknowledges ? 0 : sequence + length,
                        acknowledges ? 0 : Tcp.ACK);
    }
}
