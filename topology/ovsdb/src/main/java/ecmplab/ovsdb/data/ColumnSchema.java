package ecmplab.ovsdb.data;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A column (RFC 7047 section 3.2, {@code <column-schema>}).
 *
 * @param ephemeral need not survive a restart of the server: never written to the journal
 * @param mutable whether it may change once its row is inserted
 */
public record ColumnSchema(String name, ColumnType type, boolean ephemeral, boolean mutable) {
    static ColumnSchema parse(String name, JsonNode json) throws OvsdbException {
        var members = JsonMembers.of(json, "schema for column " + name);
        var type = ColumnType.parse(members.required("type"));
        boolean ephemeral = members.bool("ephemeral", false);
        boolean mutable = members.bool("mutable", true);
        members.finish();
        return new ColumnSchema(name, type, ephemeral, mutable);
    }

    JsonNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        json.set("type", type.toJson());
        if (ephemeral) {
            json.put("ephemeral", true);
        }
        if (!mutable) {
            json.put("mutable", false);
        }
        return json;
    }
}
