package ecmplab.packet;

import java.net.Inet6Address;
import java.net.InetAddress;

/** Addresses as people write them: IPv6 in its canonical text (RFC 5952), which the JDK does not write. */
public final class AddressText {
    private AddressText() {}

    /** Such as {@code 203.0.113.10}, {@code 2001:db8::10} or {@code fe80::1%eth0}. */
    public static String of(InetAddress address) {
        var text = address.getHostAddress();
        if (address instanceof Inet6Address ipv6) {
            int scope = text.indexOf('%');
            return Ipv6.text(Ipv6.high(ipv6), Ipv6.low(ipv6)) + (scope < 0 ? "" : text.substring(scope));
        }
        return text;
    }

    /** Such as {@code 203.0.113.10:80} or {@code [2001:db8::10]:80} (RFC 5952 section 6). */
    public static String of(InetAddress address, int port) {
        return address instanceof Inet6Address ? "[" + of(address) + "]:" + port : of(address) + ":" + port;
    }
}
