package ecmplab.ovsdb.data;

import org.jspecify.annotations.Nullable;

/** What a transaction did to a row: {@code before} is null for a new row, {@code after} for one that is gone. */
public record RowChange(
        RowId id, @Nullable Row before, @Nullable Row after) {}
