package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What a key says of each address family: its value is one text, or a list with at most one of each family. */
record ByFamily<T>(Map<AddressFamily, T> values) {
    /** @param family of a value */
    static <T> ByFamily<T> of(
            Settings settings, String key, Scalar<T> scalar, Function<T, AddressFamily> family, Problems problems) {
        var values = new EnumMap<AddressFamily, T>(AddressFamily.class);
        for (var text : settings.each(key)) {
            var value = scalar.parse().apply(text.text());
            if (values.putIfAbsent(family.apply(value), value) != null) {
                problems.at(text.place(), text.text() + " is the second of its family: " + key + " has one of each");
            }
        }
        return new ByFamily<>(values);
    }

    Optional<T> ipv4() {
        return Optional.ofNullable(values.get(AddressFamily.IPV4_UNICAST));
    }

    Optional<T> ipv6() {
        return Optional.ofNullable(values.get(AddressFamily.IPV6_UNICAST));
    }
}
