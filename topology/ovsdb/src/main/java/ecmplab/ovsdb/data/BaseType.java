package ecmplab.ovsdb.data;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The type of a column's keys or values (RFC 7047 section 3.2, {@code <base-type>}).
 *
 * @param allowed the only values there may be; empty for no such limit
 * @param min lowest integer or real, or the shortest string in characters
 * @param max highest integer or real, or the longest string in characters
 * @param refTable table whose rows these uuids name
 * @param strong whether a reference keeps its row in being; without meaning where {@code refTable} is null
 */
public record BaseType(
        AtomType type,
        List<Atom> allowed,
        @Nullable Number min,
        @Nullable Number max,
        @Nullable String refTable,
        boolean strong) {
    public BaseType {
        allowed = List.copyOf(allowed);
    }

    public static BaseType of(AtomType type) {
        return new BaseType(type, List.of(), null, null, null, false);
    }

    /** {@code json} is the name of an atomic type, or an object with constraints. */
    public static BaseType parse(JsonNode json) throws OvsdbException {
        if (json.isString()) {
            return of(AtomType.parse(json));
        }
        var members = JsonMembers.of(json, "ovsdb type");
        var type = AtomType.parse(members.required("type"));
        List<Atom> allowed = List.of();
        if (members.optional("enum") instanceof JsonNode choices) {
            allowed = Datum.parse(choices, ColumnType.setOf(of(type)), Atom.Names.NONE)
                    .keys();
            if (allowed.isEmpty()) {
                throw members.fault("enum must have at least one value");
            }
        }
        Number min = null;
        Number max = null;
        switch (type) {
            case INTEGER -> {
                min = members.optionalInteger("minInteger");
                max = members.optionalInteger("maxInteger");
            }
            case REAL -> {
                min = members.optionalReal("minReal");
                max = members.optionalReal("maxReal");
            }
            case STRING -> {
                min = length(members, "minLength");
                max = length(members, "maxLength");
            }
            case BOOLEAN, UUID -> {}
        }
        if (min != null && max != null && min.doubleValue() > max.doubleValue()) {
            throw members.fault("minimum exceeds maximum");
        }
        String refTable = null;
        boolean strong = false;
        if (type == AtomType.UUID) {
            refTable = members.optionalString("refTable");
            if (refTable != null) {
                strong = refType(members);
            }
        }
        members.finish();
        return new BaseType(type, allowed, min, max, refTable, strong);
    }

    private static @Nullable Long length(JsonMembers members, String name) throws OvsdbException {
        var length = members.optionalInteger(name);
        if (length != null && length < 0) {
            throw members.fault(name + " must not be negative");
        }
        return length;
    }

    private static boolean refType(JsonMembers members) throws OvsdbException {
        return switch (members.optionalString("refType")) {
            case null -> true;
            case "strong" -> true;
            case "weak" -> false;
            default -> throw members.fault("refType must be \"strong\" or \"weak\"");
        };
    }

    /** Throws a constraint violation when {@code atom} is not among the allowed values or out of range. */
    void check(Atom atom) throws OvsdbException {
        if (!allowed.isEmpty() && !allowed.contains(atom)) {
            throw OvsdbError.constraint(atom.toJson() + " is not one of the allowed values "
                            + allowed.stream().map(Atom::toJson).toList())
                    .exception();
        }
        switch (atom) {
            case Atom.Int(long value) ->
                range(
                        atom,
                        min == null || value >= min.longValue(),
                        max == null || value <= max.longValue(),
                        "" + value);
            case Atom.Real(double value) ->
                range(
                        atom,
                        min == null || value >= min.doubleValue(),
                        max == null || value <= max.doubleValue(),
                        "" + value);
            case Atom.Text(String value) -> {
                int length = value.codePointCount(0, value.length());
                range(
                        atom,
                        min == null || length >= min.longValue(),
                        max == null || length <= max.longValue(),
                        "length " + length);
            }
            case Atom.Bool ignored -> {}
            case Atom.Ref ignored -> {}
            case Atom.Named ignored -> {}
        }
    }

    private void range(Atom atom, boolean notBelow, boolean notAbove, String size) throws OvsdbException {
        if (!notBelow || !notAbove) {
            throw OvsdbError.constraint(size + " is not in the valid range " + (min == null ? "" : min) + " to "
                            + (max == null ? "" : max))
                    .about(atom.toJson())
                    .exception();
        }
    }

    boolean isPlain() {
        return allowed.isEmpty() && min == null && max == null && refTable == null;
    }

    public JsonNode toJson() {
        var factory = JsonNodeFactory.instance;
        if (isPlain()) {
            return factory.stringNode(type.text());
        }
        var json = factory.objectNode();
        json.put("type", type.text());
        if (!allowed.isEmpty()) {
            json.set("enum", Datum.set(allowed).toJson());
        }
        var suffix = type == AtomType.INTEGER ? "Integer" : type == AtomType.REAL ? "Real" : "Length";
        if (min != null) {
            json.set("min" + suffix, number(min));
        }
        if (max != null) {
            json.set("max" + suffix, number(max));
        }
        if (refTable != null) {
            json.put("refTable", refTable);
            json.put("refType", strong ? "strong" : "weak");
        }
        return json;
    }

    private static JsonNode number(Number value) {
        var factory = JsonNodeFactory.instance;
        return value instanceof Double real
                ? factory.numberNode(real.doubleValue())
                : factory.numberNode(value.longValue());
    }
}
