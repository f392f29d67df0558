package ecmplab.ovsdb.data;

import java.util.UUID;

/** A row of a database. */
public record RowId(String table, UUID uuid) {}
