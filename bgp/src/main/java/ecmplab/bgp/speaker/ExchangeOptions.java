package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.PeerTerms;
import ecmplab.bgp.rib.PrefixLimit;
import ecmplab.bgp.wire.AddressFamily;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is special about the routes that are exchanged with a neighbour, besides policies. Start with {@link #USUAL} and change it with
 * the {@code with} methods.
 *
 * @param addPathSend of families whose paths are sent with path identifiers, how many of the best; {@link PeerTerms#ALL_PATHS} for all
 * @param reflectorClient whether an iBGP neighbour is our client as a route reflector (RFC 4456)
 * @param nextHopSelf whether the neighbour gets us as next hop of all routes
 * @param enforceFirstAs whether an eBGP neighbour's paths must begin with its AS
 * @param allowOwnAs how often our own AS may be in the neighbour's paths
 * @param limits routes that the neighbour may announce, by family; more end the session
 * @param limitRestart how long the neighbour stays down after that; null until somebody starts it again
 * @param sendLimits routes that the neighbour is told at most, by family
 */
public record ExchangeOptions(
        Map<AddressFamily, Integer> addPathSend,
        boolean reflectorClient,
        boolean nextHopSelf,
        boolean enforceFirstAs,
        int allowOwnAs,
        Map<AddressFamily, PrefixLimit> limits,
        @Nullable Duration limitRestart,
        Map<AddressFamily, Integer> sendLimits) {
    public static final ExchangeOptions USUAL =
            new ExchangeOptions(Map.of(), false, false, false, 0, Map.of(), null, Map.of());

    public ExchangeOptions {
        addPathSend = Map.copyOf(addPathSend);
        limits = Map.copyOf(limits);
        sendLimits = Map.copyOf(sendLimits);
    }

    public ExchangeOptions withAddPathSend(Map<AddressFamily, Integer> most) {
        return new ExchangeOptions(
                most, reflectorClient, nextHopSelf, enforceFirstAs, allowOwnAs, limits, limitRestart, sendLimits);
    }

    public ExchangeOptions withReflectorClient(boolean isClient) {
        return new ExchangeOptions(
                addPathSend, isClient, nextHopSelf, enforceFirstAs, allowOwnAs, limits, limitRestart, sendLimits);
    }

    public ExchangeOptions withNextHopSelf(boolean always) {
        return new ExchangeOptions(
                addPathSend, reflectorClient, always, enforceFirstAs, allowOwnAs, limits, limitRestart, sendLimits);
    }

    public ExchangeOptions withChecks(boolean firstAs, int ownAs) {
        return new ExchangeOptions(
                addPathSend, reflectorClient, nextHopSelf, firstAs, ownAs, limits, limitRestart, sendLimits);
    }

    public ExchangeOptions withLimits(Map<AddressFamily, PrefixLimit> most, @Nullable Duration restart) {
        return new ExchangeOptions(
                addPathSend, reflectorClient, nextHopSelf, enforceFirstAs, allowOwnAs, most, restart, sendLimits);
    }

    public ExchangeOptions withSendLimits(Map<AddressFamily, Integer> most) {
        return new ExchangeOptions(
                addPathSend, reflectorClient, nextHopSelf, enforceFirstAs, allowOwnAs, limits, limitRestart, most);
    }
}
