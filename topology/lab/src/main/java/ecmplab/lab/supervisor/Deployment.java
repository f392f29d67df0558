package ecmplab.lab.supervisor;

import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabJson;
import ecmplab.lab.file.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A lab being deployed by this process. Until {@link #commit} it lives only as long as this process does, however that
 * ends; {@link #close} before a commit ends it and waits until nothing of it is left.
 */
public final class Deployment implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(20);
    private static final int MOST_DIAGNOSTICS = 50;

    /**
     * The outermost process: owns the state directory, and removes it when the lab is gone. {@code unshare} dies with it,
     * process 1 with {@code unshare}, and everything else with process 1.
     */
    private static final String SWEEPER = """
            dir=$1; user=$2; shift 2
            read -r stat < /proc/$$/stat; fields=${stat##*) }
            start=$(echo "$fields" | cut -d' ' -f20)
            echo "$$ $start" > "$dir/owner.new" && mv "$dir/owner.new" "$dir/owner" || exit 70
            setpriv --pdeathsig KILL unshare $user -m -n -p --fork --kill-child -- sh -c "$LAB_INIT" lab-init "$@"
            rm -rf -- "$dir"
            """;

    /** Process 1 of the lab. Its /run is private, so that named network namespaces are too. It reaps orphans while it waits. */
    private static final String INIT = """
            mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/netns && ip link set lo up || exit 70
            "$@"
            exit $?
            """;

    private final StateDirectory directory;
    private final Process sweeper;
    private final Writer lifeline;
    private final BufferedReader told;
    private boolean committed;

    private Deployment(StateDirectory directory, Process sweeper) {
        this.directory = directory;
        this.sweeper = sweeper;
        lifeline = sweeper.outputWriter();
        told = sweeper.inputReader();
    }

    /**
     * Starts the lab's processes; {@link #awaitReady} waits for them.
     *
     * @throws java.nio.file.FileAlreadyExistsException when a lab of that name runs
     */
    public static Deployment start(Lab lab) throws IOException {
        // all that takes time comes first: killed between the next two steps, this process leaves a directory behind
        var text = LabJson.mapper().writeValueAsString(lab);
        var nodes = nodes(lab);
        var directory = StateDirectory.create(lab.name());
        try {
            var sweeper = sweeper(directory).start();
            var deployment = new Deployment(directory, sweeper);
            Files.write(directory.path().resolve("nodes"), nodes);
            Files.writeString(directory.labFile(), text);
            deployment.say(Lifeline.BEGIN);
            return deployment;
        } catch (IOException | RuntimeException failed) {
            directory.sweep();
            throw failed;
        }
    }

    private static ProcessBuilder sweeper(StateDirectory directory) {
        var command = new ArrayList<>(List.of("setsid", "sh", "-c", SWEEPER, "lab-sweeper"));
        command.add(directory.path().toString());
        command.add(StateDirectory.uid() == 0 ? "" : "-U -r");
        command.addAll(JavaCommand.of(
                JavaCommand.Size.CONTROL, "supervisor", directory.path().toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LAB_INIT", INIT);
        return builder;
    }

    private void say(String word) throws IOException {
        lifeline.write(word + "\n");
        lifeline.flush();
    }

    private static List<String> nodes(Lab lab) {
        var lines = new ArrayList<String>();
        for (var node : lab.nodes()) {
            lines.add(node.name() + " " + node.kind());
            if (node instanceof Node.Host host) {
                host.vms().forEach(vm -> lines.add(vm.name() + " vm"));
            }
        }
        return lines;
    }

    public StateDirectory directory() {
        return directory;
    }

    /**
     * Waits until every node is ready and every check of the lab file holds.
     *
     * @param progress told each step
     * @return how long it took, from the supervisor's start
     * @throws DeployException with the reason when the lab does not come up; it is gone by then
     */
    public Duration awaitReady(Consumer<String> progress) throws IOException {
        var diagnostics = new ArrayList<String>();
        for (var line = told.readLine(); line != null; line = told.readLine()) {
            var ready = Progress.READY.read(line);
            if (ready.isPresent()) {
                return Duration.ofMillis(Long.parseLong(ready.get()));
            }
            var failed = Progress.FAILED.read(line);
            if (failed.isPresent()) {
                close();
                throw new DeployException(failed.get());
            }
            Progress.STEP.read(line).ifPresent(progress);
            if (Progress.STEP.read(line).isEmpty() && diagnostics.size() < MOST_DIAGNOSTICS) {
                diagnostics.add(line);
            }
        }
        close();
        throw new DeployException(
                diagnostics.isEmpty() ? "the lab's supervisor ended without a word" : String.join("\n", diagnostics));
    }

    /** From now on the lab outlives this process; {@code lab destroy} ends it. */
    public void commit() throws IOException {
        say(Lifeline.COMMIT);
        committed = true;
    }

    /** Ends the lab unless it was committed, and returns when its state directory is gone, or after {@code 20 s}. */
    @Override
    public void close() throws IOException {
        lifeline.close();
        if (!committed) {
            try {
                if (!sweeper.waitFor(END)) {
                    throw new IOException(
                            "lab " + directory.name() + " does not end; its state is in " + directory.path());
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        told.close();
    }
}
