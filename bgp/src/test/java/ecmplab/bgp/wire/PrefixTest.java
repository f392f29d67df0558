package ecmplab.bgp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.10, 203.0.113.10/32",
        "203.0.113.255/24, 203.0.113.0/24",
        "0.0.0.0/0, 0.0.0.0/0",
        "255.255.255.255/1, 128.0.0.0/1",
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1/128",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1/128",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1/128",
        "2001:db8:ffff::/32, 2001:db8::/32",
        "::, ::/128",
        "::1, ::1/128",
        "::/0, ::/0",
        "1::, 1::/128",
        "1:0:0:2:0:0:0:0/64, 1:0:0:2::/64",
        "0:1:2:3:4:5:6:7, 0:1:2:3:4:5:6:7/128",
        "fe80:0:0:0:0:0:0:0/10, fe80::/10",
        "::ffff:192.0.2.1/128, ::ffff:c000:201/128"
    })
    void printsAsRfc5952Asks(String text, String canonical) {
        assertEquals(canonical, Prefix.parse(text).toString());
        assertEquals(Prefix.parse(text), Prefix.parse(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "host.example/32", "10.0.0.0/8/8"})
    void anythingElseIsRefusedWithItsText(String text) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Prefix.parse(text));
        assertTrue(refused.toString().contains("'" + text + "'"), refused::toString);
    }

    @Test
    void textAndBitsAgreeForRandomPrefixes() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            // Few bits set, so that runs of zero groups are common.
            long high = sparse(random);
            long low = sparse(random);
            var prefix = Prefix.v6(high, low, random.nextInt(129));
            assertEquals(prefix, Prefix.parse(prefix.toString()));
            var v4 = Prefix.v4(random.nextInt(), random.nextInt(33));
            assertEquals(v4, Prefix.parse(v4.toString()));
        }
    }

    private static long sparse(SplittableRandom random) {
        long bits = 0;
        for (int i = random.nextInt(6); i > 0; i--) {
            bits |= 1L << random.nextInt(64);
        }
        return bits;
    }

    @Test
    void anIpv4MappedAddressStaysIpv6() {
        var prefix = Prefix.v6(0, 0xFFFF_C000_0201L, 128);
        assertEquals(Inet6Address.class, prefix.address().getClass());
    }

    @Test
    void containsTheMoreSpecificOfItsFamilyOnly() {
        var ten = Prefix.parse("10.0.0.0/8");
        assertTrue(ten.contains(Prefix.parse("10.1.2.0/24")));
        assertTrue(ten.contains(ten));
        assertFalse(ten.contains(Prefix.parse("10.0.0.0/7")));
        assertFalse(ten.contains(Prefix.parse("11.0.0.0/24")));
        assertFalse(Prefix.parse("::/0").contains(ten));
        assertEquals(Prefix.parse("192.0.2.1/32"), Prefix.host(InetAddress.ofLiteral("192.0.2.1")));
    }
}
