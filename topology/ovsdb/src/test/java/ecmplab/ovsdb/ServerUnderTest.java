package ecmplab.ovsdb;

import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.database.Journal;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import ecmplab.ovsdb.server.OvsdbServer;
import ecmplab.testkit.Await;
import ecmplab.testkit.OvsdbServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** A server with one database, embedded or the distribution's, at a Unix domain socket. */
interface ServerUnderTest extends AutoCloseable {
    OvsdbAddress address();

    /** Ends without warning and starts again on what is on the disk. */
    void restart();

    /** Whether transaction ids mean something after a break. */
    boolean remembersTransactions();

    @Override
    void close();

    default OvsdbClient client() {
        var client = OvsdbClient.connect(address(), OvsdbClient.Options.USUAL, event -> {});
        Await.until("client is connected", client::isConnected);
        return client;
    }

    static ServerUnderTest debian(Path folder, String schema) {
        var process = OvsdbServerProcess.start(folder, schema);
        return new ServerUnderTest() {
            @Override
            public OvsdbAddress address() {
                return new OvsdbAddress.Unix(process.socket());
            }

            @Override
            public void restart() {
                process.restart();
            }

            @Override
            public boolean remembersTransactions() {
                return false; // only its clustered databases do
            }

            @Override
            public void close() {
                process.close();
            }
        };
    }

    static ServerUnderTest embedded(Path folder, String schema) {
        return new Embedded(folder, schema);
    }

    final class Embedded implements ServerUnderTest {
        private final Path folder;
        private final String schema;
        OvsdbServer server;

        Embedded(Path folder, String schema) {
            this.folder = folder;
            this.schema = schema;
            this.server = launch();
        }

        private OvsdbServer launch() {
            try {
                var journal = Journal.open(
                        folder.resolve("test.db"), DatabaseSchema.parse(schema), InstantSource.system(), event -> {});
                var launched =
                        OvsdbServer.start(List.of(Database.replay(journal)), OvsdbServer.Limits.USUAL, event -> {});
                launched.listen(address());
                return launched;
            } catch (IOException | OvsdbException failed) {
                throw new IllegalStateException(failed);
            }
        }

        @Override
        public OvsdbAddress address() {
            return new OvsdbAddress.Unix(folder.resolve("db.sock"));
        }

        @Override
        public void restart() {
            server.close();
            server = launch();
        }

        @Override
        public boolean remembersTransactions() {
            return true;
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
