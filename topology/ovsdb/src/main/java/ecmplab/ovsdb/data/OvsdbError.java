package ecmplab.ovsdb.data;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an OVSDB peer says when it refuses something (RFC 7047 section 3.1, {@code <error>}).
 *
 * @param tag the short, constant name that programs look at, such as {@code constraint violation}
 * @param details for people
 * @param syntax the piece of JSON at fault, as text
 */
public record OvsdbError(
        String tag, @Nullable String details, @Nullable String syntax) {
    /** Syntax texts in errors are cut here, so that a reply to a huge bad request stays small. */
    private static final int MAX_SYNTAX = 1024;

    public static OvsdbError of(String tag, String details) {
        return new OvsdbError(tag, details, null);
    }

    /** A {@code syntax error} about {@code json}. */
    public static OvsdbError syntax(JsonNode json, String details) {
        return of("syntax error", details).about(json);
    }

    /** A {@code constraint violation}. */
    public static OvsdbError constraint(String details) {
        return of("constraint violation", details);
    }

    /** This error with the JSON it is about, unless it names one already. */
    public OvsdbError about(JsonNode json) {
        if (syntax != null) {
            return this;
        }
        var text = json.toString();
        return new OvsdbError(tag, details, text.length() > MAX_SYNTAX ? text.substring(0, MAX_SYNTAX) : text);
    }

    public OvsdbException exception() {
        return new OvsdbException(this);
    }

    public ObjectNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("error", tag);
        if (details != null) {
            json.put("details", details);
        }
        if (syntax != null) {
            json.put("syntax", syntax);
        }
        return json;
    }

    /** Reads the {@code error} member of a reply: an object, or (as {@code unknown method}) a bare string. */
    public static OvsdbError parse(JsonNode json) {
        if (json.isString()) {
            return new OvsdbError(json.stringValue(), null, null);
        }
        return new OvsdbError(
                text(json, "error") instanceof String tag ? tag : "unreadable error",
                text(json, "details"),
                text(json, "syntax") instanceof String syntax ? syntax : json.has("error") ? null : json.toString());
    }

    private static @Nullable String text(JsonNode json, String name) {
        var value = json.get(name);
        return value != null && value.isString() ? value.stringValue() : null;
    }

    @Override
    public String toString() {
        return tag + (details == null ? "" : ": " + details) + (syntax == null ? "" : " (at " + syntax + ")");
    }
}
