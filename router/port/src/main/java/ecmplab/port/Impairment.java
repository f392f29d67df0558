package ecmplab.port;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What one direction of a port does to frames on purpose, as a bad line would.
 *
 * @param loss part of the frames that is lost, 0 to 1
 * @param duplicate part of the frames that comes twice
 * @param reorder part of the frames that is not delayed, and so overtakes others; only with a delay
 * @param delay that every frame waits
 * @param jitter by which the delay varies at most, evenly in both directions; frames keep their order all the same
 * @param bitsPerSecond of the line, Ethernet headers counted and nothing else; 0: as fast as it can
 * @param partition whether nothing passes at all
 */
public record Impairment(
        double loss,
        double duplicate,
        double reorder,
        Duration delay,
        Duration jitter,
        long bitsPerSecond,
        boolean partition) {
    /** How {@link #parse} wants to be told. */
    public static final String SYNTAX =
            "off | partition | [loss 5%] [duplicate 1%] [delay 20ms] [jitter 5ms] [reorder 10%] [rate 10mbit]";

    private static final Duration MAX_DELAY = Duration.ofSeconds(10);
    private static final long MIN_RATE = 1000;
    private static final long MAX_RATE = 1_000_000_000_000L;
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,6})?)%");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(us|ms|s)");
    private static final Pattern RATE = Pattern.compile("([0-9]{1,9})(kbit|mbit|gbit|bit)");

    public static final Impairment NONE = new Impairment(0, 0, 0, Duration.ZERO, Duration.ZERO, 0, false);
    public static final Impairment PARTITION = new Impairment(0, 0, 0, Duration.ZERO, Duration.ZERO, 0, true);

    /** @throws IllegalArgumentException when a value is beyond its limits, or values contradict */
    public Impairment {
        part("loss", loss);
        part("duplicate", duplicate);
        part("reorder", reorder);
        if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
            throw new IllegalArgumentException("delay " + text(delay) + ": must be 0 to " + text(MAX_DELAY));
        }
        if (jitter.isNegative() || jitter.compareTo(delay) > 0) {
            throw new IllegalArgumentException(
                    "jitter " + text(jitter) + ": must be at most the delay, " + text(delay));
        }
        if (reorder > 0 && delay.isZero()) {
            throw new IllegalArgumentException("reorder: needs a delay, which the frames that overtake do not have");
        }
        if (bitsPerSecond != 0 && (bitsPerSecond < MIN_RATE || bitsPerSecond > MAX_RATE)) {
            throw new IllegalArgumentException("rate " + bitsPerSecond + "bit: must be 1kbit to 1000gbit");
        }
    }

    private static void part(String what, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " " + percent(value) + ": must be 0% to 100%");
        }
    }

    /** Reads {@link #SYNTAX}, in any order. @throws IllegalArgumentException saying what is wrong and what was expected */
    public static Impairment parse(String text) {
        var words = List.of(text.strip().split("\\s+"));
        if (words.equals(List.of("off"))) {
            return NONE;
        }
        if (words.equals(List.of("partition"))) {
            return PARTITION;
        }
        double loss = 0;
        double duplicate = 0;
        double reorder = 0;
        var delay = Duration.ZERO;
        var jitter = Duration.ZERO;
        long rate = 0;
        for (var each = words.iterator(); each.hasNext(); ) {
            var word = each.next();
            switch (word) {
                case "loss" -> loss = percent(word, each);
                case "duplicate" -> duplicate = percent(word, each);
                case "reorder" -> reorder = percent(word, each);
                case "delay" -> delay = time(word, each);
                case "jitter" -> jitter = time(word, each);
                case "rate" -> rate = rate(word, each);
                default -> throw new IllegalArgumentException("'" + word + "': expected " + SYNTAX);
            }
        }
        return new Impairment(loss, duplicate, reorder, delay, jitter, rate, false);
    }

    private static double percent(String what, Iterator<String> rest) {
        var found = PERCENT.matcher(rest.hasNext() ? rest.next() : "");
        if (!found.matches()) {
            throw new IllegalArgumentException(what + ": expected a percentage such as 2.5%");
        }
        return Double.parseDouble(found.group(1)) / 100;
    }

    private static Duration time(String what, Iterator<String> rest) {
        var found = TIME.matcher(rest.hasNext() ? rest.next() : "");
        if (!found.matches()) {
            throw new IllegalArgumentException(what + ": expected a time such as 20ms or 500us");
        }
        long count = Long.parseLong(found.group(1));
        return switch (found.group(2)) {
            case "us" -> Duration.ofNanos(count * 1000);
            case "ms" -> Duration.ofMillis(count);
            default -> Duration.ofSeconds(count);
        };
    }

    private static long rate(String what, Iterator<String> rest) {
        var found = RATE.matcher(rest.hasNext() ? rest.next() : "");
        if (!found.matches()) {
            throw new IllegalArgumentException(what + ": expected a rate such as 512kbit, 10mbit or 1gbit");
        }
        long count = Long.parseLong(found.group(1));
        return switch (found.group(2)) {
            case "kbit" -> count * 1000;
            case "mbit" -> count * 1_000_000;
            case "gbit" -> count * 1_000_000_000;
            default -> count;
        };
    }

    public boolean isNone() {
        return equals(NONE);
    }

    /** Whether frames can have to wait. */
    boolean delays() {
        return !delay.isZero() || bitsPerSecond != 0;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        if (partition) {
            return "partition";
        }
        var words = new ArrayList<String>();
        if (loss > 0) {
            words.add("loss " + percent(loss));
        }
        if (duplicate > 0) {
            words.add("duplicate " + percent(duplicate));
        }
        if (!delay.isZero()) {
            words.add("delay " + text(delay));
        }
        if (!jitter.isZero()) {
            words.add("jitter " + text(jitter));
        }
        if (reorder > 0) {
            words.add("reorder " + percent(reorder));
        }
        if (bitsPerSecond != 0) {
            words.add("rate " + rate(bitsPerSecond));
        }
        return words.isEmpty() ? "off" : String.join(" ", words);
    }

    private static String percent(double part) {
        var digits = String.format(Locale.ROOT, "%.6f", part * 100);
        return digits.replaceAll("0+$", "").replaceAll("\\.$", "") + "%";
    }

    private static String text(Duration time) {
        return time.toNanos() % 1_000_000 == 0 ? time.toMillis() + "ms" : time.toNanos() / 1000 + "us";
    }

    private static String rate(long bits) {
        if (bits % 1_000_000 == 0) {
            return bits / 1_000_000 + "mbit";
        }
        return bits % 1000 == 0 ? bits / 1000 + "kbit" : bits + "bit";
    }
}
