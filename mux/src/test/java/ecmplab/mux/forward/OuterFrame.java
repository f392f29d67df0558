package ecmplab.mux.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.testkit.Hex;
import java.nio.ByteBuffer;

/**
 * A VXLAN frame read field by field from RFC 7348 section 5, without the code under test; what must always be so is asserted.
 *
 * @param tag the inner Ethernet source
 * @param innerTtl of the inner IPv4 packet, {@code inner} its hex text
 */
record OuterFrame(
        long destinationMac,
        long sourceMac,
        int source,
        int destination,
        int sourcePort,
        int vni,
        long innerDestinationMac,
        long tag,
        int innerTtl,
        String inner) {
    static OuterFrame read(byte[] frame) {
        var octets = ByteBuffer.wrap(frame);
        long destinationMac = mac(octets);
        long sourceMac = mac(octets);
        assertEquals(0x0800, octets.getShort(), "EtherType");

        assertChecksum(frame, 14);
        assertEquals(0x45, octets.get(), "version and header length");
        assertEquals(0, octets.get(), "DSCP and ECN");
        assertEquals(frame.length - 14, octets.getShort(), "total length");
        octets.getShort();
        assertEquals(0x4000, octets.getShort(), "do not fragment");
        assertEquals(64, octets.get(), "TTL");
        assertEquals(17, octets.get(), "protocol");
        octets.getShort();
        int source = octets.getInt();
        int destination = octets.getInt();

        int sourcePort = octets.getShort() & 0xFFFF;
        assertEquals(4789, octets.getShort(), "destination port");
        assertEquals(frame.length - 34, octets.getShort(), "UDP length");
        assertEquals(0, octets.getShort(), "UDP checksum");

        assertEquals(0x0800_0000, octets.getInt(), "VXLAN flags: I, and reserved bits 0");
        int vni = octets.getInt();
        assertEquals(0, vni & 0xFF, "reserved octet");

        long innerDestinationMac = mac(octets);
        long tag = mac(octets);
        assertEquals(0x0800, octets.getShort(), "inner EtherType");
        var inner = new byte[octets.remaining()];
        octets.get(inner);
        assertChecksum(inner, 0);
        return new OuterFrame(
                destinationMac,
                sourceMac,
                source,
                destination,
                sourcePort,
                vni >>> 8,
                innerDestinationMac,
                tag,
                inner[8] & 0xFF,
                Hex.text(inner));
    }

    int generation() {
        return (int) (tag >>> 16) & 0xFFFF;
    }

    boolean isFromFlowTable() {
        return (tag >>> 8 & 1) != 0;
    }

    private static long mac(ByteBuffer octets) {
        return (octets.getShort() & 0xFFFFL) << 32 | (octets.getInt() & 0xFFFF_FFFFL);
    }

    /** The header's words add up to all ones (RFC 1071). */
    private static void assertChecksum(byte[] packet, int at) {
        int sum = 0;
        for (int i = 0; i < (packet[at] & 0xF) * 4; i += 2) {
            sum += (packet[at + i] & 0xFF) << 8 | (packet[at + i + 1] & 0xFF);
        }
        assertEquals(0xFFFF, (sum & 0xFFFF) + (sum >>> 16), "IPv4 header checksum");
    }
}
