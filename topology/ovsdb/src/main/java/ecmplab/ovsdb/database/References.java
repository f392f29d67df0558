package ecmplab.ovsdb.database;

import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.BaseType;
import ecmplab.ovsdb.data.ColumnSchema;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.data.RowId;
import ecmplab.ovsdb.data.TableSchema;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who refers to whom: how many strong references each row has, and which rows hold weak ones to it (RFC 7047 section 3.2). */
final class References {
    private final Map<RowId, Integer> strong = new HashMap<>();
    private final Map<RowId, Set<RowId>> weakHolders = new HashMap<>();

    int strongTo(RowId row) {
        return strong.getOrDefault(row, 0);
    }

    Set<RowId> weakHolders(RowId row) {
        return weakHolders.getOrDefault(row, Set.of());
    }

    /** Takes over what a committed transaction did to a row. */
    void apply(TableSchema table, RowChange change) {
        if (change.before() instanceof Row before) {
            forEachStrong(
                    table,
                    before,
                    (column, target) ->
                            strong.computeIfPresent(target, (ignored, count) -> count == 1 ? null : count - 1));
            forEachWeak(
                    table,
                    before,
                    target -> weakHolders.computeIfPresent(target, (ignored, holders) -> {
                        holders.remove(change.id());
                        return holders.isEmpty() ? null : holders;
                    }));
        }
        if (change.after() instanceof Row after) {
            forEachStrong(table, after, (column, target) -> strong.merge(target, 1, Integer::sum));
            forEachWeak(
                    table,
                    after,
                    target -> weakHolders
                            .computeIfAbsent(target, ignored -> new HashSet<>())
                            .add(change.id()));
        }
    }

    static void forEachStrong(TableSchema table, Row row, BiConsumer<ColumnSchema, RowId> visitor) {
        for (var column : table.columns().values()) {
            var datum = row.get(column.name());
            visit(column.type().key(), datum.keys(), true, target -> visitor.accept(column, target));
            if (column.type().value() instanceof BaseType value) {
                visit(value, datum.values(), true, target -> visitor.accept(column, target));
            }
        }
    }

    private static void forEachWeak(TableSchema table, Row row, Consumer<RowId> visitor) {
        for (var column : table.columns().values()) {
            var datum = row.get(column.name());
            visit(column.type().key(), datum.keys(), false, visitor);
            if (column.type().value() instanceof BaseType value) {
                visit(value, datum.values(), false, visitor);
            }
        }
    }

    private static void visit(BaseType type, List<Atom> atoms, boolean strong, Consumer<RowId> visitor) {
        if (type.refTable() instanceof String target && type.strong() == strong) {
            for (var atom : atoms) {
                if (atom instanceof Atom.Ref(var uuid)) {
                    visitor.accept(new RowId(target, uuid));
                }
            }
        }
    }

    /** {@code row} without its weak references to rows that are not there. */
    static Row pruned(TableSchema table, Row row, Predicate<RowId> exists) {
        var changed = new HashMap<String, Datum>();
        for (var column : table.columns().values()) {
            var key = column.type().key();
            var value = column.type().value();
            if (isWeak(key) || isWeak(value)) {
                var datum = row.get(column.name());
                var left = datum.entries();
                left.entrySet()
                        .removeIf(entry -> isGone(key, entry.getKey(), exists)
                                || (value != null && isGone(value, entry.getValue(), exists)));
                if (left.size() < datum.size()) {
                    changed.put(column.name(), datum.map() ? Datum.map(left) : Datum.set(left.keySet()));
                }
            }
        }
        return changed.isEmpty() ? row : row.with(changed);
    }

    private static boolean isWeak(@Nullable BaseType type) {
        return type != null && type.refTable() != null && !type.strong();
    }

    private static boolean isGone(BaseType type, Atom atom, Predicate<RowId> exists) {
        return isWeak(type)
                && type.refTable() instanceof String target
                && atom instanceof Atom.Ref(var uuid)
                && !exists.test(new RowId(target, uuid));
    }
}
