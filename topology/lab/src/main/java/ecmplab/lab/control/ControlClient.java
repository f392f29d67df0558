package ecmplab.lab.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a {@link ControlServer}. Uses the JDK only, so that a {@code show} command starts fast. */
public final class ControlClient {
    private ControlClient() {}

    /** What the node said: the exit code and the text. */
    public record Said(int code, String text) {}

    /** Takes an answer as it comes. What it throws ends the connection, and with it the node's work. */
    public interface Receiver {
        /** The answer begins, with its exit code as far as that is known. */
        void begin(int code) throws IOException;

        /** More of it: {@code length} octets of UTF-8, which may end within a character; valid during the call only. */
        void chunk(byte[] octets, int length) throws IOException;
    }

    /**
     * Asks, and gives up after a while: a stopped process takes the connection and never answers.
     *
     * @throws IOException as without patience, and when it has ended
     */
    public static Said ask(Path socket, List<String> words, Duration patience) throws IOException {
        return within(socket, patience, () -> ask(socket, words));
    }

    /** @throws IOException when nobody serves the socket, or the answer is cut off */
    public static Said ask(Path socket, List<String> words) throws IOException {
        var text = new ByteArrayOutputStream();
        try (var channel = connect(socket, words)) {
            var in = begin(socket, channel);
            Chunks.readCode(in);
            int code = read(socket, in, new Receiver() {
                @Override
                public void begin(int first) {}

                @Override
                public void chunk(byte[] octets, int length) {
                    text.write(octets, 0, length);
                }
            });
            return new Said(code, text.toString(StandardCharsets.UTF_8));
        }
    }

    /**
     * Asks, and hands the answer on as it comes.
     *
     * @param patience until the answer begins; what follows may take its time
     * @return the exit code
     * @throws IOException when nobody answers in time, the answer is cut off, or the receiver throws it
     */
    public static int stream(Path socket, List<String> words, Duration patience, Receiver receiver) throws IOException {
        try (var channel = within(socket, patience, () -> connect(socket, words))) {
            var in = within(socket, patience, () -> begin(socket, channel));
            receiver.begin(Chunks.readCode(in));
            return read(socket, in, receiver);
        }
    }

    private static SocketChannel connect(Path socket, List<String> words) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Channels.newOutputStream(channel).write((String.join("\0", words) + "\n").getBytes(StandardCharsets.UTF_8));
            return channel;
        } catch (IOException unserved) {
            channel.close();
            throw unserved;
        }
    }

    /** The answer, once its beginning is there. */
    private static InputStream begin(Path socket, SocketChannel channel) throws IOException {
        var in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
        in.mark(1);
        if (in.read() < 0) {
            throw new IOException(socket + ": closed without an answer");
        }
        in.reset();
        return in;
    }

    private static int read(Path socket, InputStream in, Receiver receiver) throws IOException {
        try {
            return Chunks.read(in, receiver);
        } catch (EOFException cut) {
            throw new IOException(socket + ": the answer was cut off", cut);
        }
    }

    private static <T> T within(Path socket, Duration patience, Callable<T> work) throws IOException {
        var task = new FutureTask<>(work);
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
}
