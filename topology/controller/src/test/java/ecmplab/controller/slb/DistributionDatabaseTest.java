package ecmplab.controller.slb;

import ecmplab.controller.SlbDatabase;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import ecmplab.testkit.OvsdbServerProcess;
import java.nio.file.Path;

/** With the database in the distribution's {@code ovsdb-server}. */
@Needs(Need.OVSDB_SERVER)
class DistributionDatabaseTest implements SlbContract {
    @Override
    public Server start(Path folder) {
        var process = OvsdbServerProcess.start(folder, SlbDatabase.schemaText());
        return new Server() {
            @Override
            public OvsdbAddress address() {
                return new OvsdbAddress.Unix(process.socket());
            }

            @Override
            public void restart() {
                process.restart();
            }

            @Override
            public void close() {
                process.close();
            }
        };
    }
}
