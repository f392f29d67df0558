package ecmplab.ovsdb.data;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the members of one JSON object and, at {@link #finish()}, refuses those that nobody asked for. */
public final class JsonMembers {
    private final JsonNode json;
    private final String what;
    private final Set<String> read = new HashSet<>();

    private JsonMembers(JsonNode json, String what) {
        this.json = json;
        this.what = what;
    }

    public static JsonMembers of(JsonNode json, String what) throws OvsdbException {
        if (!json.isObject()) {
            throw OvsdbError.syntax(json, "Parsing " + what + " failed: Object expected.")
                    .exception();
        }
        return new JsonMembers(json, what);
    }

    public @Nullable JsonNode optional(String name) {
        read.add(name);
        return json.get(name);
    }

    public JsonNode required(String name) throws OvsdbException {
        var value = optional(name);
        if (value == null) {
            throw fault("Required '" + name + "' member is missing.");
        }
        return value;
    }

    public String string(String name) throws OvsdbException {
        return optionalString(name) instanceof String text ? text : missing(name);
    }

    private String missing(String name) throws OvsdbException {
        throw fault("Required '" + name + "' member is missing.");
    }

    public @Nullable String optionalString(String name) throws OvsdbException {
        var value = optional(name);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw wrongType(name);
        }
        return value.stringValue();
    }

    public boolean bool(String name, boolean otherwise) throws OvsdbException {
        var value = optional(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrongType(name);
        }
        return value.booleanValue();
    }

    public @Nullable Long optionalInteger(String name) throws OvsdbException {
        var value = optional(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || !value.canConvertToExactIntegral() || !value.canConvertToLong()) {
            throw wrongType(name);
        }
        return value.asLong();
    }

    public @Nullable Double optionalReal(String name) throws OvsdbException {
        var value = optional(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrongType(name);
        }
        return value.asDouble();
    }

    public JsonNode object(String name) throws OvsdbException {
        var value = required(name);
        if (!value.isObject()) {
            throw wrongType(name);
        }
        return value;
    }

    public @Nullable JsonNode optionalArray(String name) throws OvsdbException {
        var value = optional(name);
        if (value != null && !value.isArray()) {
            throw wrongType(name);
        }
        return value;
    }

    public JsonNode array(String name) throws OvsdbException {
        var value = required(name);
        if (!value.isArray()) {
            throw wrongType(name);
        }
        return value;
    }

    /** Throws when the object has a member that was not read. */
    public void finish() throws OvsdbException {
        for (var member : json.properties()) {
            if (!read.contains(member.getKey())) {
                throw fault("Member '" + member.getKey() + "' is present but not allowed here.");
            }
        }
    }

    private OvsdbException wrongType(String name) {
        return fault("Type mismatch for member '" + name + "'.");
    }

    /** A syntax error about this object. */
    public OvsdbException fault(String why) {
        return OvsdbError.syntax(json, "Parsing " + what + " failed: " + why).exception();
    }
}
