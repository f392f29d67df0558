package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Udp;
import ecmplab.port.InterfacePort.Accept;
import ecmplab.testkit.Await;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the ports over packet sockets promise beyond {@link InterfacePortContract}. */
abstract class PacketPortContract extends InterfacePortContract {
    @Test
    void aPortDoesNotReceiveWhatItSends() throws Exception {
        var second = open("near", Accept.ALL);
        sendTo(far.mac().bits());
        Await.until("the frame arrives", () -> far.receive(new Burst(1)) == 1);
        assertEquals(0, second.receive(new Burst(1)));
    }

    @Test
    void aChecksumThatTheSenderLeftToItsNetworkCardIsCompleted() throws Exception {
        namespace.ip("address add 10.9.0.1/24 dev near");
        namespace.ip("neighbor add 10.9.0.2 lladdr 02:00:00:00:00:02 dev near nud permanent");
        var text = "a datagram of odd length".getBytes(StandardCharsets.US_ASCII);
        namespace.within(() -> {
            try (var socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(text, text.length - 1, InetAddress.getByName("10.9.0.2"), 9));
            }
            return null;
        });
        var parser = new PacketParser();
        var burst = new Burst(8);
        Await.until("the datagram arrives", () -> {
            burst.clear();
            return far.receive(burst) > 0
                    && parser.parse(far.pool().memory(), burst.address(0), burst.length(0)) == PacketFault.NONE
                    && parser.protocol() == IpProtocol.UDP;
        });
        var udp = new Udp().wrap(far.pool().memory(), parser.transport());
        assertTrue(udp.checksum() != 0);
        assertTrue(udp.checksumValid(new Ipv4().wrap(far.pool().memory(), parser.ip())));
    }
}
