package ecmplab.bgp.policy;

import java.util.Map;

/** Standard communities (RFC 1997) by their two halves. */
public record CommunityPattern(Range upper, Range lower) {
    /** Names of the IANA registry, as routers write them. */
    public static final Map<String, Integer> WELL_KNOWN = Map.of(
            "graceful-shutdown", 0xFFFF_0000,
            "accept-own", 0xFFFF_0001,
            "llgr-stale", 0xFFFF_0006,
            "no-llgr", 0xFFFF_0007,
            "blackhole", 0xFFFF_029A,
            "no-export", 0xFFFF_FF01,
            "no-advertise", 0xFFFF_FF02,
            "local-as", 0xFFFF_FF03,
            "no-peer", 0xFFFF_FF04);

    public CommunityPattern {
        if (upper.min() > 0xFFFF || lower.min() > 0xFFFF) {
            throw new IllegalArgumentException("community " + upper + ":" + lower + ": each half must be 0 to 65535");
        }
    }

    /**
     * Reads {@code 65000:100}, {@code 65000:*}, {@code *:100-199} or a well-known name.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static CommunityPattern parse(String text) {
        var known = WELL_KNOWN.get(text);
        if (known != null) {
            return exactly(known);
        }
        var parts = text.split(":", -1);
        try {
            if (parts.length == 2) {
                return new CommunityPattern(half(parts[0]), half(parts[1]));
            }
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(message(text), wrong);
        }
        throw new IllegalArgumentException(message(text));
    }

    /**
     * Reads one community: {@code 65000:100} or a well-known name.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static int value(String text) {
        var pattern = parse(text);
        if (!pattern.isExact()) {
            throw new IllegalArgumentException("community '" + text + "': must be one community, such as 65000:100");
        }
        return pattern.exact();
    }

    public boolean matches(int community) {
        return upper.has(community >>> 16) && lower.has(community & 0xFFFF);
    }

    /** Such as {@code 65000:100}, or the well-known name. */
    public static String text(int community) {
        for (var known : WELL_KNOWN.entrySet()) {
            if (known.getValue() == community) {
                return known.getKey();
            }
        }
        return (community >>> 16) + ":" + (community & 0xFFFF);
    }

    private static CommunityPattern exactly(int value) {
        return new CommunityPattern(new Range(value >>> 16, value >>> 16), new Range(value & 0xFFFF, value & 0xFFFF));
    }

    private static Range half(String text) {
        var range = Range.parse(text);
        if (!range.equals(Range.ANY) && range.max() > 0xFFFF) {
            throw new IllegalArgumentException(text + ": must be at most 65535");
        }
        return range;
    }

    private static String message(String text) {
        return "community '" + text + "': must be such as 65000:100, 65000:*, no-export";
    }

    /** Whether only {@link #exact} fits. */
    boolean isExact() {
        return upper.min() == upper.max() && lower.min() == lower.max();
    }

    int exact() {
        return (int) (upper.min() << 16 | lower.min());
    }

    boolean fits(int community) {
        return upper.has(community >>> 16) && lower.has(community & 0xFFFF);
    }

    @Override
    public String toString() {
        return isExact() ? text(exact()) : upper + ":" + lower;
    }
}
