package ecmplab.lab.node;

import ecmplab.controller.SlbDatabase;
import ecmplab.lab.authority.LabAuthority.Credentials;
import ecmplab.lab.authority.LabTls;
import ecmplab.lab.fabric.NodeConfig.ControllerConfig;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.database.Journal;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import ecmplab.ovsdb.server.OvsdbServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;

/** The embedded server: its journal is {@code NAME.journal}, its Unix socket {@code NAME.ovsdb}. */
final class EmbeddedStore implements Store {
    private final OvsdbServer server;
    private final OvsdbAddress address;

    EmbeddedStore(ControllerConfig config, EventLog events) throws IOException {
        var journal = Journal.open(
                config.directory().resolve(config.name() + ".journal"),
                SlbDatabase.schema(),
                InstantSource.system(),
                event -> events.add((Record) event));
        server = OvsdbServer.start(
                List.of(Database.replay(journal)), OvsdbServer.Limits.USUAL, event -> events.add((Record) event));
        address = server.listen(new OvsdbAddress.Unix(config.directory().resolve(config.name() + ".ovsdb")));
        var tls = LabTls.server(Credentials.of(config.directory(), config.name()));
        var management = config.controller().management().address();
        server.listen(new OvsdbAddress.Tls(
                new InetSocketAddress(management, config.controller().port()), tls));
    }

    @Override
    public OvsdbAddress address() {
        return address;
    }

    @Override
    public void close() {
        server.close();
    }
}
