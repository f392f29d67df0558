package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** ARP message view, for IPv4 over Ethernet (RFC 826). It follows an Ethernet header. */
public final class Arp extends HeaderView {
    /** Octets. */
    public static final int LENGTH = 28;
    /** Octets of a frame with nothing else in it. */
    public static final int FRAME_LENGTH = Ethernet.LENGTH + LENGTH;

    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    private static final int HARDWARE_TYPE = 0;
    private static final int OPERATION = 6;
    private static final int SENDER_MAC = 8;
    private static final int SENDER_ADDRESS = 14;
    private static final int TARGET_MAC = 18;
    private static final int TARGET_ADDRESS = 24;
    /** Hardware Ethernet (1), protocol IPv4, address lengths 6 and 4. */
    private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;

    public Arp wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /** Whether {@code available} octets at {@code offset} are ARP as this view reads it. */
    public static PacketFault check(MemorySegment memory, long offset, int available) {
        if (available < LENGTH) {
            return PacketFault.BAD_ARP;
        }
        return memory.get(U64, offset + HARDWARE_TYPE) >>> 16 == ETHERNET_IPV4 ? PacketFault.NONE : PacketFault.BAD_ARP;
    }

    public int operation() {
        return u16(OPERATION);
    }

    public long senderMac() {
        return u48(SENDER_MAC);
    }

    public int senderAddress() {
        return u32(SENDER_ADDRESS);
    }

    public long targetMac() {
        return u48(TARGET_MAC);
    }

    public int targetAddress() {
        return u32(TARGET_ADDRESS);
    }

    /** Writes the whole message. */
    public void set(int operation, long senderMac, int senderAddress, long targetMac, int targetAddress) {
        u64(HARDWARE_TYPE, ETHERNET_IPV4 << 16 | operation);
        u48(SENDER_MAC, senderMac);
        u32(SENDER_ADDRESS, senderAddress);
        u48(TARGET_MAC, targetMac);
        u32(TARGET_ADDRESS, targetAddress);
    }

    /**
     * Writes an Ethernet frame with a request for {@code target} at {@code frame}.
     *
     * @param destination who is asked: the broadcast address, or the known one to confirm it (RFC 1122 section 2.3.2.1)
     * @return octets written
     */
    public static int writeRequest(
            MemorySegment memory, long frame, long destination, long senderMac, int senderAddress, int target) {
        new Ethernet().wrap(memory, frame).set(destination, senderMac, Ethernet.TYPE_ARP);
        new Arp().wrap(memory, frame + Ethernet.LENGTH).set(REQUEST, senderMac, senderAddress, 0, target);
        return FRAME_LENGTH;
    }
}
