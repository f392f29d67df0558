package ecmplab.lab.control;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a {@link CommandTree} on a Unix domain socket, each request on a virtual thread, at most 32 at once. */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final int MOST_AT_ONCE = 32;
    private static final int LONGEST_REQUEST = 64 * 1024;

    private final Path path;
    private final ServerSocketChannel server;
    private final CommandTree commands;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);

    private ControlServer(Path path, ServerSocketChannel server, CommandTree commands) {
        this.path = path;
        this.server = server;
        this.commands = commands;
    }

    /** Listens on {@code path}; a socket file that nobody serves any more is replaced. */
    public static ControlServer start(Path path, CommandTree commands) throws IOException {
        Files.deleteIfExists(path);
        var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(path));
        var server = new ControlServer(path, channel, commands);
        Thread.ofVirtual().name("control").start(server::accept);
        return server;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                places.acquire();
                var connection = server.accept();
                Thread.ofVirtual().name("control-request").start(() -> {
                    try (connection) {
                        serve(connection);
                    } catch (IOException gone) {
                        LOG.debug("control client went away", gone);
                    } finally {
                        places.release();
                    }
                });
            } catch (IOException closed) {
                if (server.isOpen()) {
                    LOG.warn("control socket {}: {}", path, closed.toString());
                }
                places.release();
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    private void serve(SocketChannel connection) throws IOException {
        var in = new BufferedInputStream(Channels.newInputStream(connection));
        var words = readWords(in);
        new Conversation(connection, in, commands).answer(words);
    }

    /** Reads NUL-separated words up to the LF. @throws IOException when the request is cut off or too long */
    static List<String> readWords(InputStream in) throws IOException {
        var words = new ArrayList<String>();
        var word = new java.io.ByteArrayOutputStream();
        for (int read = 0; read < LONGEST_REQUEST; read++) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("request ended before its line feed");
            }
            if (octet == 0 || octet == '\n') {
                if (word.size() > 0) {
                    words.add(word.toString(StandardCharsets.UTF_8));
                }
                word.reset();
            } else {
                word.write(octet);
            }
            if (octet == '\n') {
                return words;
            }
        }
        throw new IOException("request longer than " + LONGEST_REQUEST + " octets");
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException gone) {
            LOG.debug("closing control socket {}", path, gone);
        }
    }
}
