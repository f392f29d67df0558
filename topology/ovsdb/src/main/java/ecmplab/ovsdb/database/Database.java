package ecmplab.ovsdb.database;

import ecmplab.ovsdb.data.ColumnSchema;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.data.RowId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One database: schema, rows, recent history, and the journal where it has one. It belongs to one thread, which may block for
 * the disk; rows and commits are immutable and may go anywhere.
 */
public final class Database implements AutoCloseable {
    private final DatabaseSchema schema;
    private final Map<String, Table> tables = new LinkedHashMap<>();
    private final References references = new References();
    private final History history;
    private final @Nullable Journal journal;

    /** What became of a transaction. */
    public sealed interface Outcome {
        /** {@code commit} is null when the transaction failed, or changed nothing. */
        record Done(ArrayNode results, @Nullable Commit commit) implements Outcome {}

        /** A {@code wait} is not satisfied: run it again after the next commit, or when {@code remainingMillis} are over. */
        record Held(@Nullable Long remainingMillis) implements Outcome {}
    }

    private Database(DatabaseSchema schema, @Nullable Journal journal, UUID start) {
        this.schema = schema;
        this.journal = journal;
        this.history = new History(start);
        schema.tables().values().forEach(table -> tables.put(table.name(), new Table(table)));
    }

    /** A database that is gone with its process. */
    public static Database inMemory(DatabaseSchema schema) {
        return new Database(schema, null, UUID.randomUUID());
    }

    /** The database that {@code journal} holds; afterwards the journal belongs to it. */
    public static Database replay(Journal journal) throws IOException {
        var database = new Database(journal.schema(), journal, journal.firstId());
        try {
            journal.replay(database);
        } catch (IOException | RuntimeException unreadable) {
            journal.close();
            throw unreadable;
        }
        database.compactIfDue();
        return database;
    }

    public DatabaseSchema schema() {
        return schema;
    }

    public String name() {
        return schema.name();
    }

    /** Id of the last transaction, as {@code monitor_cond_since} gives it to clients. */
    public UUID lastId() {
        return history.lastId();
    }

    /** What was committed after the transaction {@code id}, oldest first; null when that is not remembered. */
    public @Nullable List<Commit> since(UUID id) {
        return history.since(id);
    }

    public Collection<Row> rows(String table) {
        return table(table).rows.values();
    }

    /** The committed rows for which all conditions hold. */
    public List<Row> select(String table, List<Condition> where) {
        return new Transaction(tables, references).select(table, where);
    }

    private Table table(String name) {
        var table = tables.get(name);
        if (table == null) {
            throw new IllegalArgumentException("no table " + name + " in " + schema.name());
        }
        return table;
    }

    @Nullable
    Row find(RowId id) {
        return table(id.table()).rows.get(id.uuid());
    }

    /**
     * Runs a transaction: all of it or nothing.
     *
     * @param operations in their JSON form
     * @param holdsLock what {@code assert} asks
     * @param elapsedMillis how long it has been held already
     */
    public Outcome transact(List<? extends JsonNode> operations, Predicate<String> holdsLock, long elapsedMillis) {
        var results = JsonNodeFactory.instance.arrayNode();
        var transaction = new Transaction(tables, references);
        var execution = new Execution(schema, transaction, holdsLock, elapsedMillis);
        for (int i = 0; i < operations.size(); i++) {
            try {
                results.add(execution.run(operations.get(i), i + 1, operations.size()));
            } catch (OvsdbException refused) {
                results.add(refused.error().toJson());
                for (int skipped = i + 1; skipped < operations.size(); skipped++) {
                    results.addNull();
                }
                return new Outcome.Done(results, null);
            } catch (Execution.Unsatisfied unsatisfied) {
                return new Outcome.Held(unsatisfied.remainingMillis);
            }
        }
        try {
            var changes = transaction.settle();
            return new Outcome.Done(
                    results, changes.isEmpty() ? null : commit(changes, execution.durable(), execution.comments()));
        } catch (OvsdbException refused) {
            results.add(refused.error().toJson());
            return new Outcome.Done(results, null);
        }
    }

    private Commit commit(List<RowChange> changes, boolean durable, List<String> comments) throws OvsdbException {
        var id = UUID.randomUUID();
        if (journal != null && changes.stream().anyMatch(this::isLasting)) {
            try {
                id = journal.append(record(changes), comments, durable);
            } catch (IOException failed) {
                throw OvsdbError.of("I/O error", "transaction not written to the journal: " + failed.getMessage())
                        .exception();
            }
        }
        var commit = new Commit(id, changes);
        apply(commit);
        compactIfDue();
        return commit;
    }

    /** Takes over a commit that is in the journal. */
    void apply(Commit commit) {
        for (var change : commit.changes()) {
            var table = table(change.id().table());
            references.apply(table.schema, change);
            if (change.before() instanceof Row before) {
                table.forget(before);
            }
        }
        for (var change : commit.changes()) {
            if (change.after() instanceof Row after) {
                table(change.id().table()).store(after);
            }
        }
        history.add(commit);
    }

    private boolean isLasting(RowChange change) {
        if (change.before() == null || change.after() == null) {
            return true;
        }
        return !lastingColumns(change).isEmpty();
    }

    /** The columns that changed and belong in the journal; for a new row, those that differ from the default. */
    private List<ColumnSchema> lastingColumns(RowChange change) {
        var columns = new ArrayList<ColumnSchema>();
        if (change.after() instanceof Row after) {
            for (var column : table(change.id().table()).schema.columns().values()) {
                var before = change.before() instanceof Row old
                        ? old.get(column.name())
                        : column.type().defaultDatum();
                if (!column.ephemeral() && !before.equals(after.get(column.name()))) {
                    columns.add(column);
                }
            }
        }
        return columns;
    }

    private Map<RowId, JsonNode> record(List<RowChange> changes) {
        var factory = JsonNodeFactory.instance;
        var rows = new LinkedHashMap<RowId, JsonNode>();
        for (var change : changes) {
            if (change.after() instanceof Row after) {
                var json = factory.objectNode();
                lastingColumns(change)
                        .forEach(column ->
                                json.set(column.name(), after.get(column.name()).toJson()));
                if (change.before() == null || !json.isEmpty()) {
                    rows.put(change.id(), json);
                }
            } else {
                rows.put(change.id(), factory.nullNode());
            }
        }
        return rows;
    }

    private void compactIfDue() {
        if (journal != null && journal.compactionDue()) {
            var changes = new ArrayList<RowChange>();
            tables.forEach((name, table) ->
                    table.rows.forEach((uuid, row) -> changes.add(new RowChange(new RowId(name, uuid), null, row))));
            journal.compact(record(changes));
        }
    }

    @Override
    public void close() {
        if (journal != null) {
            journal.close();
        }
    }
}
