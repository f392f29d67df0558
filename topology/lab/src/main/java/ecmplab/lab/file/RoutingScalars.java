package ecmplab.lab.file;

import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunity;
import ecmplab.bgp.policy.AsPathRegex;
import ecmplab.bgp.policy.CommunityPattern;
import ecmplab.bgp.policy.ExtendedCommunityPattern;
import ecmplab.bgp.policy.LargeCommunityPattern;
import ecmplab.bgp.policy.PrefixList;
import ecmplab.bgp.policy.Range;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.file.Scalar.Form;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Texts of the speaker's file, both families of addresses among them. */
final class RoutingScalars {
    private static final String SOME_ADDRESS = "^[0-9a-fA-F:.]+(%[a-z0-9._-]+)?$";
    private static final String SOME_PREFIX = "^[0-9a-fA-F:.]+/[0-9]+$";

    static final Scalar<InetAddress> ADDRESS = new Scalar<>(
            "an address such as 10.0.0.1 or 2001:db8::1", new Form.Matching(SOME_ADDRESS), RoutingScalars::address);

    static final Scalar<InetSocketAddress> SOCKET = new Scalar<>(
            "an address and a port such as 127.0.0.1:9342 or [::1]:9342",
            new Form.Matching("^([0-9.]+|\\[[0-9a-fA-F:.]+]):[0-9]{1,5}$"),
            RoutingScalars::socket);

    static final Scalar<Prefix> PREFIX = new Scalar<>(
            "a prefix such as 203.0.113.0/24 or 2001:db8::/32", new Form.Matching(SOME_PREFIX), RoutingScalars::prefix);

    /** An address alone stands for its host prefix. */
    static final Scalar<Prefix> ADDRESSES = new Scalar<>(
            "an address or prefix such as 10.0.0.1 or 10.0.0.0/24",
            new Form.Matching("^[0-9a-fA-F:.]+(/[0-9]+)?$"),
            RoutingScalars::prefix);

    static final Scalar<PrefixList.Entry> PREFIX_ENTRY = new Scalar<>(
            "a prefix such as 203.0.113.0/24, '203.0.113.0/24 le 32' or 'deny 203.0.113.0/24 ge 25 le 32'",
            new Form.Matching("^((permit|deny) +)?[0-9a-fA-F:.]+/[0-9]+( +(ge|le) +[0-9]+)*$"),
            RoutingScalars::entry);

    static final Scalar<String> NAME = matching("a name such as to-edge", "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$");

    static final Scalar<Range> RANGE = of(
            "a number such as 100, or 100-200, '>=100', '<=200'",
            "^(\\*|[0-9]+(-[0-9]+)?|[<>]= *[0-9]+)$",
            Range::parse);

    static final Scalar<Long> NUMBER = of("a number, 0 to 4294967295", "^[0-9]+$", RoutingScalars::number);

    static final Scalar<AsPathRegex> AS_PATH = of("a regular expression such as ^65001_", "^.+$", AsPathRegex::parse);

    static final Scalar<CommunityPattern> COMMUNITIES =
            of("a community such as 65000:100, '65000:*' or no-export", "^.+$", CommunityPattern::parse);

    static final Scalar<Integer> COMMUNITY =
            of("a community such as 65000:100 or no-export", "^.+$", CommunityPattern::value);

    static final Scalar<LargeCommunityPattern> LARGE_COMMUNITIES =
            of("a large community such as 65000:1:2 or '65000:1:*'", "^.+$", LargeCommunityPattern::parse);

    static final Scalar<LargeCommunity> LARGE_COMMUNITY =
            of("a large community such as 65000:1:2", "^.+$", LargeCommunityPattern::value);

    static final Scalar<ExtendedCommunityPattern> EXTENDED_COMMUNITIES =
            of("an extended community such as rt:65000:100 or 'rt:65000:*'", "^.+$", ExtendedCommunityPattern::parse);

    static final Scalar<ExtendedCommunity> EXTENDED_COMMUNITY =
            of("an extended community such as rt:65000:100", "^.+$", ExtendedCommunityPattern::exactly);

    /** Bits a second in the file, octets a second in the community. */
    static final Scalar<Float> BANDWIDTH = of(
            "a bandwidth in bits a second such as 10G, 2.5G or 100M",
            "^[0-9]+(\\.[0-9]+)?[KMGT]?$",
            RoutingScalars::bandwidth);

