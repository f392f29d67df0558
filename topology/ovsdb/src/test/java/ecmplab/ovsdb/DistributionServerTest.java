package ecmplab.ovsdb;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.file.Path;

/** The suite against the distribution's {@code ovsdb-server}: what it does is what the embedded one has to do. */
@Needs(Need.OVSDB_SERVER)
class DistributionServerTest implements OvsdbContract {
    @Override
    public ServerUnderTest start(Path folder) {
        return ServerUnderTest.debian(folder, SCHEMA);
    }
}
