package ecmplab.lab.node;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.fabric.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The main program of a node: reads its configuration, serves the control socket, and lives until it is killed. */
public final class NodeProcess {
    private NodeProcess() {}

    /** Runs the node. @return the exit code */
    public static int run(Path file) throws IOException, InterruptedException {
        var config = NodeConfig.read(file);
        if (!(config instanceof NodeConfig.ClientConfig)) {
            throw new IOException(config.name() + ": no such kind of node in this build");
        }
        var commands = new CommandTree()
                .on("ready", values -> Answer.line("ready"))
                .on("about", values -> Answer.line("no traffic"));
        try (var server = ControlServer.start(config.socket(), commands)) {
            new CountDownLatch(1).await();
        }
        return 0;
    }
}
