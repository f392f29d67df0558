package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.file.Scalar.Form;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.function.Function;

/** Addresses of a lab: of nodes, so never link-local ones, and never looked up. */
final class AddressScalars {
    private static final String IPV4 = "[0-9]+(\\.[0-9]+){3}";
    private static final String EITHER = "[0-9a-fA-F:.]+";

    static final Scalar<InetAddress> ADDRESS =
            of("an address such as 203.0.113.10 or 2001:db8::10", "^" + EITHER + "$", AddressScalars::address);

    static final Scalar<InetAddress> IPV4_ADDRESS =
            of("an IPv4 address such as 203.0.113.10", "^" + IPV4 + "$", text -> onlyIpv4(text, address(text)));

    static final Scalar<InterfaceAddress> INTERFACE_ADDRESS = of(
            "an address with its prefix length such as 10.0.1.1/31 or 2001:db8::1/64",
            "^" + EITHER + "/[0-9]+$",
            AddressScalars::interfaceAddress);

    static final Scalar<Prefix> PREFIX =
            of("a prefix such as 10.1.0.0/16 or 2001:db8::/48", "^" + EITHER + "/[0-9]+$", AddressScalars::prefix);

    static final Scalar<Prefix> IPV4_PREFIX = of("a prefix such as 10.1.0.0/16", "^" + IPV4 + "/[0-9]+$", text -> {
        onlyIpv4(text, interfaceAddress(text).address());
        return prefix(text);
    });

    private AddressScalars() {}

    private static <T> Scalar<T> of(String what, String pattern, Function<String, T> parse) {
        return new Scalar<>(what, new Form.Matching(pattern), parse);
    }

    private static InetAddress address(String text) {
        try {
            return usable(text, InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "address '" + text + "': must be such as 203.0.113.10 or 2001:db8::10" + because(wrong), wrong);
        }
    }

    private static InterfaceAddress interfaceAddress(String text) {
        try {
            var read = InterfaceAddress.parse(text);
            usable(text.substring(0, text.indexOf('/')), read.address());
            return read;
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "address '" + text + "': must be such as 10.0.1.1/31 or 2001:db8::1/64" + because(wrong), wrong);
        }
    }

    private static Prefix prefix(String text) {
        var written = interfaceAddress(text);
        var prefix = written.prefix();
        if (!prefix.address().equals(written.address())) {
            throw new IllegalArgumentException("prefix '" + text + "' has host bits: should it be " + prefix + "?");
        }
        return prefix;
    }

    /** The JDK takes old forms such as 10.1 too, and reads ::ffff:10.0.0.1 as an IPv4 address. */
    private static InetAddress usable(String text, InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            if (!address.getHostAddress().equals(text)) {
                throw new IllegalArgumentException("not four octets");
            }
        } else if (text.indexOf('%') >= 0
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || address.isLoopbackAddress()) {
            throw new Unusable("no node beyond its link has it");
        }
        return address;
    }

    private static final class Unusable extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Unusable(String why) {
            super(why);
        }
    }

    private static String because(IllegalArgumentException wrong) {
        return wrong instanceof Unusable ? ", and " + wrong.getMessage() : "";
    }

    private static InetAddress onlyIpv4(String text, InetAddress address) {
        if (Prefix.host(address).family() != AddressFamily.IPV4_UNICAST) {
            throw new IllegalArgumentException("address '" + text + "': must be IPv4, such as 203.0.113.10");
        }
        return address;
    }
}
