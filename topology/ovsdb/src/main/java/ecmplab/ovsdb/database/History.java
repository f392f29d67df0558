package ecmplab.ovsdb.database;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The last transactions, from which a client that was away for a while catches up. Bounded in commits and in row changes. */
final class History {
    private static final int MAX_COMMITS = 4096;
    private static final int MAX_CHANGES = 1 << 16;

    private final Deque<Commit> commits = new ArrayDeque<>();
    private int changes;
    /** What the database's last transaction was before the first of {@link #commits}. */
    private UUID start;

    History(UUID start) {
        this.start = start;
    }

    UUID lastId() {
        var last = commits.peekLast();
        return last == null ? start : last.id();
    }

    void add(Commit commit) {
        commits.addLast(commit);
        changes += commit.changes().size();
        while (commits.size() > MAX_COMMITS || changes > MAX_CHANGES) {
            var oldest = commits.removeFirst();
            changes -= oldest.changes().size();
            start = oldest.id();
        }
    }

    @Nullable
    List<Commit> since(UUID id) {
        var newer = new ArrayList<Commit>();
        for (var newest = commits.descendingIterator(); newest.hasNext(); ) {
            var commit = newest.next();
            if (commit.id().equals(id)) {
                Collections.reverse(newer);
                return newer;
            }
            newer.add(commit);
        }
        return start.equals(id) ? List.copyOf(commits) : null;
    }
}
