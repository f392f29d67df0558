package ecmplab.lab.node;

import ecmplab.controller.SlbDatabase;
import ecmplab.lab.authority.LabAuthority.Credentials;
import ecmplab.lab.fabric.NodeConfig.ControllerConfig;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The distribution's {@code ovsdb-server} as a child process, with its database, sockets and pid file in the state directory. */
final class OvsdbServerStore implements Store {
    private static final long PATIENCE_SECONDS = 10;

    private final Process process;
    private final OvsdbAddress.Unix address;

    OvsdbServerStore(ControllerConfig config) throws IOException {
        var directory = config.directory();
        var database = directory.resolve(config.name() + ".db");
        if (!Files.exists(database)) {
            var schema = directory.resolve("slb.ovsschema");
            Files.writeString(schema, SlbDatabase.schemaText());
            run(List.of("ovsdb-tool", "create", database.toString(), schema.toString()), directory);
        }
        var own = Credentials.of(directory, config.name());
        var socket = directory.resolve(config.name() + ".ovsdb");
        address = new OvsdbAddress.Unix(socket);
        process = start(
                List.of(
                        "ovsdb-server",
                        "--no-chdir",
                        "--remote=punix:" + socket,
                        "--remote=pssl:" + config.controller().port() + ":"
                                + config.controller().management().address().getHostAddress(),
                        "--private-key=" + own.key(),
                        "--certificate=" + own.certificate(),
                        "--ca-cert=" + own.authority(),
                        "--unixctl=" + directory.resolve(config.name() + ".ctl"),
                        "-vconsole:warn",
                        "-vsyslog:off",
                        database.toString()),
                directory);
    }

    private static Process start(List<String> command, Path directory) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void run(List<String> command, Path directory) throws IOException {
        try {
            var process = start(command, directory);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " failed; see the node's log");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(String.join(" ", command) + " was interrupted", interrupted);
        }
    }

    @Override
    public OvsdbAddress address() {
        return address;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
