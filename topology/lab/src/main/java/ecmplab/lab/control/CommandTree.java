package ecmplab.lab.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The words a node understands, as a tree, with vtysh's rule: a word may be shortened as long as it stays unique among the words
 * possible at its place. A part of a pattern in capitals stands for a value, a part in brackets may be left out, and {@code a|b}
 * offers words: {@code bgp neighbors [ADDRESS] [routes|received-routes]}. At the end {@code [--limit N]} allows an option with a value,
 * {@code [--strict]} one without; options come after the words.
 */
public final class CommandTree {
    private final Branch root = new Branch();
    private final List<String> patterns = new ArrayList<>();

    /**
     * Answers a command; {@code values} are the pattern's values by name, a word chosen from {@code a|b} under {@code a|b} itself, an
     * option's under {@code --limit}.
     */
    @FunctionalInterface
    public interface Handler {
        Answer handle(Map<String, String> values);
    }

    private static final class Branch {
        final Map<String, Branch> words = new TreeMap<>();
        /** For a word of {@code a|b}: the pattern part under which it is handed over. */
        final Map<String, String> choices = new LinkedHashMap<>();

        @Nullable
        String valueName;

        @Nullable
        Branch value;

        @Nullable
        Handler handler;

        /** Of the handler, each with whether it takes a value. */
        Map<String, Boolean> options = Map.of();
    }

    private record Pattern(List<String> parts, Map<String, Boolean> options) {
        private static final java.util.regex.Pattern OPTION =
                java.util.regex.Pattern.compile(" \\[(--[a-z-]+)( [A-Z-]+)?]");

        static Pattern parse(String text) {
            var options = new TreeMap<String, Boolean>();
            OPTION.matcher(text).results().forEach(option -> options.put(option.group(1), option.group(2) != null));
            return new Pattern(List.of(OPTION.matcher(text).replaceAll("").split(" ")), options);
        }
    }

    /** Adds a command. @throws IllegalArgumentException when the pattern is taken already */
    public CommandTree on(String pattern, Handler handler) {
        patterns.add(pattern);
        var parsed = Pattern.parse(pattern);
        add(root, parsed.parts, handler, parsed.options);
        return this;
    }

    /** Every pattern, in the order they were added. */
    public List<String> patterns() {
        return List.copyOf(patterns);
    }

    /** Finds the command that {@code words} mean and answers it; an unknown, ambiguous or unfinished one is a usage answer. */
    public Answer answer(List<String> request) {
        var values = new LinkedHashMap<String, String>();
        var at = root;
        int option = firstOption(request);
        var words = request.subList(0, option);
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            var matches = matches(at, word);
            if (matches.size() > 1) {
                return Answer.usage("'" + word + "' is ambiguous: " + String.join(", ", matches));
            }
            if (matches.size() == 1) {
                var full = matches.getFirst();
                var choice = at.choices.get(full);
                if (choice != null) {
                    values.put(choice, full);
                }
                at = at.words.get(full);
            } else if (at.value != null && at.valueName != null) {
                values.put(at.valueName, word);
                at = at.value;
            } else {
                return Answer.usage("unknown word '" + word + "'" + after(words, i) + expected(at));
            }
            if (at == null) {
                throw new IllegalStateException("broken command tree at " + word);
            }
        }
        if (at.handler == null) {
            return Answer.usage("unfinished command" + after(words, words.size()) + expected(at));
        }
        var wrong = options(at, request.subList(option, request.size()), values);
        return wrong == null ? at.handler.handle(values) : Answer.usage(wrong);
    }

    private static int firstOption(List<String> words) {
        int first = 0;
        while (first < words.size() && !words.get(first).startsWith("--")) {
            first++;
        }
        return first;
    }

    /** Adds the options to the values. @return what is wrong with them, or null */
    private static @Nullable String options(Branch at, List<String> words, Map<String, String> values) {
        for (var each = words.iterator(); each.hasNext(); ) {
            var word = each.next();
            var takesValue = at.options.get(word);
            if (takesValue == null) {
                return (word.startsWith("--") ? "unknown option " : "words come before options: ")
                        + word
                        + (at.options.isEmpty() ? "" : "; known: " + String.join(", ", at.options.keySet()));
            }
            if (takesValue && !each.hasNext()) {
                return word + " needs a value";
            }
            values.put(word, takesValue ? each.next() : "");
        }
        return null;
    }

    private static List<String> matches(Branch at, String word) {
        if (at.words.containsKey(word)) {
            return List.of(word);
        }
        if (word.isEmpty()) {
            return List.of();
        }
        return at.words.keySet().stream()
                .filter(candidate -> candidate.startsWith(word))
                .toList();
    }

    private static String after(List<String> words, int count) {
        return count == 0 ? "" : " after '" + String.join(" ", words.subList(0, count)) + "'";
    }

    private static String expected(Branch at) {
        var possible = new ArrayList<>(at.words.keySet());
        if (at.valueName != null) {
            possible.add(at.valueName);
        }
        return possible.isEmpty() ? ": nothing more is expected" : ": expected " + String.join(", ", possible);
    }

    private static void add(Branch at, List<String> parts, Handler handler, Map<String, Boolean> options) {
        if (parts.isEmpty()) {
            if (at.handler != null) {
                throw new IllegalArgumentException("two commands of the same words");
            }
            at.handler = handler;
            at.options = options;
            return;
        }
        var part = parts.getFirst();
        var rest = parts.subList(1, parts.size());
        if (part.startsWith("[")) {
            add(at, rest, handler, options);
            part = part.substring(1, part.length() - 1);
        }
        if (part.equals(part.toUpperCase(java.util.Locale.ROOT))) {
            if (at.value == null) {
                at.value = new Branch();
                at.valueName = part;
            }
            add(at.value, rest, handler, options);
            return;
        }
        for (var word : part.split("\\|")) {
            if (part.contains("|")) {
                at.choices.put(word, part);
            }
            add(at.words.computeIfAbsent(word, absent -> new Branch()), rest, handler, options);
        }
    }
}
