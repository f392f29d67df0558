package ecmplab.lab.file;

import ecmplab.lab.file.Yaml.Entry;
import ecmplab.lab.file.Yaml.Items;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.lab.file.Yaml.Section;
import ecmplab.lab.file.Yaml.Text;
import ecmplab.lab.file.Yaml.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A section whose shape was checked, read key by key; for a node with what it inherits, every value still knowing its place.
 *
 * @param place of the section's own key
 */
record Settings(String name, Place place, Map<String, Entry> entries) {
    static Settings of(String name, Place place, Value value) {
        return new Settings(name, place, value instanceof Section section ? section.entries() : Map.of());
    }

    /** The sections under a key, by their free keys. */
    List<Settings> sections(String key) {
        return find(key)
                .filter(Section.class::isInstance)
                .map(Section.class::cast)
                .map(section -> section.entries().entrySet().stream()
                        .map(entry -> of(
                                entry.getKey(),
                                entry.getValue().place(),
                                entry.getValue().value()))
                        .toList())
                .orElse(List.of());
    }

    /** One section under a key; empty when it is absent. */
    Settings section(String key) {
        var entry = entries.get(key);
        return entry == null ? new Settings(key, place, Map.of()) : of(key, entry.place(), entry.value());
    }

    List<Value> list(String key) {
        return find(key)
                .map(value -> value instanceof Items items ? items.items() : List.<Value>of())
                .orElse(List.of());
    }

    List<Text> texts(String key) {
        return list(key).stream()
                .filter(Text.class::isInstance)
                .map(Text.class::cast)
                .toList();
    }

    /** The texts under a key that has one of them or a list. */
    List<Text> each(String key) {
        return find(key)
                .map(value -> value instanceof Text text ? List.of(text) : texts(key))
                .orElse(List.of());
    }

    <T> List<T> each(String key, Scalar<T> scalar) {
        return each(key).stream().map(text -> scalar.parse().apply(text.text())).toList();
    }

    /** A list under a free key, with the place of the key. */
    record Named(String name, Place place, List<Value> items) {}

    /** The lists under a key, by their free keys. */
    List<Named> lists(String key) {
        return find(key)
                .map(value -> value instanceof Section section ? section.entries() : Map.<String, Entry>of())
                .orElse(Map.of())
                .entrySet()
                .stream()
                .map(list -> new Named(
                        list.getKey(),
                        list.getValue().place(),
                        list.getValue().value() instanceof Items items ? items.items() : List.of()))
                .toList();
    }

    <T> Optional<T> get(String key, Scalar<T> scalar) {
        return find(key)
                .filter(Text.class::isInstance)
                .map(value -> scalar.parse().apply(((Text) value).text()));
    }

    <T> T get(String key, Scalar<T> scalar, T otherwise) {
        return get(key, scalar).orElse(otherwise);
    }

    /** A word as a constant: {@code on-failure} is {@code ON_FAILURE}. */
    <E extends Enum<E>> E word(String key, E otherwise) {
        return find(key)
                .map(value -> Enum.valueOf(
                        otherwise.getDeclaringClass(),
                        ((Text) value).text().replace('-', '_').toUpperCase(Locale.ROOT)))
                .orElse(otherwise);
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Where the value of a key stands, or the section when it is absent. */
    Place placeOf(String key) {
        return find(key).map(Value::place).orElse(place);
    }

    /** These settings over those {@code inherited} that {@code known} has. */
    Settings over(Map<String, Entry> inherited, Map<String, Shape.Key> known) {
        var merged = new HashMap<>(inherited);
        merged.keySet().retainAll(known.keySet());
        merged.putAll(entries);
        return new Settings(name, place, merged);
    }

    private Optional<Value> find(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }
}
