package ecmplab.ovsdb;

import java.nio.file.Path;

/** The suite against the embedded server, with its journal. */
class EmbeddedServerTest implements OvsdbContract {
    @Override
    public ServerUnderTest start(Path folder) {
        return ServerUnderTest.embedded(folder, SCHEMA);
    }
}
