package ecmplab.lab.supervisor;

import ecmplab.lab.control.ControlClient;
import ecmplab.lab.file.Node.Restart;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of the lab as processes in its namespace: one JVM, or the daemons of FRR or BIRD. Methods may be called from any
 * thread.
 */
final class RunningNode {
    private static final Duration ANSWER = Duration.ofMillis(500);

    private final String name;
    private final String kind;
    private final Restart restart;
    private final StateDirectory directory;
    private final Commands commands;
    private final Consumer<Death> deaths;
    private final List<Process> processes = new ArrayList<>();
    private @Nullable ProcessId shown;
    private @Nullable Death death;
    private boolean configured;
    private int run;

    /**
     * What to run, and how to tell that it works.
     *
     * @param run started in this order; the last is the one whose number is shown
     * @param configure run once after each start, until it succeeds; nothing when the processes configure themselves
     * @param ready asked through this instead of the node's control socket; nothing for our own nodes
     */
    record Commands(List<List<String>> run, Optional<List<String>> configure, Optional<List<String>> ready) {
        static Commands ours(List<String> jvm) {
            return new Commands(List.of(jvm), Optional.empty(), Optional.empty());
        }
    }

    /** The end of a node's process that nobody asked for, or that a fault caused. */
    record Death(String node, long pid, int exit) {
        /** Such as {@code killed by signal 9} or {@code exit 1}. */
        String how() {
            return exit > 128 ? "killed by signal " + (exit - 128) : "exit " + exit;
        }
    }

    RunningNode(
            String name,
            String kind,
            Restart restart,
            StateDirectory directory,
            Commands commands,
            Consumer<Death> deaths) {
        this.name = name;
        this.kind = kind;
        this.restart = restart;
        this.directory = directory;
        this.commands = commands;
        this.deaths = deaths;
    }

    String name() {
        return name;
    }

    String kind() {
        return kind;
    }

    Restart restart() {
        return restart;
    }

    /** Starts the processes; the first that fails to start ends the attempt. */
    synchronized void start() throws IOException {
        death = null;
        configured = commands.configure().isEmpty();
        run++;
        processes.clear();
        var log = directory.log(name).toFile();
        for (var command : commands.run()) {
            var inside = new ArrayList<>(List.of("ip", "netns", "exec", name));
            inside.addAll(command);
            var builder = new ProcessBuilder(inside)
                    .directory(directory.path().toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
            var process = builder.start();
            processes.add(process);
            int thisRun = run;
            var ignored = process.onExit().thenAccept(ended -> ended(ended, thisRun));
        }
        var principal = processes.getLast().pid();
        shown = OuterProcesses.of(principal).orElse(null);
        if (shown != null) {
            Files.writeString(directory.pidFile(name), shown + "\n");
        }
    }

    private void ended(Process process, int itsRun) {
        Death told;
        synchronized (this) {
            if (itsRun != run || death != null) {
                return;
            }
            told = new Death(name, shown == null ? process.pid() : shown.pid(), process.exitValue());
            death = told;
        }
        kill();
        deaths.accept(told);
    }

    /** SIGKILL to what still runs of it. */
    void kill() {
        for (var process : running()) {
            try {
                Signals.KILL.send(process.pid());
            } catch (IOException ended) {
                // what was to be killed has ended by itself
            }
        }
    }

    /** @throws IOException when it does not run */
    void signal(Signals signal) throws IOException {
        var targets = running();
        if (targets.isEmpty()) {
            throw new IOException(name + " does not run");
        }
        for (var process : targets) {
            signal.send(process.pid());
        }
    }

    private synchronized List<Process> running() {
        return processes.stream().filter(Process::isAlive).toList();
    }

    /** Ends what runs, without telling of a death, and starts anew. */
    void startAgain() throws IOException, InterruptedException {
        List<Process> old;
        synchronized (this) {
            run++;
            old = List.copyOf(processes);
        }
        kill();
        for (var process : old) {
            process.waitFor();
        }
        start();
    }

    /** Number as the machine's users see it; none before the first start. */
    synchronized Optional<ProcessId> id() {
        return Optional.ofNullable(shown);
    }

    /** How it ended, when it is not running. */
    synchronized Optional<Death> death() {
        return Optional.ofNullable(death);
    }

    /** {@code ready}, {@code starting}, {@code stopped}, or how it ended. Asks the node, which takes half a second at most. */
    String state() {
        var dead = death();
        if (dead.isPresent()) {
            return "dead, " + dead.get().how();
        }
        if (id().map(ProcessId::stopped).orElse(false)) {
            return "stopped";
        }
        return ready() ? "ready" : "starting";
    }

    /** Whether it does its work. */
    boolean ready() {
        if (death().isPresent()) {
            return false;
        }
        try {
            if (!configured()) {
                return false;
            }
            if (commands.ready().isPresent()) {
                return Tool.run(commands.ready().get(), Duration.ofSeconds(2)).fine();
            }
            return ask(List.of("ready")).filter(said -> said.code() == 0).isPresent();
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized boolean configured() throws IOException, InterruptedException {
        if (!configured && commands.configure().isPresent()) {
            configured =
                    Tool.run(commands.configure().get(), Duration.ofSeconds(5)).fine();
        }
        return configured;
    }

    /** A line of what it says of itself; empty when it says nothing. */
    String about() {
        if (commands.ready().isPresent()) {
            return "";
        }
        return ask(List.of("about"))
                .filter(said -> said.code() == 0)
                .map(said -> said.text().strip())
                .orElse("");
    }

    /** What the node answers; nothing when it does not in half a second, being stopped for example. */
    Optional<ControlClient.Said> ask(List<String> words) {
        try {
            return Optional.of(ControlClient.ask(directory.socket(name), words, ANSWER));
        } catch (IOException silent) {
            return Optional.empty();
        }
    }
}
