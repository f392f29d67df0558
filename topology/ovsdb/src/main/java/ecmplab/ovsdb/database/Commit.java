package ecmplab.ovsdb.database;

import ecmplab.ovsdb.data.RowChange;
import java.util.List;
import java.util.UUID;

/** A transaction that changed something. {@code id} is the database's last transaction id from then on. */
public record Commit(UUID id, List<RowChange> changes) {
    public Commit {
        changes = List.copyOf(changes);
    }
}
