package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.PathAttribute.LargeCommunity;

/** Large communities (RFC 8092) by their three numbers. */
public record LargeCommunityPattern(Range global, Range local1, Range local2) {
    /**
     * Reads {@code 65000:1:2}, each part a number, a range or {@code *}.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static LargeCommunityPattern parse(String text) {
        var parts = text.split(":", -1);
        try {
            if (parts.length == 3) {
                return new LargeCommunityPattern(Range.parse(parts[0]), Range.parse(parts[1]), Range.parse(parts[2]));
            }
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(message(text), wrong);
        }
        throw new IllegalArgumentException(message(text));
    }

    /**
     * Reads one large community.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static LargeCommunity value(String text) {
        var pattern = parse(text);
        return new LargeCommunity(
                single(pattern.global, text), single(pattern.local1, text), single(pattern.local2, text));
    }

    public boolean matches(LargeCommunity community) {
        return global.has(community.global()) && local1.has(community.local1()) && local2.has(community.local2());
    }

    private static int single(Range range, String text) {
        if (range.min() != range.max()) {
            throw new IllegalArgumentException("large community '" + text + "': must be one, such as 65000:1:2");
        }
        return (int) range.min();
    }

    private static String message(String text) {
        return "large community '" + text + "': must be such as 65000:1:2 or 65000:1:*";
    }

    boolean fits(int first, int second, int third) {
        return global.has(first) && local1.has(second) && local2.has(third);
    }

    @Override
    public String toString() {
        return global + ":" + local1 + ":" + local2;
    }
}
