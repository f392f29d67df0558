package ecmplab.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The distribution's {@code ovsdb-server} with a database file, sockets and log of its own in a folder of the test. */
public final class OvsdbServerProcess implements AutoCloseable {
    private final Path folder;
    private final Path database;
    private final List<String> moreOptions;
    private Process process;

    private OvsdbServerProcess(Path folder, Path database, List<String> moreOptions) {
        this.folder = folder;
        this.database = database;
        this.moreOptions = moreOptions;
        this.process = launch();
    }

    /** Makes a database with {@code schema} (the text of an {@code .ovsschema} file) in {@code folder} and serves it. */
    public static OvsdbServerProcess start(Path folder, String schema, String... moreOptions) {
        try {
            var schemaFile = Files.writeString(folder.resolve("test.ovsschema"), schema);
            var database = folder.resolve("test.db");
            run("ovsdb-tool", "create", database.toString(), schemaFile.toString());
            return serve(folder, database, moreOptions);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Serves a database file that is there. */
    public static OvsdbServerProcess serve(Path folder, Path database, String... moreOptions) {
        return new OvsdbServerProcess(folder, database, Arrays.asList(moreOptions));
    }

    private Process launch() {
        try {
            Files.deleteIfExists(socket());
            var command = Stream.concat(
                            Stream.of(
                                    "ovsdb-server",
                                    "--no-chdir",
                                    "--remote=punix:" + socket(),
                                    "--unixctl=" + folder.resolve("ctl"),
                                    "--pidfile=" + folder.resolve("pid"),
                                    "--log-file=" + folder.resolve("log")),
                            Stream.concat(moreOptions.stream(), Stream.of(database.toString())))
                    .toList();
            var started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out").toFile())
                    .start();
            Await.until("ovsdb-server listens on " + socket(), () -> {
                if (!started.isAlive()) {
                    throw new IllegalStateException("ovsdb-server ended: " + Files.readString(folder.resolve("out")));
                }
                return Files.exists(socket());
            });
            return started;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Where it listens. */
    public Path socket() {
        return folder.resolve("db.sock");
    }

    /** Kills it and starts it again on the same database. */
    public void restart() {
        close();
        process = launch();
    }

    /** Runs a program to its end and returns its standard output; throws with both outputs when it fails. */
    public static String run(String... command) {
        try {
            var out = Files.createTempFile("ecmplab", ".out");
            var err = Files.createTempFile("ecmplab", ".err");
            try {
                var process = new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(60, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(String.join(" ", command) + ": not over after 60 s");
                }
                if (process.exitValue() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + ": exit code " + process.exitValue()
                            + "\n" + Files.readString(out) + Files.readString(err));
                }
                return Files.readString(out);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
