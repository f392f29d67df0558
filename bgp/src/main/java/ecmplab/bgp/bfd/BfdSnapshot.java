package ecmplab.bgp.bfd;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a session at one moment.
 *
 * @param since when {@code state} was entered
 * @param configured what we want when the session is up
 * @param localDiscriminator unsigned
 * @param remoteDiscriminator unsigned; 0 when not known
 * @param peer what the peer said last
 * @param transmitInterval between our packets now, before jitter
 * @param detectionTime silence that makes us find the peer gone; zero before the first packet
 * @param polling whether a Poll Sequence of ours goes on
 * @param silence since the last packet; null before the first
 * @param counts of packets and changes
 * @param lastFailure null when there was none
 */
public record BfdSnapshot(
        InetAddress local,
        InetAddress remote,
        BfdState state,
        Diagnostic diagnostic,
        Instant since,
        BfdTimers configured,
        int localDiscriminator,
        int remoteDiscriminator,
        PeerSide peer,
        Duration transmitInterval,
        Duration detectionTime,
        boolean polling,
        @Nullable Duration silence,
        Counts counts,
        @Nullable BfdEvent lastFailure) {
    /**
     * The other end, as of its last packet.
     *
     * @param multiplier 0 before the first packet
     * @param controlPlaneIndependent its BFD survives what its BGP does not
     */
    public record PeerSide(
            BfdState state,
            Diagnostic diagnostic,
            int multiplier,
            Duration desiredTransmit,
            Duration requiredReceive,
            boolean demand,
            boolean controlPlaneIndependent) {}

    /**
     * Since the session was made.
     *
     * @param sendFailures packets that the kernel did not take
     * @param failures times that the session went from Up to Down, the peer not being administratively down
     * @param longestSendGap between two packets of ours while up: what the peer's detection time has to bear
     * @param longestReceiveGap between two packets of the peer while up
     */
    public record Counts(
            long received,
            long sent,
            long sendFailures,
            int ups,
            int failures,
            Duration longestSendGap,
            Duration longestReceiveGap) {}
}
