package ecmplab.mux.table;

import ecmplab.packet.AddressText;
import java.net.InetAddress;

/** What a client addresses: a virtual address, an IP protocol (6 TCP, 17 UDP) and a port; port 0 stands for all ports. */
public record EndpointId(InetAddress vip, int protocol, int port) {
    public EndpointId {
        if (port < 0 || port > 0xFFFF || protocol < 0 || protocol > 0xFF) {
            throw new IllegalArgumentException("endpoint " + protocol + ":" + port + ": no such protocol or port");
        }
    }

    /** Such as {@code tcp:203.0.113.10:80}, or {@code tcp:[2001:db8::10]:80}. */
    @Override
    public String toString() {
        var name = protocol == 6 ? "tcp" : protocol == 17 ? "udp" : Integer.toString(protocol);
        return name + ":" + AddressText.of(vip, port);
    }
}
