package ecmplab.ovsdb.data;

import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A scalar (RFC 7047 section 5.1, {@code <atom>}). Atoms of one type are ordered; atoms of different types never meet in a column. */
public sealed interface Atom extends Comparable<Atom> {
    record Int(long value) implements Atom {}

    record Real(double value) implements Atom {}

    record Bool(boolean value) implements Atom {}

    record Text(String value) implements Atom {}

    /** The uuid of a row, or a plain one. */
    record Ref(UUID value) implements Atom {}

    /** In a request only: the row that an insert of the same transaction calls {@code name}. */
    record Named(String name) implements Atom {}

    @Override
    default int compareTo(Atom other) {
        return switch (this) {
            case Int(long value) when other instanceof Int(long second) -> Long.compare(value, second);
            case Real(double value) when other instanceof Real(double second) -> Double.compare(value, second);
            case Bool(boolean value) when other instanceof Bool(boolean second) -> Boolean.compare(value, second);
            case Text(String value) when other instanceof Text(String second) -> value.compareTo(second);
            case Ref(UUID value) when other instanceof Ref(UUID second) -> value.compareTo(second);
            case Named(String value) when other instanceof Named(String second) -> value.compareTo(second);
            default -> getClass().getName().compareTo(other.getClass().getName());
        };
    }

    /** Names of rows inserted by the transaction that is being read. */
    @FunctionalInterface
    interface Names {
        /** Where names have no meaning: outside of transactions. */
        Names NONE = name -> {
            throw OvsdbError.of("syntax error", "named-uuid " + name + " outside of a transaction")
                    .exception();
        };
        /** On the client's side of a transaction: names stay names. */
        Names KEPT = Named::new;

        Atom resolve(String name) throws OvsdbException;
    }

    /** Whether {@code text} is an {@code <id>} of RFC 7047 section 3.1. */
    static boolean isId(String text) {
        return text.matches("[a-zA-Z_][a-zA-Z0-9_]*");
    }

    /** Reads an atom of {@code type}; throws a syntax error naming what was expected. */
    static Atom parse(JsonNode json, AtomType type, Names names) throws OvsdbException {
        return switch (type) {
            case INTEGER -> {
                if (json.isNumber() && json.canConvertToExactIntegral() && json.canConvertToLong()) {
                    yield new Int(json.asLong());
                }
                throw expected(json, type);
            }
            case REAL -> {
                if (json.isNumber() && Double.isFinite(json.asDouble())) {
                    yield new Real(json.asDouble() + 0.0); // -0.0 and 0.0 are one value
                }
                throw expected(json, type);
            }
            case BOOLEAN -> {
                if (json.isBoolean()) {
                    yield new Bool(json.booleanValue());
                }
                throw expected(json, type);
            }
            case STRING -> {
                if (json.isString() && json.stringValue().indexOf('\0') < 0) {
                    yield new Text(json.stringValue());
                }
                throw expected(json, type);
            }
            case UUID -> parseUuid(json, names);
        };
    }

    private static Atom parseUuid(JsonNode json, Names names) throws OvsdbException {
        if (json.isArray()
                && json.size() == 2
                && json.get(0).isString()
                && json.get(1).isString()) {
            var text = json.get(1).stringValue();
            switch (json.get(0).stringValue()) {
                case "uuid" -> {
                    return new Ref(uuid(text, json));
                }
                case "named-uuid" -> {
                    if (isId(text)) {
                        return names.resolve(text);
                    }
                }
                default -> {}
            }
        }
        throw expected(json, AtomType.UUID);
    }

    /** Reads the 36 characters of RFC 4122; {@link UUID#fromString} alone takes shorter ones too. */
    static UUID uuid(String text, JsonNode context) throws OvsdbException {
        if (text.length() == 36) {
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException malformed) {
                // answered below
            }
        }
        throw OvsdbError.syntax(context, "\"" + text + "\" is not a valid UUID").exception();
    }

    private static OvsdbException expected(JsonNode json, AtomType type) {
        return OvsdbError.syntax(json, "expected " + type.text()).exception();
    }

    default JsonNode toJson() {
        var json = JsonNodeFactory.instance;
        return switch (this) {
            case Int(long value) -> json.numberNode(value);
            case Real(double value) -> json.numberNode(value);
            case Bool(boolean value) -> json.booleanNode(value);
            case Text(String value) -> json.stringNode(value);
            case Ref(UUID value) -> json.arrayNode().add("uuid").add(value.toString());
            case Named(String name) -> json.arrayNode().add("named-uuid").add(name);
        };
    }
}
