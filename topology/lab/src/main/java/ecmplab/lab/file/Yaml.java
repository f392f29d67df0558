package ecmplab.lab.file;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A YAML document with the place of everything in it. Scalars stay the text that was written. */
final class Yaml {
    /** Deeper than any lab file needs; an alias that contains itself ends here. */
    private static final int DEEPEST = 12;

    private static final int LONGEST_FILE = 1 << 20;

    /** Of values, aliases counted as often as they are used. */
    private static final int MOST_VALUES = 100_000;

    /** Line and column, from 1. */
    record Place(int line, int column) {
        static final Place START = new Place(1, 1);
    }

    sealed interface Value {
        Place place();
    }

    record Text(String text, Place place) implements Value {}

    record Items(List<Value> items, Place place) implements Value {}

    /** In the order of the file. */
    record Section(Map<String, Entry> entries, Place place) implements Value {
        static final Section EMPTY = new Section(Map.of(), Place.START);

        Optional<Value> find(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }
    }

    /** @param place of the key */
    record Entry(Value value, Place place) {}

    private final BiConsumer<Place, String> problems;
    private int values;

    private Yaml(BiConsumer<Place, String> problems) {
        this.problems = problems;
    }

    /** The document, or nothing when it is no YAML; duplicate keys and the like are told to {@code problems}. */
    static Optional<Value> read(String text, BiConsumer<Place, String> problems) {
        if (text.length() > LONGEST_FILE) {
            problems.accept(Place.START, "the file has " + text.length() + " characters: at most " + LONGEST_FILE);
            return Optional.empty();
        }
        var settings = LoadSettings.builder().setUseMarks(true).build();
        try {
            return new Compose(settings).composeString(text).map(node -> new Yaml(problems).value(node, 0));
        } catch (MarkedYamlEngineException malformed) {
            var place = malformed.getProblemMark().or(malformed::getContextMark).map(Yaml::place);
            problems.accept(place.orElse(Place.START), "no YAML: " + malformed.getProblem());
        } catch (YamlEngineException malformed) {
            problems.accept(Place.START, "no YAML: " + malformed.getMessage());
        }
        return Optional.empty();
    }

    private Value value(Node node, int depth) {
        var place = node.getStartMark().map(Yaml::place).orElse(Place.START);
        if (depth > DEEPEST || ++values > MOST_VALUES) {
            problems.accept(
                    place,
                    depth > DEEPEST
                            ? "nested deeper than " + DEEPEST + " levels"
                            : "more than " + MOST_VALUES + " values, aliases counted as often as they are used");
            return new Text("", place);
        }
        return switch (node) {
            case ScalarNode scalar -> new Text(scalar.getValue(), place);
            case SequenceNode sequence -> {
                var items = new ArrayList<Value>();
                for (var item : sequence.getValue()) {
                    if (values <= MOST_VALUES) {
                        items.add(value(item, depth + 1));
                    }
                }
                yield new Items(items, place);
            }
            case MappingNode mapping -> {
                var entries = new LinkedHashMap<String, Entry>();
                mapping.getValue().forEach(tuple -> put(entries, tuple, depth));
                yield new Section(entries, place);
            }
            default -> throw new IllegalStateException("composed " + node.getClass());
        };
    }

    private void put(Map<String, Entry> entries, NodeTuple tuple, int depth) {
        var place = tuple.getKeyNode().getStartMark().map(Yaml::place).orElse(Place.START);
        if (values > MOST_VALUES) {
            return;
        }
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            problems.accept(place, "a key must be a word");
            return;
        }
        var entry = new Entry(value(tuple.getValueNode(), depth + 1), place);
        var first = entries.putIfAbsent(key.getValue(), entry);
        if (first != null) {
            problems.accept(
                    place,
                    "'" + key.getValue() + "' is there already, in line "
                            + first.place().line());
        }
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
