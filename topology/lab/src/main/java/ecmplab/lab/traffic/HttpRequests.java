package ecmplab.lab.traffic;

import ecmplab.packet.AddressText;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP requests, each over a connection of its own, so that each is a new flow; sent one after another. Speaks to
 * {@link VmServices} and checks that the server saw this very client: HTTP libraries do not tell which local port they used.
 */
public final class HttpRequests {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int LONGEST_LINE = 8192;

    private HttpRequests() {}

    /**
     * What came of one request.
     *
     * @param client address and port of this end
     * @param vm who answered; null when nobody did
     * @param seen the client address the VM saw; null when nobody answered
     * @param why what went wrong; null when nothing did
     */
    public record Result(
            String client,
            @Nullable String vm,
            @Nullable String seen,
            double milliseconds,
            @Nullable String why) {
        /** Answered, and the VM saw the client's own address. */
        public boolean correct() {
            return why == null && client.equals(seen);
        }
    }

    /** Asks for {@code /} of {@code destination} {@code count} times. Blocks its thread. */
    public static List<Result> get(InetSocketAddress destination, int count) {
        var results = new ArrayList<Result>();
        for (int i = 0; i < count; i++) {
            results.add(get(destination));
        }
        return results;
    }

    private static Result get(InetSocketAddress destination) {
        long start = System.nanoTime();
        var client = "";
        try (var socket = new Socket()) {
            int patience = (int) PATIENCE.toMillis();
            socket.setSoTimeout(patience);
            socket.connect(destination, patience);
            client = AddressText.of(socket.getLocalAddress(), socket.getLocalPort());
            var request = "GET / HTTP/1.1\r\nHost: " + AddressText.of(destination.getAddress(), destination.getPort())
                    + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var in = new BufferedInputStream(socket.getInputStream());
            var status = line(in);
            if (!status.startsWith("HTTP/1.1 200 ")) {
                return new Result(client, null, null, since(start), "answered " + status);
            }
            for (var header = line(in); !header.isEmpty(); header = line(in)) {
                // The body of "/" is one line; no header matters for it.
            }
            var words = line(in).split(" ", 2);
            if (words.length != 2) {
                return new Result(client, null, null, since(start), "an answer that names no VM and client");
            }
            return new Result(client, words[0], words[1], since(start), null);
        } catch (IOException failed) {
            return new Result(client, null, null, since(start), String.valueOf(failed.getMessage()));
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0 || line.length() > LONGEST_LINE) {
                throw new IOException("the answer was cut off");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e6;
    }
}
