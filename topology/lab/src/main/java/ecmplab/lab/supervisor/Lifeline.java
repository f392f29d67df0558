package ecmplab.lab.supervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The pipe between the command that deploys a lab and the lab's supervisor. When it ends before the command said
 * {@value #COMMIT}, the command was killed or gave up, and the lab ends too.
 */
final class Lifeline {
    static final String COMMIT = "commit";

    private Lifeline() {}

    /** @param cut run when the pipe ends without a commit, however early */
    static void hold(InputStream pipe, Runnable cut) {
        Thread.ofPlatform().name("lifeline").daemon().start(() -> {
            boolean committed = false;
            try (var lines = new BufferedReader(new InputStreamReader(pipe, StandardCharsets.UTF_8))) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    committed |= line.equals(COMMIT);
                }
            } catch (IOException broken) {
                // the same as its end
            }
            if (!committed) {
                cut.run();
            }
        });
    }
}
