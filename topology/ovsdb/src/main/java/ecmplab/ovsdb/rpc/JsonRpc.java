package ecmplab.ovsdb.rpc;

import ecmplab.ovsdb.data.OvsdbError;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What comes in on a connection: a message, or the news that the peer does not speak JSON-RPC. */
public sealed interface JsonRpc {
    record Request(JsonNode id, String method, JsonNode params) implements JsonRpc {}

    record Notification(String method, JsonNode params) implements JsonRpc {}

    /** Exactly one of {@code result} and {@code error} means something: the error when it is not null. */
    record Response(
            JsonNode id,
            @Nullable JsonNode result,
            @Nullable JsonNode error) implements JsonRpc {}

    /** Nothing that follows on the connection can be understood: it is to be closed. */
    record Malformed(String why) implements JsonRpc {}

    Set<String> MEMBERS = Set.of("id", "method", "params", "result", "error");

    /** Sorts a JSON text out; never throws. */
    static JsonRpc of(JsonNode json) {
        if (!json.isObject()) {
            return new Malformed("message is not a JSON object");
        }
        for (var member : json.properties()) {
            if (!MEMBERS.contains(member.getKey())) {
                return new Malformed("message has unexpected member \"" + member.getKey() + "\"");
            }
        }
        var id = present(json, "id");
        var method = present(json, "method");
        if (method == null) {
            if (id == null) {
                return new Malformed("message has neither method nor id");
            }
            return new Response(id, json.get("result"), present(json, "error"));
        }
        var params = present(json, "params");
        if (!method.isString()) {
            return new Malformed("\"method\" must be a string");
        }
        if (params == null || !params.isArray()) {
            return new Malformed("\"params\" must be JSON array");
        }
        if (present(json, "result") != null || present(json, "error") != null) {
            return new Malformed("request must not have \"result\" or \"error\"");
        }
        return id == null
                ? new Notification(method.stringValue(), params)
                : new Request(id, method.stringValue(), params);
    }

    private static @Nullable JsonNode present(JsonNode json, String name) {
        var value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    static Response result(JsonNode id, JsonNode result) {
        return new Response(id, result, null);
    }

    static Response error(JsonNode id, OvsdbError error) {
        return new Response(id, null, error.toJson());
    }

    default JsonNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        switch (this) {
            case Request(JsonNode id, String method, JsonNode params) -> {
                json.put("method", method).set("params", params);
                json.set("id", id);
            }
            case Notification(String method, JsonNode params) -> {
                json.put("method", method).set("params", params);
                json.putNull("id");
            }
            case Response(JsonNode id, JsonNode result, JsonNode error) -> {
                json.set("id", id);
                json.set("result", result == null ? JsonNodeFactory.instance.nullNode() : result);
                json.set("error", error == null ? JsonNodeFactory.instance.nullNode() : error);
            }
            case Malformed(String why) -> throw new IllegalStateException("not a message: " + why);
        }
        return json;
    }
}
