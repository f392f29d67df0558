package ecmplab.ovsdb.data;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The type of a column (RFC 7047 section 3.2, {@code <type>}): how many elements of which kind.
 *
 * @param value null for sets; the type of the values for maps
 * @param min 0 or 1 elements at least
 * @param max 1 to {@link #UNLIMITED} elements at most
 */
public record ColumnType(BaseType key, @Nullable BaseType value, int min, int max) {
    public static final int UNLIMITED = Integer.MAX_VALUE;

    static ColumnType setOf(BaseType key) {
        return new ColumnType(key, null, 0, UNLIMITED);
    }

    public static ColumnType parse(JsonNode json) throws OvsdbException {
        if (json.isString()) {
            return new ColumnType(BaseType.parse(json), null, 1, 1);
        }
        var members = JsonMembers.of(json, "ovsdb type");
        var key = BaseType.parse(members.required("key"));
        var valueJson = members.optional("value");
        var value = valueJson == null ? null : BaseType.parse(valueJson);
        long min = members.optionalInteger("min") instanceof Long number ? number : 1;
        long max = 1;
        if (members.optional("max") instanceof JsonNode limit) {
            if (limit.isString() && limit.stringValue().equals("unlimited")) {
                max = UNLIMITED;
            } else {
                max = limit.isIntegralNumber() && limit.canConvertToInt() ? limit.asInt() : 0;
            }
        }
        members.finish();
        if (min < 0 || min > 1 || max < 1 || max < min) {
            throw members.fault("min must be 0 or 1, max a positive number or \"unlimited\"");
        }
        return new ColumnType(key, value, (int) min, (int) max);
    }

    public boolean isMap() {
        return value != null;
    }

    /** Exactly one element: what {@code <}, {@code +=} and their like work on. */
    public boolean isScalar() {
        return value == null && min == 1 && max == 1;
    }

    public Datum defaultDatum() {
        if (min == 0) {
            return isMap() ? Datum.EMPTY_MAP : Datum.EMPTY_SET;
        }
        var atom = key.type().defaultAtom();
        return value == null ? Datum.of(atom) : Datum.entry(atom, value.type().defaultAtom());
    }

    /** The same with any number of elements: operands of {@code includes}, {@code insert} and differences have it. */
    ColumnType anySize() {
        return new ColumnType(key, value, 0, UNLIMITED);
    }

    /** Whether {@code datum} is within all constraints. */
    public boolean allows(Datum datum) {
        try {
            datum.check(this);
            return true;
        } catch (OvsdbException outside) {
            return false;
        }
    }

    public JsonNode toJson() {
        var factory = JsonNodeFactory.instance;
        if (isScalar() && key.isPlain()) {
            return key.toJson();
        }
        var json = factory.objectNode();
        json.set("key", key.toJson());
        if (value != null) {
            json.set("value", value.toJson());
        }
        if (min != 1) {
            json.put("min", min);
        }
        if (max == UNLIMITED) {
            json.put("max", "unlimited");
        } else if (max != 1) {
            json.put("max", max);
        }
        return json;
    }
}
