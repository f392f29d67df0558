package ecmplab.lab.node;

import ecmplab.controller.slb.SlbEvent;
import ecmplab.controller.slb.SlbManager;
import ecmplab.controller.slb.SlbSettings;
import ecmplab.controller.slb.SlbView;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.fabric.NodeConfig.ControllerConfig;
import ecmplab.lab.show.ControllerShow;
import ecmplab.ovsdb.client.OvsdbClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.List;

/** The network controller: the OVSDB server, or a guardian of the distribution's, and the SLB manager over it. */
final class ControllerNode implements NodeRuntime {
    private final Store store;
    private final SlbManager manager;

    ControllerNode(ControllerConfig config, EventLog events, CommandTree commands) throws IOException {
        store = switch (config.controller().ovsdb()) {
            case EMBEDDED -> new EmbeddedStore(config, events);
            case OVSDB_SERVER -> new OvsdbServerStore(config);
        };
        var services = Services.of(config.lab(), config.controller().slots());
        manager = SlbManager.start(
                store.address(),
                OvsdbClient.Options.USUAL,
                SlbSettings.USUAL,
                services.pools(),
                services.endpoints(),
                config.name() + "@" + ManagementFactory.getRuntimeMXBean().getStartTime(),
                InstantSource.system(),
                event -> log(events, event));
        ControllerShow.add(commands, manager);
    }

    private static void log(EventLog events, SlbEvent event) {
        events.add((Record) event);
    }

    @Override
    public List<String> waitingFor() {
        return manager.view().role() == SlbView.Role.ACTIVE ? List.of() : List.of("the database");
    }

    @Override
    public String status() {
        return ControllerShow.status(manager.view());
    }

    @Override
    public void close() throws IOException {
        manager.close();
        store.close();
    }
}
