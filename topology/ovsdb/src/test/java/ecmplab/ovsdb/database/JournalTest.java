package ecmplab.ovsdb.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash, a damaged disk or a second process can do to a journal, and what it then does. */
class JournalTest {
    private static final String SCHEMA = """
            {"name": "j", "version": "1.0.0", "tables": {
              "T": {"isRoot": true, "columns": {
                "name": {"type": "string"},
                "value": {"type": "integer"},
                "seen": {"type": "integer", "ephemeral": true},
                "child": {"type": {"key": {"type": "uuid", "refTable": "C"}, "min": 0, "max": 1}}}},
              "C": {"columns": {"text": {"type": "string"}}}}}
            """;

    @TempDir
    Path folder;

    private final List<JournalEvent> events = new ArrayList<>();

    private Database open(Path path) throws IOException {
        return Database.replay(Journal.open(path, schema(), InstantSource.fixed(Instant.EPOCH), events::add));
    }

    private static DatabaseSchema schema() {
        try {
            return DatabaseSchema.parse(SCHEMA);
        } catch (OvsdbException malformed) {
            throw new IllegalStateException(malformed);
        }
    }

    private static Commit run(Database database, Operation... operations) {
        var outcome = (Database.Outcome.Done) database.transact(
                Arrays.stream(operations).map(Operation::toJson).toList(), lock -> false, 0);
        var commit = outcome.commit();
        assertNotNull(commit, outcome.results().toString());
        return commit;
    }

    private static Operation put(String name, long value) {
        return Operation.insert("T", Map.of("name", Datum.of(name), "value", Datum.of(value)));
    }

    private static Map<String, Long> content(Database database) {
        var content = new TreeMap<String, Long>();
        for (Row row : database.rows("T")) {
            content.put(row.get("name").text(), row.get("value").integer());
        }
        return content;
    }

    /** Three transactions; returns the offset of the last one's record. */
    private int threeTransactions(Path path) throws IOException {
        try (var database = open(path)) {
            run(database, put("a", 1));
            run(database, put("b", 2), new Operation.Comment("ein Ümlaut"));
            int last = (int) Files.size(path);
            run(database, put("c", 3), new Operation.Commit(true));
            return last;
        }
    }

    @Test
    void everythingIsThereAfterARestart() throws IOException {
        var path = folder.resolve("j.db");
        UUID id;
        try (var database = open(path)) {
            run(database, put("a", 1));
            run(
                    database,
                    Operation.insert("C", "kid", Map.of("text", Datum.of("child"))),
                    Operation.insert(
                            "T",
                            Map.of(
                                    "name", Datum.of("b"),
                                    "child", Datum.of(new Atom.Named("kid")))));
            run(database, new Operation.Update("T", List.of(), Map.of("value", Datum.of(9))));
            id = database.lastId();
        }
        try (var database = open(path)) {
            assertEquals(Map.of("a", 9L, "b", 9L), content(database));
            assertEquals(1, database.rows("C").size());
            assertEquals(id, database.lastId());
            // References are known again: the child cannot go before its parent does.
            run(database, new Operation.Delete("T", List.of()));
            assertEquals(0, database.rows("C").size());
        }
        assertEquals(List.of(), events);
    }

    @Test
    void aTailTornAtAnyOctetIsCutOffAndSaid() throws IOException {
        var whole = folder.resolve("whole.db");
        int last = threeTransactions(whole);
        var octets = Files.readAllBytes(whole);
        for (int length = last + 1; length < octets.length; length++) {
            var torn = folder.resolve("torn" + length + ".db");
            Files.write(torn, Arrays.copyOf(octets, length));
            events.clear();
            try (var database = open(torn)) {
                assertEquals(Map.of("a", 1L, "b", 2L), content(database), "cut at " + length);
                run(database, put("d", 4));
            }
            var event = assertInstanceOf(JournalEvent.TornTail.class, events.getFirst());
            assertEquals(last, event.offset());
            assertEquals(length - last, event.octets());
            try (var database = open(torn)) {
                assertEquals(Map.of("a", 1L, "b", 2L, "d", 4L), content(database), "written after a cut at " + length);
            }
            assertEquals(1, events.size(), "the second start finds nothing torn");
        }
    }

