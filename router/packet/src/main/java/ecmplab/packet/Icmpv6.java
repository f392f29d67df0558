package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** ICMPv6 header view (RFC 4443 section 2.1). */
public final class Icmpv6 extends HeaderView {
    /** Octets of type, code and checksum. */
    public static final int LENGTH = 4;

    public static final int ECHO_REQUEST = 128;
    public static final int ECHO_REPLY = 129;
    public static final int NEIGHBOR_SOLICITATION = 135;
    public static final int NEIGHBOR_ADVERTISEMENT = 136;

    private static final int TYPE = 0;
    private static final int CODE = 1;
    private static final int CHECKSUM = 2;

    public Icmpv6 wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    public int type() {
        return u8(TYPE);
    }

    public int code() {
        return u8(CODE);
    }

    public int checksum() {
        return u16(CHECKSUM);
    }

    /** Types below 128 are errors (RFC 4443 section 2.1). */
    public boolean isError() {
        return type() < 128;
    }

    /** Sets type and code; the checksum is the caller's to {@link #updateChecksum update}. */
    public void set(int type, int code) {
        u8(TYPE, type);
        u8(CODE, code);
    }

    /** Computes the checksum over {@code length} octets of message in {@code ip} and writes it. */
    public void updateChecksum(Ipv6 ip, int length) {
        u16(CHECKSUM, 0);
        u16(
                CHECKSUM,
                Checksum.finish(ip.pseudoHeader(IpProtocol.ICMPV6, length) + Checksum.sum(memory, offset, length)));
    }

    public boolean checksumValid(Ipv6 ip, int length) {
        return Checksum.fold(ip.pseudoHeader(IpProtocol.ICMPV6, length) + Checksum.sum(memory, offset, length))
                == 0xFFFF;
    }
}
