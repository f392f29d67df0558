package ecmplab.lab.supervisor;

import ecmplab.lab.control.ControlClient;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** Ends a lab from outside: asks first, then kills, and in both cases leaves nothing. Uses the JDK only. */
public final class Destruction {
    private static final Duration ASKED = Duration.ofSeconds(5);
    private static final Duration KILLED = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Destruction() {}

    /** Returns when no process and no file of the lab is left; at once when there is none. */
    public static void end(StateDirectory directory) throws IOException, InterruptedException {
        var owner = directory.owner();
        if (owner.filter(ProcessId::alive).isPresent()) {
            if (!asked(directory) || !gone(directory, owner.get(), ASKED)) {
                kill(owner.get());
                gone(directory, owner.get(), KILLED);
            }
        }
        directory.sweep();
    }

    private static boolean asked(StateDirectory directory) throws InterruptedException {
        var asking = Thread.ofVirtual().start(() -> {
            try {
                ControlClient.ask(directory.supervisorSocket(), List.of("destroy"));
            } catch (IOException endedMeanwhile) {
                // whether it ended is seen next
            }
        });
        asking.join(ASKED); // a stopped supervisor does not answer
        boolean answered = !asking.isAlive();
        asking.interrupt();
        return answered;
    }

    private static boolean gone(StateDirectory directory, ProcessId owner, Duration patience)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (owner.alive() || Files.exists(directory.path())) {
            if (System.nanoTime() - end >= 0) {
                return false;
            }
            Thread.sleep(PAUSE);
        }
        return true;
    }

    /** The outermost process takes all others with it. */
    private static void kill(ProcessId owner) {
        if (owner.alive()) {
            ProcessHandle.of(owner.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
