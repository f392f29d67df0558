package ecmplab.hostagent.nat;

import java.time.Duration;

/**
 * How long a TCP flow without packets keeps its state where that is shorter than the endpoint's own idle timeout.
 *
 * @param opening until the VM has answered and the client has acknowledged
 * @param halfClosed after a FIN from one side: the other may still send
 * @param closed after FINs from both sides, or a reset: as long as late segments may come
 */
public record NatTimeouts(Duration opening, Duration halfClosed, Duration closed) {
    /** Opening outlasts Linux's longest gap between SYN retransmissions; half-closed is that of RFC 5382's transitory state. */
    public static final NatTimeouts STANDARD =
            new NatTimeouts(Duration.ofSeconds(60), Duration.ofMinutes(4), Duration.ofSeconds(10));

    public NatTimeouts {
        requirePositive("opening", opening);
        requirePositive("half-closed", halfClosed);
        requirePositive("closed", closed);
    }

    private static void requirePositive(String what, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(what + " timeout " + timeout + ": must be positive");
        }
    }
}
