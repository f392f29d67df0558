package ecmplab.ovsdb.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a column of one row holds (RFC 7047 section 5.1, {@code <value>}): a set of atoms, of which a scalar is the case with one
 * element, or a map.
 *
 * @param keys in order, without duplicates
 * @param values beside the keys for a map, empty for a set
 */
public record Datum(boolean map, List<Atom> keys, List<Atom> values) {
    public static final Datum EMPTY_SET = new Datum(false, List.of(), List.of());
    public static final Datum EMPTY_MAP = new Datum(true, List.of(), List.of());

    public Datum {
        keys = List.copyOf(keys);
        values = List.copyOf(values);
        if (values.size() != (map ? keys.size() : 0)) {
            throw new IllegalArgumentException(keys.size() + " keys and " + values.size() + " values");
        }
    }

    public static Datum of(Atom atom) {
        return new Datum(false, List.of(atom), List.of());
    }

    public static Datum of(long value) {
        return of(new Atom.Int(value));
    }

    public static Datum of(boolean value) {
        return of(new Atom.Bool(value));
    }

    public static Datum of(String value) {
        return of(new Atom.Text(value));
    }

    public static Datum of(UUID value) {
        return of(new Atom.Ref(value));
    }

    public static Datum set(Collection<? extends Atom> atoms) {
        return new Datum(false, List.copyOf(new TreeSet<>(atoms)), List.of());
    }

    public static Datum strings(Collection<String> texts) {
        return set(texts.stream().map(Atom.Text::new).toList());
    }

    public static Datum entry(Atom key, Atom value) {
        return new Datum(true, List.of(key), List.of(value));
    }

    public static Datum map(Map<? extends Atom, ? extends Atom> entries) {
        var sorted = new TreeMap<Atom, Atom>(entries);
        return new Datum(true, List.copyOf(sorted.keySet()), List.copyOf(sorted.values()));
    }

    public static Datum stringMap(Map<String, String> entries) {
        var atoms = new TreeMap<Atom, Atom>();
        entries.forEach((key, value) -> atoms.put(new Atom.Text(key), new Atom.Text(value)));
        return map(atoms);
    }

    public boolean isEmpty() {
        return keys.isEmpty();
    }

    public int size() {
        return keys.size();
    }

    public boolean contains(Atom key) {
        return Collections.binarySearch(keys, key) >= 0;
    }

    /** The value beside {@code key} of a map. */
    public Optional<Atom> get(Atom key) {
        int at = Collections.binarySearch(keys, key);
        return at < 0 || !map ? Optional.empty() : Optional.of(values.get(at));
    }

    /** Entries of a map, in order of their keys; of a set, each element beside itself. */
    public SortedMap<Atom, Atom> entries() {
        var entries = new TreeMap<Atom, Atom>();
        for (int i = 0; i < keys.size(); i++) {
            entries.put(keys.get(i), map ? values.get(i) : keys.get(i));
        }
        return entries;
    }

    /** Whether every element (for a map: every pair) of {@code other} is in this datum. */
    public boolean includes(Datum other) {
        for (int i = 0; i < other.keys.size(); i++) {
            int at = Collections.binarySearch(keys, other.keys.get(i));
            if (at < 0 || (map && !values.get(at).equals(other.values.get(i)))) {
                return false;
            }
        }
        return true;
    }

    /** Whether no element (for a map: no pair) of {@code other} is in this datum. */
    public boolean excludes(Datum other) {
        for (int i = 0; i < other.keys.size(); i++) {
            int at = Collections.binarySearch(keys, other.keys.get(i));
            if (at >= 0 && (!map || values.get(at).equals(other.values.get(i)))) {
                return false;
            }
        }
        return true;
    }

    /** Adds what {@code other} has; keys that a map has already keep their values (RFC 7047 section 5.1, {@code insert}). */
    public Datum plus(Datum other) {
        var all = other.entries();
        all.putAll(entries());
        return rebuilt(all);
    }

    /** Removes the elements of {@code other}; from a map, the pairs of a map or the keys of a set. */
    public Datum minus(Datum other) {
        var left = entries();
        for (int i = 0; i < other.keys.size(); i++) {
            var key = other.keys.get(i);
            if (!map || !other.map || other.values.get(i).equals(left.get(key))) {
                left.remove(key);
            }
        }
        return rebuilt(left);
    }

    private Datum rebuilt(SortedMap<Atom, Atom> entries) {
        return new Datum(map, List.copyOf(entries.keySet()), map ? List.copyOf(entries.values()) : List.of());
    }

    /**
     * What turns this datum into {@code next}, in the form of {@code update2} and {@code update3}: the new value of a column
     * with at most one element, else the elements that are in one of both only, where a map's changed pairs have their new
     * value.
     */
    public Datum difference(Datum next, ColumnType type) {
        if (type.max() == 1) {
            return next;
        }
        var difference = new TreeMap<Atom, Atom>();
        var before = entries();
        var after = next.entries();
        after.forEach((key, value) -> {
            if (!value.equals(before.get(key))) {
                difference.put(key, value);
            }
        });
        before.forEach((key, value) -> {
            if (!after.containsKey(key)) {
                difference.put(key, value);
            }
        });
        return rebuilt(difference);
    }

