package ecmplab.hostagent.probe;

import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.time.Duration;

/**
 * A probe against one backend. {@code probe} and {@code member} together name it.
 *
 * @param probe id of the probe resource that asks for it
 * @param member id of the backend, as in {@link ecmplab.mux.table.Member#id}
 * @param dip the backend's own address
 * @param path request target of {@link Protocol#HTTP}, such as {@code /health}; empty for {@link Protocol#TCP}
 * @param interval from the start of one attempt to the start of the next; it is never less than the attempt took
 * @param timeout of a whole attempt: connect, request and answer
 * @param threshold consecutive equal results that change a known state; the first result of all counts at once
 */
public record ProbeSpec(
        String probe,
        String member,
        InetAddress dip,
        Protocol protocol,
        int port,
        String path,
        Duration interval,
        Duration timeout,
        int threshold) {
    public enum Protocol {
        /** Up when the connection is accepted. */
        TCP,
        /** Up when GET is answered with status 200. */
        HTTP
    }

    public ProbeSpec {
        require(port >= 1 && port <= 0xFFFF, "port", port, "1 to 65535");
        require(threshold >= 1 && threshold <= 100, "threshold", threshold, "1 to 100");
        require(interval.toMillis() >= 100, "interval", interval, "at least 100 ms");
        require(timeout.toMillis() >= 10 && timeout.toMinutes() <= 1, "timeout", timeout, "10 ms to 1 min");
        switch (protocol) {
            case TCP -> require(path.isEmpty(), "path", path, "empty for TCP");
            case HTTP -> require(path.matches("/[\\x21-\\x7E]{0,1023}"), "path", path, "a URI path of ASCII from / on");
        }
    }

    private static void require(boolean holds, String what, Object seen, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("probe " + what + " " + seen + ": must be " + expected);
        }
    }

    /** Such as {@code http 10.1.1.11:8080/health} or {@code tcp [2001:db8::11]:80}. */
    public String target() {
        return (protocol == Protocol.TCP ? "tcp " : "http ") + AddressText.of(dip, port) + path;
    }
}
