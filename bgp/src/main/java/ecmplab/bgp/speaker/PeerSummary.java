package ecmplab.bgp.speaker;

import ecmplab.bgp.session.State;
import ecmplab.bgp.wire.Asn;
import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code show bgp summary}.
 *
 * @param group its peer group; may be empty
 * @param missingPolicies as in {@link NeighborConfig#missingPolicies}: directions in which no route passes for want of a policy
 * @param since when {@code state} was entered; uptime when that is Established
 * @param messagesReceived of all types, since the neighbour was configured
 * @param prefixesReceived before policy, all families
 * @param prefixesSent all families
 * @param lastReset why the last session or attempt ended; null when none did
 */
public record PeerSummary(
        InetAddress address,
        Asn remoteAs,
        String description,
        String group,
        String missingPolicies,
        State state,
        Instant since,
        long messagesReceived,
        long messagesSent,
        int prefixesReceived,
        int prefixesSent,
        @Nullable String lastReset) {}
