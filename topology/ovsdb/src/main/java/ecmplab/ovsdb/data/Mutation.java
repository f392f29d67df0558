package ecmplab.ovsdb.data;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A change of one column that depends on what it holds (RFC 7047 section 5.1, {@code <mutation>}). */
public record Mutation(String column, Mutator mutator, Datum operand) {
    /** What is done with column and operand. */
    public enum Mutator {
        ADD("+="),
        SUBTRACT("-="),
        MULTIPLY("*="),
        DIVIDE("/="),
        REMAINDER("%="),
        INSERT("insert"),
        DELETE("delete");

        private final String text;

        Mutator(String text) {
            this.text = text;
        }

        private static Mutator parse(JsonNode json) throws OvsdbException {
            for (var mutator : values()) {
                if (json.isString() && mutator.text.equals(json.stringValue())) {
                    return mutator;
                }
            }
            throw OvsdbError.of("unknown mutator", "No mutator named " + json + ".")
                    .exception();
        }
    }

    static List<Mutation> parseAll(JsonNode json, TableSchema table, Atom.Names names) throws OvsdbException {
        var mutations = new ArrayList<Mutation>();
        for (var element : json.values()) {
            mutations.add(parse(element, table, names));
        }
        return List.copyOf(mutations);
    }

    private static Mutation parse(JsonNode json, TableSchema table, Atom.Names names) throws OvsdbException {
        if (!json.isArray() || json.size() != 3 || !json.get(0).isString()) {
            throw OvsdbError.syntax(json, "Parse error in mutation.").exception();
        }
        var name = json.get(0).stringValue();
        var column = table.columns().get(name);
        if (column == null) {
            throw OvsdbError.of("unknown column", "No column " + name + " in table " + table.name() + ".")
                    .about(json)
                    .exception();
        }
        if (!column.mutable()) {
            throw OvsdbError.constraint("Cannot mutate immutable column " + name + " in table " + table.name() + ".")
                    .about(json)
                    .exception();
        }
        var mutator = Mutator.parse(json.get(1));
        return new Mutation(name, mutator, operand(json, column.type(), mutator, names));
    }

    private static Datum operand(JsonNode json, ColumnType type, Mutator mutator, Atom.Names names)
            throws OvsdbException {
        var operand = json.get(2);
        switch (mutator) {
            case INSERT -> {
                if (type.max() > 1 || type.isMap() || type.min() == 0) {
                    return Datum.parse(operand, type.anySize(), names);
                }
            }
            case DELETE -> {
                if (type.isMap()
                        && !(operand.isArray() && operand.path(0).asString("").equals("map"))) {
                    return Datum.parse(operand, ColumnType.setOf(type.key()), names);
                }
                if (type.max() > 1 || type.isMap() || type.min() == 0) {
                    return Datum.parse(operand, type.anySize(), names);
                }
            }
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER -> {
                var atom = type.key().type();
                boolean numeric = atom == AtomType.INTEGER || (atom == AtomType.REAL && mutator != Mutator.REMAINDER);
                if (numeric && !type.isMap()) {
                    return Datum.parse(operand, new ColumnType(BaseType.of(atom), null, 1, 1), names);
                }
            }
        }
        throw OvsdbError.syntax(
                        json, "Type mismatch: \"" + mutator.text + "\" operator may not be applied to this column")
                .exception();
    }

    /** The column's new value, which fits {@code type}; else throws a constraint violation, domain error or range error. */
    public Datum apply(Datum datum, ColumnType type) throws OvsdbException {
        var result = switch (mutator) {
            case INSERT -> datum.plus(operand);
            case DELETE -> datum.minus(operand);
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER -> arithmetic(datum);
        };
        result.check(type);
        return result;
    }

    private Datum arithmetic(Datum datum) throws OvsdbException {
        var results = new TreeSet<Atom>();
        for (var atom : datum.keys()) {
            results.add(
                    switch (atom) {
                        case Atom.Int(long value) -> new Atom.Int(integers(value, operand.integer()));
                        case Atom.Real(double value) ->
                            new Atom.Real(reals(value, operand.keys().getFirst()));
                        default -> throw new IllegalStateException(atom + " in arithmetic");
                    });
        }
        if (results.size() < datum.size()) {
            throw OvsdbError.constraint("Result of \"" + mutator.text + "\" operation contains duplicates.")
                    .exception();
        }
        return Datum.set(results);
    }

    private long integers(long left, long right) throws OvsdbException {
        if (right == 0 && (mutator == Mutator.DIVIDE || mutator == Mutator.REMAINDER)) {
            throw OvsdbError.of("domain error", "Division by zero.").exception();
        }
        try {
            return switch (mutator) {
                case ADD -> Math.addExact(left, right);
                case SUBTRACT -> Math.subtractExact(left, right);
                case MULTIPLY -> Math.multiplyExact(left, right);
                case DIVIDE -> Math.divideExact(left, right);
                case REMAINDER -> left % right;
                case INSERT, DELETE -> throw new IllegalStateException("not arithmetic");
            };
        } catch (ArithmeticException overflow) {
            throw OvsdbError.of("range error", "Result of \"" + mutator.text + "\" operation is out of range.")
                    .exception();
        }
    }

    private double reals(double left, Atom operandAtom) throws OvsdbException {
        double right = ((Atom.Real) operandAtom).value();
        if (right == 0 && mutator == Mutator.DIVIDE) {
            throw OvsdbError.of("domain error", "Division by zero.").exception();
        }
        double result = switch (mutator) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> left / right;
            case REMAINDER, INSERT, DELETE -> throw new IllegalStateException("not for reals");
        };
        if (!Double.isFinite(result)) {
            throw OvsdbError.of("range error", "Result of \"" + mutator.text + "\" operation is out of range.")
                    .exception();
        }
        return result + 0.0;
    }

    JsonNode toJson() {
        return JsonNodeFactory.instance
                .arrayNode()
                .add(column)
                .add(mutator.text)
                .add(operand.toJson());
    }
}
