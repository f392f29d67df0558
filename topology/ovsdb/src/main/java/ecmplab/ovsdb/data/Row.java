package ecmplab.ovsdb.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** A row at one moment. A server's rows hold every column of their table; a replica's those that it asked for. */
public record Row(UUID uuid, Map<String, Datum> columns) {
    public Row {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** What the column holds; throws {@link IllegalArgumentException} when the row has no such column. */
    public Datum get(String column) {
        var datum = columns.get(column);
        if (datum == null) {
            throw new IllegalArgumentException("row " + uuid + " has no column " + column);
        }
        return datum;
    }

    /** This row with the given columns replaced. */
    public Row with(Map<String, Datum> changed) {
        var all = new LinkedHashMap<>(columns);
        all.putAll(changed);
        return new Row(uuid, all);
    }
}
