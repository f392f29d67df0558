package ecmplab.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks our speaker for its summary every 20 ms on a thread of its own, and takes the time that each answer needs: from the connection
 * until the last octet, without a client's start. The thread goes before the others of this process where it may, so that the time is the
 * speaker's and not that of waiting for a processor here.
 */
final class Asker implements AutoCloseable {
    private static final byte[] QUESTION = "show\0bgp\0summary\n".getBytes(StandardCharsets.UTF_8);

    private final Path socket;
    private final List<Double> times = new ArrayList<>();
    private final Thread thread;
    private volatile boolean done;

    Asker(Path socket) {
        this.socket = socket;
        thread = Thread.ofPlatform().daemon().start(this::run);
    }

    double median() throws IOException {
        var sorted = sorted();
        return sorted.get(sorted.size() / 2);
    }

    double worst() throws IOException {
        return sorted().getLast();
    }

    private List<Double> sorted() throws IOException {
        synchronized (times) {
            if (times.isEmpty()) {
                throw new IOException("no answer from " + socket);
            }
            return times.stream().sorted().toList();
        }
    }

    /** Linux counts the niceness of each thread. */
    private static void goFirst() throws IOException, InterruptedException {
        var self = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
        var renice = new ProcessBuilder("renice", "-n", "-20", "-p", self.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (renice.waitFor() != 0) {
            System.err.println(
                    "  the asking thread may not go first: times of show include its waiting for a processor");
        }
    }

    private void run() {
        try {
            goFirst();
            while (!done) {
                double time = ask();
                synchronized (times) {
                    times.add(time);
                }
                Thread.sleep(20);
            }
        } catch (IOException gone) {
            done = true;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private double ask() throws IOException {
        long start = System.nanoTime();
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(QUESTION));
            var answer = ByteBuffer.allocate(1 << 16);
            while (channel.read(answer) >= 0 && answer.hasRemaining()) {
                // until the end
            }
            // an answer begins with its exit code, in four octets
            if (answer.position() < Integer.BYTES || answer.getInt(0) != 0) {
                throw new IOException(
                        "refused: " + new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8));
            }
        }
        return (System.nanoTime() - start) / 1e6;
    }

    @Override
    public void close() {
        done = true;
        thread.interrupt();
    }
}
