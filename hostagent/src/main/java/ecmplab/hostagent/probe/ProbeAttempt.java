package ecmplab.hostagent.probe;

import ecmplab.packet.AddressText;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One attempt of a probe over a fresh connection; it blocks for the probe's timeout at most, whatever the backend does: what
 * the backend says is malformed input until it has proved otherwise.
 */
final class ProbeAttempt {
    /** Octets of a status line that are looked at; a longer one is a failure. */
    private static final int STATUS_LINE = 256;

    private final ProbeSpec spec;
    private final InstantSource clock;
    private final long started = System.nanoTime();

    private ProbeAttempt(ProbeSpec spec, InstantSource clock) {
        this.spec = spec;
        this.clock = clock;
    }

    /**
     * @param socket unconnected; its close, from any thread, ends the attempt
     * @param clock wall time for the result; the timeout is the sockets' and needs none
     */
    static ProbeResult run(ProbeSpec spec, Socket socket, InstantSource clock) {
        return new ProbeAttempt(spec, clock).run(socket);
    }

    private ProbeResult run(Socket socket) {
        try (socket) {
            socket.connect(new InetSocketAddress(spec.dip(), spec.port()), millisLeft());
            return switch (spec.protocol()) {
                case TCP -> result(true, "connected");
                case HTTP -> get(socket);
            };
        } catch (SocketTimeoutException late) {
            return result(false, "no answer within " + spec.timeout().toMillis() + " ms");
        } catch (ConnectException refused) {
            return result(false, "connection refused");
        } catch (NoRouteToHostException unreachable) {
            return result(false, "no route to host");
        } catch (IOException broken) {
            return result(false, String.valueOf(broken.getMessage()).toLowerCase(Locale.ROOT));
        }
    }

    private ProbeResult get(Socket socket) throws IOException {
        var request = "GET " + spec.path() + " HTTP/1.1\r\nHost: " + AddressText.of(spec.dip(), spec.port())
                + "\r\nUser-Agent: ecmplab-probe\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var line = statusLine(socket);
        if (line.length() == STATUS_LINE) {
            return result(false, "status line longer than " + STATUS_LINE + " octets");
        }
        if (!line.matches("HTTP/1\\.[01] [0-9]{3}( .*)?\\r?")) {
            return result(false, "not HTTP: " + printable(line.strip()));
        }
        return result(line.startsWith("200", 9), printable(line.substring(9).strip()));
    }

    /** Reads up to the end of the first line; the time left shrinks with each octet, so a trickle does not hold it up. */
    private String statusLine(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        var line = new StringBuilder();
        while (line.length() < STATUS_LINE) {
            socket.setSoTimeout(millisLeft());
            int octet = in.read();
            if (octet < 0 || octet == '\n') {
                break;
            }
            line.append((char) octet);
        }
        return line.toString();
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7E]", "?");
    }

    private int millisLeft() throws SocketTimeoutException {
        long left = spec.timeout().toNanos() - (System.nanoTime() - started);
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        return (int) TimeUnit.NANOSECONDS.toMillis(left) + 1;
    }

    private ProbeResult result(boolean up, String why) {
        return new ProbeResult(clock.instant(), up, why, Duration.ofNanos(System.nanoTime() - started));
    }
}
