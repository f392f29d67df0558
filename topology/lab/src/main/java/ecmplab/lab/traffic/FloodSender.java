package ecmplab.lab.traffic;

import java.io.IOException;

/** How the packets of a flood leave. Used by one thread. */
sealed interface FloodSender extends AutoCloseable permits LiveFrames, FloodSocket {
    /** For people. */
    String way();

    /** @return how many of them were sent */
    int send(int packets) throws IOException;

    @Override
    void close() throws IOException;
}
