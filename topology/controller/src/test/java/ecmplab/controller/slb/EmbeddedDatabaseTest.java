package ecmplab.controller.slb;

import ecmplab.controller.SlbDatabase;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.database.Journal;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import ecmplab.ovsdb.server.OvsdbServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** With the database in the embedded server. */
class EmbeddedDatabaseTest implements SlbContract {
    @Override
    public Server start(Path folder) {
        var address = new OvsdbAddress.Unix(folder.resolve("db.sock"));
        return new Server() {
            private OvsdbServer server = launch();

            private OvsdbServer launch() {
                try {
                    var journal = Journal.open(
                            folder.resolve("slb.db"), SlbDatabase.schema(), InstantSource.system(), event -> {});
                    var launched =
                            OvsdbServer.start(List.of(Database.replay(journal)), OvsdbServer.Limits.USUAL, event -> {});
                    launched.listen(address);
                    return launched;
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }

            @Override
            public OvsdbAddress address() {
                return address;
            }

            @Override
            public void restart() {
                server.close();
                server = launch();
            }

            @Override
            public void close() {
                server.close();
            }
        };
    }
}
