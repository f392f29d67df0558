package ecmplab.mux.announce;

import java.net.InetAddress;

/** What a {@link VipAnnouncer} has just told its peers about a VIP. */
public record VipChange(InetAddress vip, State state) {
    /** What the peers know. */
    public enum State {
        ANNOUNCED,
        /** Announced with the community GRACEFUL_SHUTDOWN: others are preferred where there are any. */
        LEAVING,
        WITHDRAWN
    }
}
