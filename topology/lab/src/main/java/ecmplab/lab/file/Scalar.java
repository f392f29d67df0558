package ecmplab.lab.file;

import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Text with a meaning.
 *
 * @param what completes "must be"
 * @param form what a JSON schema can say of it
 * @param parse throws IllegalArgumentException with a message for a person
 */
record Scalar<T>(String what, Form form, Function<String, T> parse) {
    /** What a JSON schema says. */
    sealed interface Form {
        record Matching(String pattern) implements Form {}

        record Whole(long least, long most) implements Form {}

        record YesNo() implements Form {}
    }

    /** Nodes and VMs; also their namespaces, and for VMs the name of the host's interface, hence 15 letters. */
    static final Scalar<String> NAME =
            matching("a name such as mux1 (a-z, 0-9, -; at most 15)", "^[a-z][a-z0-9-]{0,14}$");

    static final Scalar<String> LAB_NAME =
            matching("a name such as reference (a-z, 0-9, -; at most 32)", "^[a-z][a-z0-9-]{0,31}$");
    static final Scalar<String> DEVICE = matching("an interface name such as eth0", "^[a-z][a-z0-9._-]{0,14}$");
    static final Scalar<String> FILE = matching("the path of a file", "^.+$");
    static final Scalar<String> SENTENCE = matching("a text", "^.+$");
    static final Scalar<String> URL_PATH = matching("a path such as /health", "^/[!-~]*$");

    static final Scalar<Duration> DURATION = new Scalar<>(
            "a duration such as 3s, 500ms, 4m or 1h", new Form.Matching("^[0-9]+(ms|s|m|h)$"), Scalar::duration);

    static final Scalar<BfdTimers> BFD = new Scalar<>(
            "an interval and how many may be missed, such as 50ms x 3",
            new Form.Matching("^[0-9]+(ms|s) ?x ?[0-9]+$"),
            BfdTimers::parse);

    static final Scalar<RouterId> ROUTER_ID =
            new Scalar<>("a router id such as 10.0.0.1", new Form.Matching("^[0-9]+(\\.[0-9]+){3}$"), RouterId::parse);

    static final Scalar<MacAddress> MAC = new Scalar<>(
            "an Ethernet address such as 02:00:5e:10:00:01",
            new Form.Matching("^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$"),
            MacAddress::parse);

    static final Scalar<Asn> AS = new Scalar<>(
            "an AS number, 1 to 4294967295",
            new Form.Whole(1, 0xFFFF_FFFFL),
            text -> Asn.of(whole("AS number", text, 1, 0xFFFF_FFFFL)));

    static final Scalar<Vni> VNI = new Scalar<>(
            "a VNI, 1 to 16777215",
            new Form.Whole(1, 0xFF_FFFF),
            text -> new Vni((int) whole("VNI", text, 1, 0xFF_FFFF)));

    static final Scalar<Integer> PORT = number("port", 1, 0xFFFF);
    static final Scalar<Boolean> YES_NO = new Scalar<>("true or false", new Form.YesNo(), Scalar::yesNo);

    /** Slots of a Maglev table: a prime, so that every skip visits every slot. */
    static final Scalar<Integer> SLOTS =
            new Scalar<>("a prime, 7 to 655373, such as 65537 or 251", new Form.Whole(7, 655_373), Scalar::prime);

    static Scalar<Integer> number(String name, int least, int most) {
        return new Scalar<>("a " + name + ", " + least + " to " + most, new Form.Whole(least, most), text ->
                (int) whole(name, text, least, most));
    }

    /** What is wrong with {@code text}, if anything. */
    Optional<String> fault(String text) {
        try {
            Objects.requireNonNull(parse.apply(text));
            return Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }

    static Scalar<String> matching(String what, String pattern) {
        var compiled = Pattern.compile(pattern);
        return new Scalar<>(what, new Form.Matching(pattern), text -> {
            if (!compiled.matcher(text).matches()) {
                throw new IllegalArgumentException("'" + text + "': must be " + what);
            }
            return text;
        });
    }

    private static long whole(String name, String text, long least, long most) {
        if (text.matches("[0-9]{1,10}")) {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw new IllegalArgumentException(name + " '" + text + "': must be " + least + " to " + most);
    }

    static Duration duration(String text) {
        if (!text.matches("[0-9]{1,9}(ms|s|m|h)")) {
            throw new IllegalArgumentException("duration '" + text + "': must be such as 3s, 500ms, 4m or 1h");
        }
        long amount = Long.parseLong(text.replaceAll("[a-z]", ""));
        return switch (text.replaceAll("[0-9]", "")) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static boolean yesNo(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("'" + text + "': must be true or false");
        };
    }

    private static int prime(String text) {
        int value = (int) whole("slots", text, 7, 655_373);
        if (IntStream.iterate(2, divisor -> divisor * divisor <= value, divisor -> divisor + 1)
                .anyMatch(divisor -> value % divisor == 0)) {
            throw new IllegalArgumentException("slots '" + text + "': must be a prime, such as 65537 or 251");
        }
        return value;
    }
}
