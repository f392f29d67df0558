package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A neighbour as it was at one moment. Counters run from the neighbour's creation, over all of its sessions.
 *
 * @param since when {@code state} was entered
 * @param negotiated of the established session, otherwise null
 * @param connectAttempts connections dialled
 * @param accepted connections taken from the peer
 * @param refused connections of the peer that were closed at once, because the neighbour was stopped, backing off or established
 * @param established sessions that reached Established
 * @param discardedAttributes attributes dropped alone (RFC 7606)
 * @param treatedAsWithdraw UPDATEs whose routes were withdrawn for a fault (RFC 7606)
 * @param pendingOctets accepted for sending and not yet taken by TCP
 * @param readingPaused whether the RIB's queue was full and the session waits for it
 * @param lastClose why the last session or attempt ended
 */
public record SessionSnapshot(
        SessionConfig config,
        State state,
        Instant since,
        @Nullable Negotiated negotiated,
        MessageCounts received,
        MessageCounts sent,
        long connectAttempts,
        long accepted,
        long refused,
        long established,
        long discardedAttributes,
        long treatedAsWithdraw,
        long pendingOctets,
        boolean readingPaused,
        @Nullable Instant lastRead,
        @Nullable Instant lastWrite,
        @Nullable CloseReason lastClose,
        @Nullable Notification lastNotificationSent,
        @Nullable Notification lastNotificationReceived) {
    /** Messages by type, and octets of all of them with their headers. */
    public record MessageCounts(
            long opens, long updates, long notifications, long keepalives, long routeRefreshes, long octets) {
        public long total() {
            return opens + updates + notifications + keepalives + routeRefreshes;
        }
    }
}
