package ecmplab.lab.node;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.fabric.NodeConfig.VmConfig;
import ecmplab.lab.traffic.VmServices;
import java.io.IOException;
import java.util.List;

/** A backend machine: the kernel's TCP stack in its namespace, and what it serves. */
final class VmNode implements NodeRuntime {
    private final VmServices services;

    VmNode(VmConfig config, CommandTree commands) throws IOException {
        services = VmServices.start(
                config.vm().name(), config.vm().httpPort(), config.vm().echoPort());
        commands.on("show services", values -> Answer.of(services.served(), () -> status() + "\n"));
    }

    @Override
    public List<String> waitingFor() {
        return List.of();
    }

    @Override
    public String status() {
        var served = services.served();
        return served.httpRequests() + " http requests, " + served.echoConnections() + " echo connections, "
                + served.echoLines() + " lines";
    }

    @Override
    public void close() throws IOException {
        services.close();
    }
}
