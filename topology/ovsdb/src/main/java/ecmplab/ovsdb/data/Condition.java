package ecmplab.ovsdb.data;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A test of one row (RFC 7047 section 5.1, {@code <condition>}), or a constant (an extension of {@code monitor_cond}). */
public sealed interface Condition {
    record Always(boolean value) implements Condition {}

    record Compare(String column, Function function, Datum operand) implements Condition {}

    /** How a column is compared with the operand. */
    enum Function {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        EQUAL("=="),
        NOT_EQUAL("!="),
        GREATER_OR_EQUAL(">="),
        GREATER(">"),
        INCLUDES("includes"),
        EXCLUDES("excludes");

        private final String text;

        Function(String text) {
            this.text = text;
        }

        boolean ordered() {
            return switch (this) {
                case LESS, LESS_OR_EQUAL, GREATER_OR_EQUAL, GREATER -> true;
                case EQUAL, NOT_EQUAL, INCLUDES, EXCLUDES -> false;
            };
        }

        static Function parse(JsonNode json) throws OvsdbException {
            for (var function : values()) {
                if (json.isString() && function.text.equals(json.stringValue())) {
                    return function;
                }
            }
            throw OvsdbError.of("unknown function", "No function named " + json + ".")
                    .exception();
        }
    }

    static Condition equal(String column, Datum operand) {
        return new Compare(column, Function.EQUAL, operand);
    }

    static Condition uuid(UUID uuid) {
        return equal("_uuid", Datum.of(uuid));
    }

    /** Reads the {@code where} of an operation: an array of conditions that must all hold. */
    static List<Condition> parseAll(JsonNode json, TableSchema table, Atom.Names names) throws OvsdbException {
        if (!json.isArray()) {
            throw OvsdbError.syntax(json, "array of conditions expected").exception();
        }
        var conditions = new ArrayList<Condition>(json.size());
        for (var element : json.values()) {
            conditions.add(parse(element, table, names));
        }
        return List.copyOf(conditions);
    }

    static Condition parse(JsonNode json, TableSchema table, Atom.Names names) throws OvsdbException {
        if (json.isBoolean()) {
            return new Always(json.booleanValue());
        }
        if (!json.isArray() || json.size() != 3 || !json.get(0).isString()) {
            throw OvsdbError.syntax(json, "Parse error in condition.").exception();
        }
        var column = table.column(json.get(0).stringValue());
        if (column == null) {
            throw OvsdbError.of(
                            "unknown column",
                            "No column " + json.get(0).stringValue() + " in table " + table.name() + ".")
                    .about(json)
                    .exception();
        }
        var function = Function.parse(json.get(1));
        var type = column.type();
        if (function.ordered()) {
            var atom = type.key().type();
            if (type.isMap() || type.max() != 1 || (atom != AtomType.INTEGER && atom != AtomType.REAL)) {
                throw OvsdbError.syntax(
                                json,
                                "Type mismatch: \"" + function.text + "\" operator may not be applied to column "
                                        + column.name())
                        .exception();
            }
        }
        var operandType = function.ordered() || function == Function.EQUAL || function == Function.NOT_EQUAL
                ? type
                : type.anySize();
        return new Compare(column.name(), function, Datum.parse(json.get(2), unconstrained(operandType), names));
    }

    /** A condition may ask for a value that the column could never hold: it is false then, not an error. */
    private static ColumnType unconstrained(ColumnType type) {
        var value = type.value();
        return new ColumnType(
                BaseType.of(type.key().type()),
                value == null ? null : BaseType.of(value.type()),
                Math.min(type.min(), 1),
                type.max());
    }

    default boolean holds(Row row) {
        return switch (this) {
            case Always(boolean value) -> value;
            case Compare(String column, Function function, Datum operand) -> {
                var datum = column.equals("_uuid") ? Datum.of(row.uuid()) : row.get(column);
                yield switch (function) {
                    case EQUAL -> datum.equals(operand);
                    case NOT_EQUAL -> !datum.equals(operand);
                    case INCLUDES -> datum.includes(operand);
                    case EXCLUDES -> datum.excludes(operand);
                    case LESS -> order(datum, operand) instanceof Integer order && order < 0;
                    case LESS_OR_EQUAL -> order(datum, operand) instanceof Integer order && order <= 0;
                    case GREATER_OR_EQUAL -> order(datum, operand) instanceof Integer order && order >= 0;
                    case GREATER -> order(datum, operand) instanceof Integer order && order > 0;
                };
            }
        };
    }

    private static @Nullable Integer order(Datum datum, Datum operand) {
        return datum.isEmpty() || operand.isEmpty()
                ? null
                : datum.keys().getFirst().compareTo(operand.keys().getFirst());
    }

    static boolean allHold(List<Condition> conditions, Row row) {
        for (var condition : conditions) {
            if (!condition.holds(row)) {
                return false;
            }
        }
        return true;
    }

    default JsonNode toJson() {
        var factory = JsonNodeFactory.instance;
        return switch (this) {
            case Always(boolean value) -> factory.booleanNode(value);
            case Compare(String column, Function function, Datum operand) ->
                factory.arrayNode().add(column).add(function.text).add(operand.toJson());
        };
    }
}
