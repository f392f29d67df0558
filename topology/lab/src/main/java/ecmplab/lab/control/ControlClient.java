package ecmplab.lab.control;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a {@link ControlServer}. Uses the JDK only, so that a {@code show} command starts fast. */
public final class ControlClient {
    private ControlClient() {}

    /** What the node said: the exit code and the text. */
    public record Said(int code, String text) {}

    /**
     * Asks, and gives up after a while: a stopped process takes the connection and never answers.
     *
     * @throws IOException as without patience, and when it has ended
     */
    public static Said ask(Path socket, List<String> words, Duration patience) throws IOException {
        var task = new FutureTask<>(() -> ask(socket, words));
        // no virtual thread: its poller would sit in a system call, for which a JVM waits 300 ms before it exits
        var thread = Thread.ofPlatform().daemon().start(task);
        try {
            return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException io ? io : new IOException(failed.getCause());
        } catch (TimeoutException silent) {
            throw new IOException(socket + ": no answer within " + patience.toMillis() + " ms", silent);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking " + socket, interrupted);
        } finally {
            thread.interrupt();
        }
    }

    /** @throws IOException when nobody serves the socket, or the answer is cut off */
    public static Said ask(Path socket, List<String> words) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Channels.newOutputStream(channel).write((String.join("\0", words) + "\n").getBytes(StandardCharsets.UTF_8));
            var in = new BufferedInputStream(Channels.newInputStream(channel));
            int code = 0;
            int octet = in.read();
            if (octet < 0) {
                throw new IOException(socket + ": closed without an answer");
            }
            for (; octet >= '0' && octet <= '9'; octet = in.read()) {
                code = code * 10 + octet - '0';
            }
            return new Said(code, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
