package ecmplab.bgp.speaker;

import ecmplab.bgp.wire.Prefix;

/** How a program announces its own routes. Any thread may call; calls take effect in order. */
public interface RouteOrigin {
    /**
     * Announces the prefix to every peer, or replaces what was announced for it.
     *
     * @param communities standard communities as 32-bit numbers (RFC 1997), such as 0xFFFF0000 GRACEFUL_SHUTDOWN (RFC 8326)
     */
    void announce(Prefix prefix, int... communities);

    /** Withdraws the prefix; nothing happens when it was not announced. */
    void withdraw(Prefix prefix);
}
