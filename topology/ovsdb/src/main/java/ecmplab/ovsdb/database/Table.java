package ecmplab.ovsdb.database;

import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The committed rows of a table and its unique indexes. */
final class Table {
    final TableSchema schema;
    final Map<UUID, Row> rows = new LinkedHashMap<>();
    private final List<Map<List<Datum>, UUID>> indexes = new ArrayList<>();

    Table(TableSchema schema) {
        this.schema = schema;
        schema.indexes().forEach(ignored -> indexes.add(new HashMap<>()));
    }

    static List<Datum> key(List<String> index, Row row) {
        return index.stream().map(row::get).toList();
    }

    /** The committed row with {@code key} in the index with this number. */
    @Nullable
    UUID indexed(int index, List<Datum> key) {
        return indexes.get(index).get(key);
    }

    void forget(Row row) {
        rows.remove(row.uuid());
        for (int i = 0; i < indexes.size(); i++) {
            indexes.get(i).remove(key(schema.indexes().get(i), row), row.uuid());
        }
    }

    void store(Row row) {
        rows.put(row.uuid(), row);
        for (int i = 0; i < indexes.size(); i++) {
            indexes.get(i).put(key(schema.indexes().get(i), row), row.uuid());
        }
    }
}
