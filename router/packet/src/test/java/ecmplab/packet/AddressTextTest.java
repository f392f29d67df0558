package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class AddressTextTest {
    @Test
    void ipv6IsWrittenAsRfc5952WantsIt() {
        assertEquals("2001:db8::10", AddressText.of(InetAddress.ofLiteral("2001:DB8:0:0:0:0:0:10")));
        assertEquals("203.0.113.10", AddressText.of(InetAddress.ofLiteral("203.0.113.10")));
    }

    @Test
    void aPortStandsOutsideTheBracketsOfAnIpv6Address() {
        assertEquals("[2001:db8::10]:80", AddressText.of(InetAddress.ofLiteral("2001:db8::10"), 80));
        assertEquals("203.0.113.10:80", AddressText.of(InetAddress.ofLiteral("203.0.113.10"), 80));
    }
}
