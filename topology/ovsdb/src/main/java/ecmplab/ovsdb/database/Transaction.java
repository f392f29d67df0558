package ecmplab.ovsdb.database;

import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.data.RowId;
import ecmplab.ovsdb.data.TableSchema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows as one transaction sees them: what is committed, covered by what it changed. {@link #settle} does at its end what
 * RFC 7047 section 3.2 asks: referential integrity, collection of rows that nobody refers to, weak references, limits, indexes.
 */
final class Transaction {
    private final Map<String, Table> tables;
    private final References references;
    private final Map<RowId, Optional<Row>> changed = new LinkedHashMap<>();

    Transaction(Map<String, Table> tables, References references) {
        this.tables = tables;
        this.references = references;
    }

    TableSchema schema(String table) {
        return table(table).schema;
    }

    private Table table(String name) {
        var table = tables.get(name);
        if (table == null) {
            throw new IllegalArgumentException("no table " + name);
        }
        return table;
    }

    @Nullable
    Row find(RowId id) {
        var covered = changed.get(id);
        return covered != null ? covered.orElse(null) : table(id.table()).rows.get(id.uuid());
    }

    /** The rows for which all conditions hold. A condition on {@code _uuid} makes this quick. */
    List<Row> select(String table, List<Condition> where) {
        for (var condition : where) {
            if (condition instanceof Condition.Compare(String column, Condition.Function function, Datum operand)
                    && column.equals("_uuid")
                    && function == Condition.Function.EQUAL
                    && operand.size() == 1) {
                var row = find(new RowId(table, operand.uuid()));
                return row != null && Condition.allHold(where, row) ? List.of(row) : List.of();
            }
        }
        var found = new ArrayList<Row>();
        for (var row : table(table).rows.values()) {
            if (!changed.containsKey(new RowId(table, row.uuid())) && Condition.allHold(where, row)) {
                found.add(row);
            }
        }
        changed.forEach((id, covered) -> {
            if (id.table().equals(table) && covered.isPresent() && Condition.allHold(where, covered.get())) {
                found.add(covered.get());
            }
        });
        return found;
    }

    void put(String table, Row row) {
        changed.put(new RowId(table, row.uuid()), Optional.of(row));
    }

    void remove(RowId id) {
        changed.put(id, Optional.empty());
    }

    private @Nullable Row committed(RowId id) {
        return table(id.table()).rows.get(id.uuid());
    }

    /** Checks and completes the transaction, and returns what it changes; throws what RFC 7047 section 4.1.3 lists. */
    List<RowChange> settle() throws OvsdbException {
        boolean stable;
        do {
            var balance = strongBalance();
            checkIntegrity(balance);
            collectGarbage(balance);
            stable = !pruneWeakReferences();
        } while (!stable);
        var changes = effectiveChanges();
        checkSizes(changes);
        checkIndexes(changes);
        return changes;
    }

    /** By how much this transaction changes the number of strong references to each row. */
    private Map<RowId, Integer> strongBalance() {
        var balance = new LinkedHashMap<RowId, Integer>();
        changed.forEach((id, covered) -> {
            if (committed(id) instanceof Row before) {
                References.forEachStrong(
                        schema(id.table()), before, (column, target) -> balance.merge(target, -1, Integer::sum));
            }
            covered.ifPresent(after -> References.forEachStrong(
                    schema(id.table()), after, (column, target) -> balance.merge(target, 1, Integer::sum)));
        });
        return balance;
    }

    private int strongTo(RowId id, Map<RowId, Integer> balance) {
        return references.strongTo(id) + balance.getOrDefault(id, 0);
    }

    private void checkIntegrity(Map<RowId, Integer> balance) throws OvsdbException {
        for (var target : balance.keySet()) {
            int count = strongTo(target, balance);
            if (count > 0 && find(target) == null) {
                throw violation(target, count);
            }
        }
        for (var entry : changed.entrySet()) {
            int count = strongTo(entry.getKey(), balance);
            if (count > 0 && entry.getValue().isEmpty()) {
                throw violation(entry.getKey(), count);
            }
        }
    }

    private OvsdbException violation(RowId target, int count) {
        var details = committed(target) == null
                ? "Table " + target.table() + " has no row " + target.uuid() + ", to which " + count
                        + " strong reference(s) of this transaction lead."
                : "cannot delete " + target.table() + " row " + target.uuid() + " because of " + count
                        + " remaining reference(s)";
        return OvsdbError.of("referential integrity violation", details).exception();
    }

    /** Removes rows of tables that are not roots once no strong reference leads to them, and what only they kept. */
    private void collectGarbage(Map<RowId, Integer> balance) {
        var suspects = new ArrayDeque<RowId>(balance.keySet());
        suspects.addAll(changed.keySet());
        while (suspects.poll() instanceof RowId suspect) {
            var table = schema(suspect.table());
            if (!table.root() && strongTo(suspect, balance) == 0 && find(suspect) instanceof Row row) {
                remove(suspect);
                References.forEachStrong(table, row, (column, target) -> {
                    balance.merge(target, -1, Integer::sum);
                    suspects.add(target);
                });
            }
        }
    }

    /** Returns whether any row lost references. */
    private boolean pruneWeakReferences() throws OvsdbException {
        var holders = new ArrayList<RowId>();
        changed.forEach((id, covered) -> {
            if (covered.isPresent()) {
                holders.add(id);
            } else {
                holders.addAll(references.weakHolders(id));
            }
        });
        boolean any = false;
        for (var holder : holders) {
            var table = schema(holder.table());
            if (find(holder) instanceof Row row) {
                var pruned = References.pruned(table, row, target -> find(target) != null);
                if (!pruned.equals(row)) {
                    checkMinimum(table, pruned);
                    put(holder.table(), pruned);
                    any = true;
                }
            }
        }
        return any;
    }

    private static void checkMinimum(TableSchema table, Row row) throws OvsdbException {
        for (var column : table.columns().values()) {
            if (row.get(column.name()).size() < column.type().min()) {
                throw OvsdbError.constraint("Weak reference column \"" + column.name() + "\" in \"" + table.name()
                                + "\" row " + row.uuid() + " would become empty, but must have a value")
                        .exception();
            }
        }
    }

    private List<RowChange> effectiveChanges() {
        var changes = new ArrayList<RowChange>();
        changed.forEach((id, covered) -> {
            var before = committed(id);
            var after = covered.orElse(null);
            boolean same = before == null
                    ? after == null
                    : after != null && before.columns().equals(after.columns());
            if (!same) {
                changes.add(new RowChange(
                        id,
                        before,
                        after == null ? null : after.with(Map.of("_version", Datum.of(UUID.randomUUID())))));
            }
        });
        return changes;
    }

    private void checkSizes(List<RowChange> changes) throws OvsdbException {
        var growth = new HashMap<String, Integer>();
        for (var change : changes) {
            int delta = (change.after() == null ? 0 : 1) - (change.before() == null ? 0 : 1);
            growth.merge(change.id().table(), delta, Integer::sum);
        }
        for (var entry : growth.entrySet()) {
            var table = table(entry.getKey());
            int size = table.rows.size() + entry.getValue();
            if (entry.getValue() > 0 && size > table.schema.maxRows()) {
                throw OvsdbError.constraint("transaction causes \"" + entry.getKey() + "\" table to contain " + size
                                + " rows, greater than the schema-defined limit of " + table.schema.maxRows()
                                + " row(s)")
                        .exception();
            }
        }
    }

    private void checkIndexes(List<RowChange> changes) throws OvsdbException {
        var claimed = new HashMap<IndexKey, UUID>();
        for (var change : changes) {
            var table = table(change.id().table());
            if (change.after() instanceof Row row) {
                for (int i = 0; i < table.schema.indexes().size(); i++) {
                    var columns = table.schema.indexes().get(i);
                    var key = Table.key(columns, row);
                    var claim = claimed.put(new IndexKey(table.schema.name(), i, key), row.uuid());
                    var holder = table.indexed(i, key);
                    boolean held = holder != null
                            && !holder.equals(row.uuid())
                            && find(new RowId(table.schema.name(), holder)) instanceof Row other
                            && Table.key(columns, other).equals(key);
                    if (claim != null || held) {
                        throw OvsdbError.constraint("Transaction causes multiple rows in \"" + table.schema.name()
                                        + "\" table to have identical values ("
                                        + key.stream().map(Datum::toJson).toList() + ") for index on " + columns + ": "
                                        + row.uuid() + " and " + (claim != null ? claim : holder))
                                .exception();
                    }
                }
            }
        }
    }

    private record IndexKey(String table, int index, List<Datum> key) {}
}
