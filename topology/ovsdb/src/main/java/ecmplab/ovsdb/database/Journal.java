package ecmplab.ovsdb.database;

import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.ColumnSchema;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.data.RowId;
import ecmplab.ovsdb.data.TableSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A database on disk: its schema, then one record a transaction, appended. The format is that of Open vSwitch's standalone
 * database files (ovsdb(5)), so {@code ovsdb-tool} reads it and {@code ovsdb-server} can take it over.
 *
 * <p>Each record carries a SHA-1 of its text. A transaction's id is computed from its predecessor's id and that checksum, so
 * ids survive a restart, and a client that comes back asks for what it missed only. A transaction with {@code commit durable}
 * is on the disk before it is answered; others survive the death of the process, not of the machine.
 *
 * <p>A record that is not whole at the end is cut off at start. One with whole records behind it is no torn write: the file is
 * damaged, and opening it fails.
 */
public final class Journal implements AutoCloseable {
    /** Below this size a journal is left as it is. */
    private static final long SMALLEST_TO_COMPACT = 1 << 20;
    /** How often its compacted size a journal may reach. */
    private static final int GROWTH = 4;

    private final Path path;
    private final DatabaseSchema schema;
    private final InstantSource clock;
    private final Consumer<JournalEvent> listener;
    private final FileChannel lockFile;
    private FileChannel channel;
    private final UUID firstId;
    private UUID lastId;
    private long length;
    private long compactedLength;
    private @Nullable String broken;
    private List<JournalRecord> unread;

    private Journal(
            Path path,
            DatabaseSchema schema,
            FileChannel lockFile,
            FileChannel channel,
            List<JournalRecord> records,
            InstantSource clock,
            Consumer<JournalEvent> listener) {
        this.path = path;
        this.schema = schema;
        this.lockFile = lockFile;
        this.channel = channel;
        this.clock = clock;
        this.listener = listener;
        this.firstId = records.getFirst().idAfter(new UUID(0, 0));
        this.lastId = firstId;
        this.length = records.getLast().end();
        this.unread = records.subList(1, records.size());
        this.compactedLength = records.size() <= 2 ? length : 0;
    }