    @Test
    void aTailOfZerosIsCutOff() throws IOException {
        var path = folder.resolve("j.db");
        threeTransactions(path);
        var octets = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(octets, octets.length + 4096));
        try (var database = open(path)) {
            assertEquals(Map.of("a", 1L, "b", 2L, "c", 3L), content(database));
        }
        assertInstanceOf(JournalEvent.TornTail.class, events.getFirst());
    }

    @Test
    void anyChangedOctetInTheLastRecordIsNoticed() throws IOException {
        var whole = folder.resolve("whole.db");
        int last = threeTransactions(whole);
        var octets = Files.readAllBytes(whole);
        for (int at = last; at < octets.length; at++) {
            var changed = octets.clone();
            changed[at] ^= 0x01;
            var path = folder.resolve("changed" + at + ".db");
            Files.write(path, changed);
            try (var database = open(path)) {
                assertEquals(Map.of("a", 1L, "b", 2L), content(database), "changed at " + at);
            }
        }
    }

    @Test
    void damageBeforeWholeRecordsIsNoTornTailAndNothingIsThrownAway() throws IOException {
        var whole = folder.resolve("whole.db");
        int last = threeTransactions(whole);
        var octets = Files.readAllBytes(whole);
        for (int at = 0; at < last; at += 7) {
            var changed = octets.clone();
            changed[at] ^= 0x01;
            var path = folder.resolve("changed" + at + ".db");
            Files.write(path, changed);
            var failed = assertThrows(IOException.class, () -> open(path), "changed at " + at);
            assertTrue(String.valueOf(failed.getMessage()).contains("damaged at offset"), failed.getMessage());
            assertEquals(octets.length, Files.size(path));
        }
    }

    @Test
    void aClientLearnsWhatItMissedAcrossARestart() throws IOException {
        var path = folder.resolve("j.db");
        UUID seen;
        try (var database = open(path)) {
            run(database, put("a", 1));
            seen = database.lastId();
            run(database, put("b", 2));
        }
        try (var database = open(path)) {
            run(database, put("c", 3));
            var missed = database.since(seen);
            assertNotNull(missed);
            assertEquals(2, missed.size());
            assertNull(database.since(UUID.randomUUID()), "an id of some other history");
        }
    }

    @Test
    void ephemeralColumnsDoNotMakeTheJournalGrow() throws IOException {
        var path = folder.resolve("j.db");
        try (var database = open(path)) {
            run(database, put("a", 1));
            long size = Files.size(path);
            for (int beat = 1; beat <= 100; beat++) {
                run(database, new Operation.Update("T", List.of(), Map.of("seen", Datum.of(beat))));
            }
            assertEquals(size, Files.size(path));
        }
        try (var database = open(path)) {
            assertEquals(0, database.rows("T").iterator().next().get("seen").integer());
        }
    }

    @Test
    void aJournalThatHasGrownFarBeyondItsContentIsCompacted() throws IOException {
        var path = folder.resolve("j.db");
        var long1 = "x".repeat(10_000);
        UUID seen;
        try (var database = open(path)) {
            run(database, put("a", 1));
            for (int round = 0; round < 500; round++) {
                run(database, new Operation.Update("T", List.of(), Map.of("name", Datum.of(long1 + round))));
            }
            seen = database.lastId();
            assertTrue(Files.size(path) < 2 << 20, "after 5 MB of changes: " + Files.size(path));
            assertTrue(events.stream().anyMatch(JournalEvent.Compacted.class::isInstance), events.toString());
            run(database, new Operation.Update("T", List.of(), Map.of("name", Datum.of("last"))));
            var missed = database.since(seen);
            assertNotNull(missed, "clients of the running server are not disturbed");
            assertEquals(1, missed.size());
        }
        try (var database = open(path)) {
            assertEquals(Map.of("last", 1L), content(database));
        }
    }

    @Test
    void twoServersCannotHaveOneJournal() throws IOException {
        var path = folder.resolve("j.db");
        try (var database = open(path)) {
            var failed = assertThrows(IOException.class, () -> open(path));
            assertTrue(String.valueOf(failed.getMessage()).contains("in use"), failed.getMessage());
            run(database, put("a", 1));
        }
        open(path).close();
    }

    @Test
    void aJournalOfAnotherSchemaIsRefusedWithBothNames() throws IOException {
        var path = folder.resolve("j.db");
        open(path).close();
        var failed = assertThrows(
                IOException.class,
                () -> Journal.open(
                        path,
                        DatabaseSchema.parse(SCHEMA.replace("1.0.0", "1.1.0")),
                        InstantSource.system(),
                        events::add));
        assertTrue(
                String.valueOf(failed.getMessage()).contains("holds schema j 1.0.0, not j 1.1.0"), failed.getMessage());
    }
}
