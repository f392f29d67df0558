package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBuf;
import java.time.Duration;

/**
 * One established session, from {@link SessionListener#established} to {@link SessionListener#closed}; the neighbour's next session is
 * another object, so what was encoded for this one can never reach that one. Any thread may call.
 */
public interface Session {
    Neighbor neighbor();

    Negotiated negotiated();

    /**
     * Sends whole, encoded UPDATE or ROUTE-REFRESH messages after all that was sent before. Takes the buffer over in every case.
     * KEEPALIVE and NOTIFICATION overtake what waits here.
     *
     * @return false when the session is closed, or when it is not {@linkplain #isWritable writable}: nothing of the buffer is sent
     */
    boolean send(ByteBuf messages);

    /**
     * Whether {@link #send} takes a buffer now: the session is open and less than the high-water mark waits for the peer to read. Once
     * false for an open session, {@link SessionListener#writable} tells when it is true again.
     */
    boolean isWritable();

    /** Octets accepted by {@link #send} and not yet taken by TCP. */
    long pendingOctets();

    /** Reads on after {@link SessionListener#routes} said false. */
    void resumeReading();

    /** Ends this session with the NOTIFICATION, and no later one; the neighbour is dialled again after its back-off. */
    void reset(Notification notification);

    /**
     * As {@link #reset(Notification)}, and the neighbour stays down for the time, as after a prefix limit (RFC 4486 section 4). Before
     * it is over, {@link Neighbor#reset} brings the neighbour back.
     */
    void reset(Notification notification, Duration holdDown);
}
