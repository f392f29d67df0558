package ecmplab.lab.node;

import java.io.IOException;
import java.util.List;

/** What a kind of node is made of: started by its constructor, ended by {@link #close}. */
interface NodeRuntime extends AutoCloseable {
    /** What the node still waits for; empty when it is ready. */
    List<String> waitingFor();

    /** A word or two for {@code lab inspect}: what the node says of itself. */
    String status();

    @Override
    void close() throws IOException;
}
