package ecmplab.bgp.policy;

/** Numbers from {@code min} to {@code max}, both within 0 to 4294967295. */
public record Range(long min, long max) {
    private static final long LARGEST = 0xFFFF_FFFFL;
    public static final Range ANY = new Range(0, LARGEST);

    public Range {
        if (min < 0 || max > LARGEST || min > max) {
            throw new IllegalArgumentException("range " + min + " to " + max + ": must ascend within 0 to " + LARGEST);
        }
    }

    /**
     * Reads {@code 7}, {@code 7-9}, {@code >=7}, {@code <=9} or {@code *}.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static Range parse(String text) {
        try {
            if (text.equals("*")) {
                return ANY;
            }
            if (text.startsWith(">=")) {
                return new Range(Long.parseLong(text.substring(2).strip()), LARGEST);
            }
            if (text.startsWith("<=")) {
                return new Range(0, Long.parseLong(text.substring(2).strip()));
            }
            int dash = text.indexOf('-');
            long min = Long.parseLong(dash < 0 ? text : text.substring(0, dash).strip());
            return new Range(
                    min,
                    dash < 0 ? min : Long.parseLong(text.substring(dash + 1).strip()));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'" + text + "': must be a number such as 100, or 100-200, >=100, <=200, *", notANumber);
        }
    }

    /** Whether the unsigned number is in the range. */
    boolean has(int bits) {
        long value = Integer.toUnsignedLong(bits);
        return min <= value && value <= max;
    }

    @Override
    public String toString() {
        if (equals(ANY)) {
            return "*";
        }
        return min == max ? Long.toString(min) : min + "-" + max;
    }
}
