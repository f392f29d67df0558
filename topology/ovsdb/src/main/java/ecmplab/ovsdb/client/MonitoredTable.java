package ecmplab.ovsdb.client;

import ecmplab.ovsdb.data.Condition;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A table that a replica follows: some columns (empty: all) of the rows for which any condition holds (empty: all). */
public record MonitoredTable(String table, List<String> columns, List<Condition> where) {
    public MonitoredTable {
        columns = List.copyOf(columns);
        where = List.copyOf(where);
    }

    public static MonitoredTable all(String table) {
        return new MonitoredTable(table, List.of(), List.of());
    }

    ObjectNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        if (!columns.isEmpty()) {
            columns.forEach(json.putArray("columns")::add);
        }
        if (!where.isEmpty()) {
            var conditions = json.putArray("where");
            where.forEach(condition -> conditions.add(condition.toJson()));
        }
        return json;
    }
}
