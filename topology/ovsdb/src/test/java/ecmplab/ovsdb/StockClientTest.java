package ecmplab.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import ecmplab.testkit.OvsdbServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovsdb-client} and {@code ovsdb-tool}, as the distribution ships them, at work on the embedded server. */
@Needs({Need.OVSDB_CLIENT, Need.OVSDB_SERVER})
class StockClientTest {
    @TempDir
    Path folder;

    private ServerUnderTest server;
    private String remote;

    @BeforeEach
    void start() {
        server = ServerUnderTest.embedded(folder, OvsdbContract.SCHEMA);
        remote = server.address().toString();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void listsDatabases() {
        assertEquals("_Server\ntest\n", OvsdbServerProcess.run("ovsdb-client", "list-dbs", remote));
    }

    @Test
    void readsTheSchemaAsItWasWritten() throws OvsdbException {
        var schema = OvsdbServerProcess.run("ovsdb-client", "get-schema", remote, "test");
        assertEquals(DatabaseSchema.parse(OvsdbContract.SCHEMA), DatabaseSchema.parse(schema));
        assertEquals("1.0.0\n", OvsdbServerProcess.run("ovsdb-client", "get-schema-version", remote, "test"));
    }

    @Test
    void transactsAndDumps() {
        var reply = OvsdbServerProcess.run("ovsdb-client", "transact", remote, """
                ["test", {"op": "insert", "table": "Node", "row": {"name": "a", "numbers": ["set", [3, 1, 2]],
                  "labels": ["map", [["k", "v"]]]}}]
                """);
        assertTrue(reply.startsWith("[{\"uuid\":[\"uuid\",\""), reply);
        var dump = OvsdbServerProcess.run("ovsdb-client", "dump", remote, "test", "Node", "name", "numbers", "labels");
        assertEquals("""
                Node table
                labels name numbers
                ------ ---- ---------
                {k=v}  a    [1, 2, 3]
                """, dump);
    }

    @Test
    void monitorsWhatIsThereAndWhatComes() throws IOException, InterruptedException {
        insert("first");
        var out = folder.resolve("monitor.out");
        var monitor = new ProcessBuilder("ovsdb-client", "monitor", remote, "test", "Node", "name")
                .redirectOutput(out.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            Await.until("initial row shown", () -> Files.readString(out).contains("initial first"));
            insert("second");
            Await.until("inserted row shown", () -> Files.readString(out).contains("insert second"));
            OvsdbServerProcess.run("ovsdb-client", "transact", remote, """
                    ["test", {"op": "delete", "table": "Node", "where": [["name", "==", "first"]]}]""");
            Await.until("deleted row shown", () -> Files.readString(out).contains("delete first"));
        } finally {
            monitor.destroy();
            assertTrue(monitor.waitFor(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void waitsForTheDatabaseToBeConnected() {
        assertEquals("", OvsdbServerProcess.run("ovsdb-client", "-t", "10", "wait", remote, "test", "connected"));
    }

    @Test
    void backsUpTheDatabase() {
        insert("kept");
        assertTrue(
                OvsdbServerProcess.run("ovsdb-client", "backup", remote, "test").contains("kept"));
    }

    @Test
    void theJournalIsADatabaseFileThatOvsdbToolReadsAndTheStockServerTakesOver() throws IOException {
        insert("kept");
        OvsdbServerProcess.run("ovsdb-client", "transact", remote, """
                ["test", {"op": "mutate", "table": "Node", "where": [], "mutations": [["numbers", "insert", 7]]}]""");
        server.close();
        var journal = folder.resolve("test.db");
        var query = """
                ["test", {"op": "select", "table": "Node", "where": [], "columns": ["name", "numbers"]}]""";
        assertEquals(
                "[{\"rows\":[{\"name\":\"kept\",\"numbers\":7}]}]\n",
                OvsdbServerProcess.run("ovsdb-tool", "query", journal.toString(), query));
        var other = Files.createDirectory(folder.resolve("stock"));
        try (var stock = OvsdbServerProcess.serve(other, journal)) {
            OvsdbServerProcess.run("ovsdb-client", "transact", "unix:" + stock.socket(), """
                    ["test", {"op": "mutate", "table": "Node", "where": [], "mutations": [["numbers", "insert", 8]]}]""");
        }
        // And back again: the embedded server reads what the stock server wrote, differences and all.
        server = ServerUnderTest.embedded(folder, OvsdbContract.SCHEMA);
        assertEquals(
                "[{\"rows\":[{\"name\":\"kept\",\"numbers\":[\"set\",[7,8]]}]}]\n",
                OvsdbServerProcess.run("ovsdb-client", "transact", remote, query));
    }

    private void insert(String name) {
        OvsdbServerProcess.run("ovsdb-client", "transact", remote, """
                ["test", {"op": "insert", "table": "Node", "row": {"name": "%s"}}]""".formatted(name));
    }
}
