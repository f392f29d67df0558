package ecmplab.lab.file;

import ecmplab.lab.file.Yaml.Items;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.lab.file.Yaml.Section;
import ecmplab.lab.file.Yaml.Text;
import ecmplab.lab.file.Yaml.Value;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * What may stand at a place of a lab file. The one table of shapes ({@link LabShapes}) is what the loader checks a file
 * against and what the JSON schema is made from, so the two cannot differ.
 */
sealed interface Shape {
    /** Names the thing in messages: "must be a duration such as 3s". */
    String what();

    /** Text that a {@link Scalar} understands. */
    record Plain(Scalar<?> scalar) implements Shape {
        @Override
        public String what() {
            return scalar.what();
        }
    }

    /** One of some words. */
    record Words(List<String> words) implements Shape {
        @Override
        public String what() {
            return words.stream().collect(Collectors.joining(", ", "one of ", ""));
        }
    }

    record ListOf(Shape item, String what) implements Shape {}

    /** @param key what the free keys are */
    record MapOf(Scalar<?> key, Shape value, String what) implements Shape {}

    /** Fixed keys. */
    record Keys(String what, Map<String, Key> keys) implements Shape {
        public Keys {
            keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        }

        static Keys of(String what, Key... keys) {
            var byName = new LinkedHashMap<String, Key>();
            for (var key : keys) {
                byName.put(key.name(), key);
            }
            return new Keys(what, byName);
        }
    }

    /** Fixed keys that depend on the word of one of them. */
    record ByKind(String what, String discriminator, Map<String, Keys> kinds) implements Shape {}

    /** The text form of something that also has a long form. */
    record ShortOr(Shape brief, Shape full) implements Shape {
        @Override
        public String what() {
            return brief.what() + ", or " + full.what();
        }
    }

    record Key(String name, Shape shape, boolean required, String about) {
        static Key must(String name, Shape shape, String about) {
            return new Key(name, shape, true, about);
        }

        static Key may(String name, Shape shape, String about) {
            return new Key(name, shape, false, about);
        }
    }

    /** Tells {@code problems} about every difference between {@code value} and this shape. */
    default void check(Value value, BiConsumer<Place, String> problems) {
        switch (this) {
            case Plain(Scalar<?> scalar) -> {
                if (!(value instanceof Text text)) {
                    problems.accept(value.place(), "must be " + scalar.what());
                } else {
                    scalar.fault(text.text()).ifPresent(fault -> problems.accept(text.place(), fault));
                }
            }
            case Words(List<String> words) -> {
                if (!(value instanceof Text text)) {
                    problems.accept(value.place(), "must be " + what());
                } else if (!words.contains(text.text())) {
                    problems.accept(
                            text.place(),
                            "'" + text.text() + "' is unknown here: must be " + what() + hint(text.text(), words));
                }
            }
            case ListOf(Shape item, String what) -> {
                if (value instanceof Items list) {
                    list.items().forEach(each -> item.check(each, problems));
                } else {
                    problems.accept(value.place(), "must be a list: " + what);
                }
            }
            case MapOf(Scalar<?> free, Shape each, String what) ->
                section(value, what, problems)
                        .ifPresent(section -> section.entries().forEach((key, entry) -> {
                            free.fault(key).ifPresent(fault -> problems.accept(entry.place(), fault));
                            each.check(entry.value(), problems);
                        }));
            case Keys keys ->
                section(value, keys.what(), problems).ifPresent(section -> checkKeys(keys, section, problems));
            case ByKind kinds ->
                section(value, kinds.what(), problems).ifPresent(section -> checkKind(kinds, section, problems));
            case ShortOr(Shape brief, Shape full) -> (value instanceof Text ? brief : full).check(value, problems);
        }
    }

    private static void checkKeys(Keys keys, Section section, BiConsumer<Place, String> problems) {
        section.entries().forEach((name, entry) -> {
            var key = keys.keys().get(name);
            if (key == null) {
                problems.accept(
                        entry.place(),
                        "unknown key '" + name + "' of " + keys.what()
                                + hint(name, List.copyOf(keys.keys().keySet())));
            } else {
                key.shape().check(entry.value(), problems);
            }
        });
        keys.keys().values().stream()
                .filter(key -> key.required() && !section.entries().containsKey(key.name()))
                .forEach(key ->
                        problems.accept(section.place(), keys.what() + " needs '" + key.name() + "': " + key.about()));
    }

    private static void checkKind(ByKind kinds, Section section, BiConsumer<Place, String> problems) {
        var words = new Words(List.copyOf(kinds.kinds().keySet()));
        var kind = section.find(kinds.discriminator());
        if (kind.isEmpty()) {
            problems.accept(section.place(), kinds.what() + " needs '" + kinds.discriminator() + "': " + words.what());
        } else if (kind.get() instanceof Text text && kinds.kinds().containsKey(text.text())) {
            checkKeys(kinds.kinds().get(text.text()), section, problems);
        } else {
            words.check(kind.get(), problems);
        }
    }

    /** An empty value ({@code vips:} with nothing after it) is an empty section. */
    private static Optional<Section> section(Value value, String what, BiConsumer<Place, String> problems) {
        return switch (value) {
            case Section section -> Optional.of(section);
            case Text text when text.text().isEmpty() -> Optional.of(new Section(Map.of(), text.place()));
            case Text text -> {
                problems.accept(text.place(), "'" + text.text() + "': must be the keys of " + what);
                yield Optional.empty();
            }
            case Items list -> {
                problems.accept(list.place(), "is a list: must be the keys of " + what);
                yield Optional.empty();
            }
        };
    }

    /** {@code : did you mean 'x'?} when a known word is near, else what is known. */
    static String hint(String word, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .filter(nearest -> distance(word, nearest) <= Math.max(2, word.length() / 3))
                .map(nearest -> ": did you mean '" + nearest + "'?")
                .orElse(known.isEmpty() ? "" : ": known are " + String.join(", ", known));
    }

    /** How many letters to add, drop or replace (Levenshtein). */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
