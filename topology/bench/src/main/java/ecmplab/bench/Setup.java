package ecmplab.bench;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One speaker with its peers, all established. */
final class Setup implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);

    final Running speaker;
    final Loop loop = new Loop();
    final Sink sink;
    final List<Peer> sources = new ArrayList<>();
    final List<Counting> others = new ArrayList<>();

    private Setup(Running speaker, Sink sink) throws IOException {
        this.speaker = speaker;
        this.sink = sink;
    }

    /** @param sink the first receiver; forgets what it was told before */
    static Setup start(Running speaker, Subject subject, Layout layout, Sink sink)
            throws IOException, InterruptedException {
        sink.forget();
        var setup = new Setup(speaker, sink);
        try {
            setup.dial(layout);
            setup.settle();
            return setup;
        } catch (IOException failed) {
            setup.close();
            throw new IOException(subject.word + ": " + failed.getMessage() + "\n" + speaker.log(), failed);
        }
    }

    private void dial(Layout layout) throws IOException, InterruptedException {
        for (var source : layout.sources()) {
            sources.add(dial(layout, source, (octets, at, length) -> {}));
        }
        for (var receiver : layout.receivers()) {
            var counting = new Counting();
            if (receiver.equals(layout.receivers().getFirst())) {
                dial(layout, receiver, sink);
            } else {
                dial(layout, receiver, counting);
                others.add(counting);
            }
        }
    }

    /** Lets the speaker end what its start began: End-of-RIB, and a JVM's compiling in the background. */
    void settle() throws IOException {
        long until = System.nanoTime() + 700_000_000L;
        loop.until(() -> System.nanoTime() > until, PATIENCE, "a moment");
    }

    /** A speaker that has just begun may refuse, or close what it does not know yet. */
    private Peer dial(Layout layout, Layout.Neighbor neighbor, Peer.Listener listener)
            throws IOException, InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                var peer = Peer.dial(loop.selector(), neighbor.address(), neighbor.asn(), layout.speaker(), listener);
                loop.until(peer::isEstablished, PATIENCE, "session of " + neighbor.address() + " established");
                return peer;
            } catch (SocketException | Peer.ClosedException refused) {
                if (attempt == 1500 || !speaker.isAlive()) {
                    throw refused;
                }
                Thread.sleep(10);
            }
        }
    }

    /** Plays the messages, a buffer a source, and returns the seconds until the sink is right. */
    double play(List<ByteBuffer> messages, String what) throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < messages.size(); i++) {
            sources.get(i).send(messages.get(i).duplicate());
        }
        return converge(start, what);
    }

    double converge(long start, String what) throws IOException {
        try {
            loop.until(() -> sink.isRight() || sink.wrong() > 0, PATIENCE, what);
            if (sink.wrong() > 0) {
                throw new IOException(what + ": " + sink.wrong() + " UPDATEs are not as the policies would have them");
            }
        } catch (IOException failed) {
            throw new IOException(
                    failed.getMessage() + "; " + sink.missing() + " prefixes are not right\n" + speaker.log(), failed);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() throws IOException {
        loop.close();
        for (var peer : sources) {
            peer.close();
        }
        speaker.close();
    }
}