    private RoutingScalars() {}

    private static <T> Scalar<T> of(String what, String pattern, Function<String, T> parse) {
        return new Scalar<>(what, new Form.Matching(pattern), parse);
    }

    private static Scalar<String> matching(String what, String pattern) {
        return of(what, pattern, text -> {
            if (!text.matches(pattern)) {
                throw new IllegalArgumentException("'" + text + "': must be " + what);
            }
            return text;
        });
    }

    /** {@code 127.0.0.1:9342}. @throws IllegalArgumentException saying what is wrong */
    static InetSocketAddress socket(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "': must be an address and a port such as 127.0.0.1:9342");
        }
        var host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(text.substring(colon + 1)));
    }

    private static InetAddress address(String text) {
        try {
            int scope = text.indexOf('%');
            if (scope < 0) {
                return plain(onlyAddress(text), Prefix.parse(text)).address();
            }
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "address '" + text + "': must be such as 10.0.0.1, 2001:db8::1 or fe80::1%eth0", wrong);
        }
    }

    /** The JDK reads 010.0.0.1 as 10.0.0.1, others as 8.0.0.1. */
    private static Prefix plain(String text, Prefix read) {
        if (text.indexOf(':') < 0 && !read.address().getHostAddress().equals(text)) {
            throw new IllegalArgumentException(
                    "'" + text + "': must be plain, " + read.address().getHostAddress());
        }
        return read;
    }

    private static String onlyAddress(String text) {
        if (text.indexOf('/') >= 0) {
            throw new IllegalArgumentException("a prefix");
        }
        return text;
    }

    private static Prefix prefix(String text) {
        var prefix = Prefix.parse(text);
        int slash = text.indexOf('/');
        if (slash >= 0) {
            var address = text.substring(0, slash);
            var written = plain(address, Prefix.parse(address));
            if (written.high() != prefix.high() || written.low() != prefix.low()) {
                throw new IllegalArgumentException("prefix '" + text + "' has host bits: should it be " + prefix + "?");
            }
        }
        return prefix;
    }

    private static PrefixList.Entry entry(String text) {
        var words = List.of(text.strip().split(" +"));
        boolean named = words.getFirst().equals("permit") || words.getFirst().equals("deny");
        boolean permit = !words.getFirst().equals("deny");
        var rest = words.subList(named ? 1 : 0, words.size());
        if (rest.isEmpty() || rest.size() % 2 == 0 || rest.getFirst().indexOf('/') < 0) {
            throw new IllegalArgumentException("'" + text + "': must be " + PREFIX_ENTRY.what());
        }
        var prefix = prefix(rest.getFirst());
        int ge = -1;
        int le = -1;
        for (int i = 1; i < rest.size(); i += 2) {
            int length = length(text, rest.get(i + 1));
            switch (rest.get(i)) {
                case "ge" -> ge = length;
                case "le" -> le = length;
                default ->
                    throw new IllegalArgumentException(
                            "'" + text + "': '" + rest.get(i) + "' must be ge or le, with a prefix length");
            }
        }
        // As in a router: ge alone is to the end of the address, le alone from the prefix itself.
        int from = ge < 0 ? prefix.length() : ge;
        int to = le >= 0 ? le : ge >= 0 ? prefix.family().bits() : prefix.length();
        return new PrefixList.Entry(permit, prefix, from, to);
    }

    private static int length(String text, String number) {
        try {
            return Integer.parseInt(number);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("'" + text + "': '" + number + "' must be a prefix length", notANumber);
        }
    }

    private static long number(String text) {
        if (text.matches("[0-9]{1,10}") && Long.parseLong(text) <= 0xFFFF_FFFFL) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException("'" + text + "': must be a number, 0 to 4294967295");
    }

    private static float bandwidth(String text) {
        if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,6})?[KMGT]?")) {
            throw new IllegalArgumentException("'" + text + "': must be a bandwidth in bits a second such as 10G");
        }
        double scale = switch (text.toUpperCase(Locale.ROOT).charAt(text.length() - 1)) {
            case 'K' -> 1e3;
            case 'M' -> 1e6;
            case 'G' -> 1e9;
            case 'T' -> 1e12;
            default -> 1;
        };
        var digits = scale == 1 ? text : text.substring(0, text.length() - 1);
        return (float) (Double.parseDouble(digits) * scale / 8);
    }
}
