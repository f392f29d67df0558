package ecmplab.lab.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ecmplab.packet.Checksum;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Udp;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class FloodTest {
    private static final Inet4Address HERE = (Inet4Address) InetAddress.ofLiteral("198.51.1.10");
    private static final InetSocketAddress THERE = new InetSocketAddress(InetAddress.ofLiteral("203.0.113.20"), 9);

    @Test
    void aFramesHeadersAreWhole() {
        var to = MacAddress.parse("02:00:00:00:00:01");
        var from = MacAddress.parse("02:00:00:00:00:02");
        var octets = FloodFrame.octets(to, from, HERE, THERE);
        assertEquals(60, octets.length);
        var memory = MemorySegment.ofArray(octets);
        assertEquals(to.bits(), new Ethernet().wrap(memory, 0).destination());
        var ip = new Ipv4().wrap(memory, Ethernet.LENGTH);
        assertEquals(46, ip.totalLength());
        assertEquals(0xCB00_7114, ip.destination());
        assertEquals(0, Checksum.of(memory, Ethernet.LENGTH, Ipv4.MIN_LENGTH));
        var udp = new Udp().wrap(memory, ip.payload());
        assertEquals(FloodFrame.FIRST_PORT, udp.sourcePort());
        assertEquals(9, udp.destinationPort());
    }

    @Test
    void numbersBeyondTheirRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> start(THERE, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> start(THERE, 1000, 3));
        var six = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 9);
        assertThrows(IllegalArgumentException.class, () -> start(six, 1000, 1));
    }

    private static void start(InetSocketAddress destination, long rate, int ports) throws Exception {
        Flood.start(destination, rate, ports, "eth0", HERE, HERE).close();
    }
}