    /**
     * Opens the journal at {@code path}, or makes one for {@code schema}.
     *
     * @throws IOException also when another process has it open, it is damaged, or holds another schema
     */
    public static Journal open(Path path, DatabaseSchema schema, InstantSource clock, Consumer<JournalEvent> listener)
            throws IOException {
        var lockFile = lock(path);
        try {
            if (!Files.exists(path)) {
                write(path, List.of(schema.toJson())).close();
            }
            var channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                var records = JournalRecord.readAll(path, channel, listener);
                checkSchema(path, records.getFirst().json(), schema);
                return new Journal(path, schema, lockFile, channel, records, clock, listener);
            } catch (IOException | RuntimeException unusable) {
                channel.close();
                throw unusable;
            }
        } catch (IOException | RuntimeException unusable) {
            lockFile.close();
            throw unusable;
        }
    }

    /** The same lock file and lock as Open vSwitch uses. */
    private static FileChannel lock(Path path) throws IOException {
        var name = path.resolveSibling("." + path.getFileName() + ".~lock~");
        var lockFile = FileChannel.open(name, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException here) {
            lock = null;
        }
        if (lock == null) {
            lockFile.close();
            throw new IOException("journal " + path + " is in use by another server (" + name + " is locked)");
        }
        return lockFile;
    }

    private static void checkSchema(Path path, JsonNode stored, DatabaseSchema schema) throws IOException {
        try {
            var found = DatabaseSchema.parse(stored);
            if (!found.toJson().equals(schema.toJson())) {
                throw new IOException("journal " + path + " holds schema " + found.name() + " " + found.version()
                        + ", not " + schema.name() + " " + schema.version() + " of this program; move it away");
            }
        } catch (OvsdbException malformed) {
            throw new IOException("journal " + path + ": " + malformed.getMessage(), malformed);
        }
    }

    DatabaseSchema schema() {
        return schema;
    }

    UUID firstId() {
        return firstId;
    }

    /** Applies all records to {@code database}, once. */
    void replay(Database database) throws IOException {
        for (var record : unread) {
            lastId = record.idAfter(lastId);
            try {
                database.apply(new Commit(lastId, changes(record.json(), database)));
            } catch (OvsdbException malformed) {
                throw new IOException(
                        "journal " + path + ", record at offset " + record.offset() + ": " + malformed.getMessage(),
                        malformed);
            }
        }
        unread = List.of();
    }

    private List<RowChange> changes(JsonNode record, Database database) throws OvsdbException {
        boolean differences = record.path("_is_diff").asBoolean(false);
        var changes = new ArrayList<RowChange>();
        for (var member : record.properties()) {
            if (!member.getKey().startsWith("_")) {
                var table = schema.table(member.getKey());
                if (table == null) {
                    throw new OvsdbException(OvsdbError.of("syntax error", "no table " + member.getKey()));
                }
                for (var row : member.getValue().properties()) {
                    var id = new RowId(table.name(), UUID.fromString(row.getKey()));
                    var before = database.find(id);
                    var after = row.getValue().isNull() ? null : after(table, id, before, row.getValue(), differences);
                    changes.add(new RowChange(id, before, after));
                }
            }
        }
        return changes;
    }

    private static Row after(TableSchema table, RowId id, @Nullable Row before, JsonNode json, boolean differences)
            throws OvsdbException {
        if (before == null) {
            var columns = table.withDefaults(table.parseRow(json, Atom.Names.NONE));
            columns.put("_version", Datum.of(UUID.randomUUID()));
            return new Row(id.uuid(), columns);
        }
        var changed = new LinkedHashMap<String, Datum>();
        for (var member : json.properties()) {
            if (differences && table.column(member.getKey()) instanceof ColumnSchema column) {
                var difference = Datum.parseDifference(member.getValue(), column.type());
                changed.put(column.name(), before.get(column.name()).apply(difference, column.type()));
            }
        }
        if (!differences) {
            changed.putAll(table.parseRow(json, Atom.Names.NONE));
        }
        changed.put("_version", Datum.of(UUID.randomUUID()));
        return before.with(changed);
    }

    /** Appends a transaction and returns its id. After an {@link IOException} nothing of it is in the journal. */
    UUID append(Map<RowId, JsonNode> rows, List<String> comments, boolean durable) throws IOException {
        if (broken != null) {
            throw new IOException(broken);
        }
        var record = JournalRecord.of(json(rows, comments), length);
        try {
            writeFully(channel, record.octets(), length);
        } catch (IOException failed) {
            try {
                channel.truncate(length);
            } catch (IOException again) {
                failed.addSuppressed(again);
                refuseFromNowOn("write failed and could not be undone: " + failed.getMessage());
            }
            throw failed;
        }
        if (durable) {
            try {
                channel.force(false);
            } catch (IOException failed) {
                refuseFromNowOn("the disk did not confirm a write: " + failed.getMessage());
                throw failed;
            }
        }
        length = record.end();
        lastId = record.idAfter(lastId);
        return lastId;
    }

    /** What the disk holds is unknown from here on: only a restart, which reads it, may go on. */
    private void refuseFromNowOn(String why) {
        broken = why;
        listener.accept(
                new JournalEvent.Failed(path, why + "; transactions are refused until the server is restarted"));
    }

    private JsonNode json(Map<RowId, JsonNode> rows, List<String> comments) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("_date", clock.millis());
        if (!comments.isEmpty()) {
            json.put("_comment", String.join("\n", comments));
        }
        rows.forEach((id, row) -> {
            var table = json.get(id.table()) instanceof ObjectNode started ? started : json.putObject(id.table());
            table.set(id.uuid().toString(), row);
        });
        return json;
    }

    boolean compactionDue() {
        return broken == null && length > Math.max(SMALLEST_TO_COMPACT, GROWTH * compactedLength);
    }

    /** Replaces the journal by one that holds {@code rows} only. When that fails, the old one stays in use. */
    void compact(Map<RowId, JsonNode> rows) {
        long before = length;
        try {
            var compacted = write(path, List.of(schema.toJson(), json(rows, List.of("compacted"))));
            channel.close();
            channel = compacted;
            length = compacted.size();
            lastId = chainedId(compacted);
            compactedLength = length;
            listener.accept(new JournalEvent.Compacted(path, before, length));
        } catch (IOException failed) {
            compactedLength = before;
            listener.accept(new JournalEvent.Failed(path, "compaction failed: " + failed.getMessage()));
        }
    }

    private UUID chainedId(FileChannel compacted) throws IOException {
        var id = new UUID(0, 0);
        for (var record : JournalRecord.readAll(path, compacted, listener)) {
            id = record.idAfter(id);
        }
        return id;
    }

    /** Writes a journal beside {@code path}, puts it on the disk, then in the place of {@code path}. */
    private static FileChannel write(Path path, List<JsonNode> records) throws IOException {
        var fresh = path.resolveSibling(path.getFileName() + ".new");
        var channel = FileChannel.open(
                fresh,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            long offset = 0;
            for (var json : records) {
                var record = JournalRecord.of(json, offset);
                writeFully(channel, record.octets(), offset);
                offset = record.end();
            }
            channel.force(true);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (var folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
            return channel;
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer octets, long offset) throws IOException {
        while (octets.hasRemaining()) {
            offset += channel.write(octets, offset);
        }
    }

    @Override
    public void close() {
        try {
            try {
                if (broken == null) {
                    channel.force(false);
                }
            } finally {
                channel.close();
                lockFile.close();
            }
        } catch (IOException failed) {
            listener.accept(new JournalEvent.Failed(path, "closing failed: " + failed.getMessage()));
        }
    }
}
