package ecmplab.lab.supervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * The pipe between the command that deploys a lab and the lab's supervisor. When it ends before the command said
 * {@value #COMMIT}, the command was killed or gave up, and the lab ends too.
 */
final class Lifeline {
    /** The files that the command writes are there. */
    static final String BEGIN = "begin";

    static final String COMMIT = "commit";

    private final CountDownLatch begun = new CountDownLatch(1);

    private Lifeline() {}

    /** @param cut run when the pipe ends without a commit, however early */
    static Lifeline hold(InputStream pipe, Runnable cut) {
        var lifeline = new Lifeline();
        Thread.ofPlatform().name("lifeline").daemon().start(() -> lifeline.read(pipe, cut));
        return lifeline;
    }

    /** Returns when the command has written its files. */
    void awaitBegin() throws InterruptedException {
        begun.await();
    }

    private void read(InputStream pipe, Runnable cut) {
        boolean committed = false;
        try (var lines = new BufferedReader(new InputStreamReader(pipe, StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                switch (line) {
                    case BEGIN -> begun.countDown();
                    case COMMIT -> committed = true;
                    default -> throw new IOException("unknown word '" + line + "'");
                }
            }
        } catch (IOException broken) {
            // the same as its end
        }
        if (!committed) {
            cut.run();
        }
    }
}
