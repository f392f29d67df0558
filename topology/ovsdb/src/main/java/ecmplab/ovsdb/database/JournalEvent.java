package ecmplab.ovsdb.database;

import java.nio.file.Path;

/** What a journal tells a person. */
public sealed interface JournalEvent {
    /** The last record was not whole, as after a crash in the middle of a write: it was cut off. */
    record TornTail(Path journal, long offset, long octets, String why) implements JournalEvent {
        @Override
        public String toString() {
            return "journal " + journal + ": cut off the last " + octets + " octets at offset " + offset + ": " + why
                    + "; the transaction there had not been acknowledged as durable";
        }
    }

    record Compacted(Path journal, long before, long after) implements JournalEvent {
        @Override
        public String toString() {
            return "journal " + journal + ": compacted from " + before + " to " + after + " octets";
        }
    }

    /** Compaction failed, and the journal goes on growing; or a write failed, and transactions are refused. */
    record Failed(Path journal, String why) implements JournalEvent {
        @Override
        public String toString() {
            return "journal " + journal + ": " + why;
        }
    }
}
