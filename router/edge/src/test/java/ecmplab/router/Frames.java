package ecmplab.router;

import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Frames of a client at {@code eth0}, for tests that need many or odd ones. */
final class Frames {
    private Frames() {}

    /** UDP from 10.0.0.2 to the VIP with this source port. */
    static byte[] udp(int sourcePort) {
        return ipv4("10.0.0.2", "203.0.113.10", 64, IpProtocol.UDP, 0x4000, payload(sourcePort, 32));
    }

    /** @param fragment flags and offset as they stand in the header */
    static byte[] ipv4(String source, String destination, int ttl, int protocol, int fragment, byte[] payload) {
        var frame = new byte[Ethernet.LENGTH + Ipv4.MIN_LENGTH + payload.length];
        var memory = MemorySegment.ofArray(frame);
        new Ethernet()
                .wrap(memory, 0)
                .set(RouterRig.routerMac(0).bits(), RouterRig.farMac(0).bits(), Ethernet.TYPE_IPV4);
        var ip = new Ipv4().wrap(memory, Ethernet.LENGTH);
        ip.set(
                0,
                frame.length - Ethernet.LENGTH,
                ttl,
                protocol,
                Ipv4.bits(RouterRig.address(source)),
                Ipv4.bits(RouterRig.address(destination)));
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), Ethernet.LENGTH + 6, (short)
                fragment);
        ip.updateChecksum();
        System.arraycopy(payload, 0, frame, frame.length - payload.length, payload.length);
        return frame;
    }

    /** A UDP datagram without checksum, to port 80. */
    static byte[] payload(int sourcePort, int length) {
        return ByteBuffer.allocate(length)
                .putShort((short) sourcePort)
                .putShort((short) 80)
                .putShort((short) length)
                .array();
    }

    /** The frame with one octet replaced and nothing else mended. */
    static byte[] with(byte[] frame, int at, int value) {
        var copy = frame.clone();
        copy[at] = (byte) value;
        return copy;
    }
}