    /** Undoes {@link #difference}: {@code before.apply(before.difference(after))} is {@code after}. */
    public Datum apply(Datum difference, ColumnType type) {
        if (type.max() == 1) {
            return difference;
        }
        var result = entries();
        difference.entries().forEach((key, value) -> {
            if (value.equals(result.get(key))) {
                result.remove(key);
            } else {
                result.put(key, value);
            }
        });
        return rebuilt(result);
    }

    /** Reads a value of {@code type} with all of its constraints. */
    public static Datum parse(JsonNode json, ColumnType type, Atom.Names names) throws OvsdbException {
        var entries = new TreeMap<Atom, Atom>();
        var valueType = type.value();
        if (valueType != null) {
            for (var pair : elements(json, "map")) {
                if (!pair.isArray() || pair.size() != 2) {
                    throw OvsdbError.syntax(pair, "expected 2-element array").exception();
                }
                put(entries, atom(pair.get(0), type.key(), names), atom(pair.get(1), valueType, names), pair);
            }
        } else if (isTagged(json, "set")) {
            for (var element : elements(json, "set")) {
                var atom = atom(element, type.key(), names);
                put(entries, atom, atom, element);
            }
        } else {
            var atom = atom(json, type.key(), names);
            entries.put(atom, atom);
        }
        var keys = List.copyOf(entries.keySet());
        var datum = new Datum(type.isMap(), keys, type.isMap() ? List.copyOf(entries.values()) : List.of());
        if (!datum.isSizeOf(type)) {
            throw OvsdbError.syntax(json, datum.sizeMismatch(type)).exception();
        }
        return datum;
    }

    /** Reads a {@link #difference}, which may have more elements than a value of {@code type}. */
    public static Datum parseDifference(JsonNode json, ColumnType type) throws OvsdbException {
        return parse(json, type.max() == 1 ? type : type.anySize(), Atom.Names.NONE);
    }

    private static void put(Map<Atom, Atom> entries, Atom key, Atom value, JsonNode json) throws OvsdbException {
        if (entries.put(key, value) != null) {
            throw OvsdbError.constraint("duplicate element").about(json).exception();
        }
    }

    private static Atom atom(JsonNode json, BaseType type, Atom.Names names) throws OvsdbException {
        var atom = Atom.parse(json, type.type(), names);
        type.check(atom);
        return atom;
    }

    private static boolean isTagged(JsonNode json, String tag) {
        return json.isArray()
                && json.size() == 2
                && json.get(0).isString()
                && json.get(0).stringValue().equals(tag)
                && json.get(1).isArray();
    }

    private static Collection<JsonNode> elements(JsonNode json, String tag) throws OvsdbException {
        if (!isTagged(json, tag)) {
            throw OvsdbError.syntax(json, "expected [\"" + tag + "\", <array>]").exception();
        }
        return json.get(1).values();
    }

    private boolean isSizeOf(ColumnType type) {
        return size() >= type.min() && size() <= type.max();
    }

    private String sizeMismatch(ColumnType type) {
        return (map ? "map" : "set") + " must have " + type.min() + " to "
                + (type.max() == ColumnType.UNLIMITED ? "unlimited" : type.max()) + " members but " + size()
                + " are present";
    }

    /** Throws a constraint violation when a datum that was computed does not fit {@code type}. */
    void check(ColumnType type) throws OvsdbException {
        for (var key : keys) {
            type.key().check(key);
        }
        var valueType = type.value();
        if (valueType != null) {
            for (var value : values) {
                valueType.check(value);
            }
        }
        if (!isSizeOf(type)) {
            throw OvsdbError.constraint(sizeMismatch(type)).exception();
        }
    }

    public JsonNode toJson() {
        var factory = JsonNodeFactory.instance;
        if (!map && keys.size() == 1) {
            return keys.getFirst().toJson();
        }
        var elements = new ArrayList<JsonNode>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            var key = keys.get(i).toJson();
            elements.add(map ? factory.arrayNode().add(key).add(values.get(i).toJson()) : key);
        }
        return factory.arrayNode()
                .add(map ? "map" : "set")
                .add(factory.arrayNode().addAll(elements));
    }

    private @Nullable Atom only() {
        return map || keys.size() != 1 ? null : keys.getFirst();
    }

    /** The one string; throws {@link IllegalStateException} where there is none. The same for the other types. */
    public String text() {
        return only() instanceof Atom.Text(String value) ? value : wrong("string");
    }

    public long integer() {
        return only() instanceof Atom.Int(long value) ? value : Long.parseLong(wrong("integer"));
    }

    public boolean bool() {
        return only() instanceof Atom.Bool(boolean value) ? value : Boolean.parseBoolean(wrong("boolean"));
    }

    public UUID uuid() {
        return only() instanceof Atom.Ref(UUID value) ? value : UUID.fromString(wrong("uuid"));
    }

    private String wrong(String expected) {
        throw new IllegalStateException(toJson() + ": expected one " + expected);
    }

    /** All strings of a set of strings, in order. */
    public List<String> texts() {
        return keys.stream()
                .map(key -> key instanceof Atom.Text(String value) ? value : wrong("string"))
                .toList();
    }

    /** All uuids of a set of uuids, in order. */
    public List<UUID> uuids() {
        return keys.stream()
                .map(key -> key instanceof Atom.Ref(UUID value) ? value : UUID.fromString(wrong("uuid")))
                .toList();
    }

    /** A map from strings to strings, in order of the keys. */
    public SortedMap<String, String> textMap() {
        var result = new TreeMap<String, String>();
        entries().forEach((key, value) -> result.put(of(key).text(), of(value).text()));
        return result;
    }
}
