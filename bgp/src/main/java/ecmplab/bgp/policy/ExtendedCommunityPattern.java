package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.wire.RouterId;

/**
 * Extended communities (RFC 4360) whose octets are {@code value} where {@code mask} has ones.
 *
 * @param text as it was written
 */
public record ExtendedCommunityPattern(String text, long mask, long value) {
    private static final long TYPE = 0xFFFFL << 48;
    private static final long TRANSITIVE_OR_NOT = 0x40L << 56;

    /**
     * Reads {@code rt:65000:100}, {@code soo:10.0.0.1:7}, {@code bandwidth:65000}, each last number perhaps {@code *}, or the eight
     * octets as {@code 0x0002fde800000064}.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static ExtendedCommunityPattern parse(String text) {
        try {
            if (text.startsWith("0x") && text.length() == 18) {
                return new ExtendedCommunityPattern(text, -1L, Long.parseUnsignedLong(text.substring(2), 16));
            }
            var parts = text.split(":", -1);
            if (parts.length == 2 && parts[0].equals("bandwidth")) {
                boolean any = parts[1].equals("*");
                long asn = any ? 0 : number(parts[1], 0xFFFF);
                long mask = (TYPE & ~TRANSITIVE_OR_NOT) | (any ? 0 : 0xFFFFL << 32);
                return new ExtendedCommunityPattern(text, mask, 0x0004L << 48 | asn << 32);
            }
            if (parts.length == 3 && (parts[0].equals("rt") || parts[0].equals("soo"))) {
                return administered(text, parts[0].equals("rt") ? 2 : 3, parts[1], parts[2]);
            }
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(message(text), wrong);
        }
        throw new IllegalArgumentException(message(text));
    }

    /**
     * Reads one extended community.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static ExtendedCommunity exactly(String text) {
        var pattern = parse(text);
        if (pattern.mask != -1L) {
            throw new IllegalArgumentException("extended community '" + text + "': must be one, such as rt:65000:100");
        }
        return ExtendedCommunity.of(pattern.value);
    }

    private static ExtendedCommunityPattern administered(String text, long subtype, String admin, String number) {
        boolean any = number.equals("*");
        if (admin.indexOf('.') >= 0) {
            long address = Integer.toUnsignedLong(RouterId.parse(admin).bits());
            return narrow(text, 0x01L << 56 | subtype << 48 | address << 16, any, number);
        }
        long asn = number(admin, 0xFFFF_FFFFL);
        if (asn > 0xFFFF) {
            return narrow(text, 0x02L << 56 | subtype << 48 | asn << 16, any, number);
        }
        long value = subtype << 48 | asn << 32;
        return any
                ? new ExtendedCommunityPattern(text, -1L << 32, value)
                : new ExtendedCommunityPattern(text, -1L, value | number(number, 0xFFFF_FFFFL));
    }

    private static ExtendedCommunityPattern narrow(String text, long value, boolean any, String number) {
        return any
                ? new ExtendedCommunityPattern(text, -1L << 16, value)
                : new ExtendedCommunityPattern(text, -1L, value | number(number, 0xFFFF));
    }

    private static long number(String text, long largest) {
        long number = Long.parseLong(text);
        if (number < 0 || number > largest) {
            throw new IllegalArgumentException(text + ": must be 0 to " + largest);
        }
        return number;
    }

    private static String message(String text) {
        return "extended community '" + text
                + "': must be such as rt:65000:100, soo:10.0.0.1:7, bandwidth:65000, or 0x and" + " 16 hex digits";
    }

    boolean fits(long community) {
        return (community & mask) == value;
    }

    @Override
    public String toString() {
        return text;
    }
}
