package ecmplab.bgp.speaker;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.rib.Peer;
import ecmplab.bgp.rib.PeerChecks;
import ecmplab.bgp.rib.PeerIdentity;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.rib.PeerTerms;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.session.Neighbor;
import ecmplab.bgp.session.Session;
import ecmplab.bgp.session.SessionListener;
import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.session.State;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A configured neighbour: hands what its sessions do to the RIB thread, and tells the speaker's listener. */
final class NeighborLink implements SessionListener {
    final Neighbor neighbor;
    private volatile NeighborConfig config;
    private final @Nullable Prefix range;
    private final Exchanges exchanges;
    private final PathWatch paths;
    private final Events events;
    /** Of the established session. Written by the event loop. */
    private volatile @Nullable Exchange current;

    /** @param range where the neighbour is a guest from; null when it is configured itself */
    NeighborLink(
            NeighborConfig config,
            @Nullable Prefix range,
            SessionServer server,
            Exchanges exchanges,
            PathWatch paths,
            Events events) {
        this.config = config;
        this.range = range;
        this.exchanges = exchanges;
        this.paths = paths;
        this.events = events;
        neighbor = server.add(config.session(), this);
    }

    InetAddress address() {
        return config.address();
    }

    @Nullable
    Prefix range() {
        return range;
    }

    /** The established session on its way to the RIB; null when there is none. */
    @Nullable
    Exchange exchange() {
        return current;
    }

    NeighborConfig config() {
        return config;
    }

    /**
     * Goes on with another configuration of the same address. What a session cannot change ends it; the rest of what is exchanged
     * changes at once.
     */
    synchronized void reconfigure(NeighborConfig changed) {
        var before = config;
        config = changed;
        boolean resets = !before.session().needsReset(changed.session()).isEmpty();
        if (!before.session().equals(changed.session())) {
            neighbor.reconfigure(changed.session());
        }
        var exchange = current;
        if (exchange != null && !resets) {
            var negotiated = exchange.session.negotiated();
            exchanges.terms(exchange, terms(changed, negotiated));
            paths.established(address(), negotiated.local().getAddress(), exchange.session, changed.bfd());
        }
        var text = changed.shutdown();
        if (text != null && !text.equals(before.shutdown())) {
            neighbor.stop(text);
        } else if (text == null && before.shutdown() != null) {
            neighbor.start();
        }
    }

    /** Starts it, unless its configuration says that it stays down. */
    void start() {
        if (config.shutdown() == null) {
            neighbor.start();
        }
    }

    /**
     * Asks the neighbour for all its routes again (RFC 2918), in the families exchanged.
     *
     * @return false when no session is established, or when the neighbour does not know route refresh
     */
    boolean refreshIn() {
        var exchange = current;
        if (exchange == null || !exchange.session.negotiated().routeRefresh()) {
            return false;
        }
        var families = exchange.session.negotiated().families();
        var message = Unpooled.buffer();
        families.forEach(family -> Framing.writeRouteRefresh(message, family));
        return exchange.session.send(message);
    }

    /** Tells the neighbour all its routes again. @return false when no session is established */
    boolean refreshOut() {
        var exchange = current;
        if (exchange == null) {
            return false;
        }
        exchange.session.negotiated().families().forEach(family -> exchanges.refresh(exchange, family));
        return true;
    }

    /** On the RIB thread: the established session as the RIB sees it. */
    @Nullable
    Peer peer() {
        var exchange = current;
        return exchange == null ? null : exchange.peer;
    }

    @Override
    public void established(Session session, Negotiated negotiated) {
        events.tell(at -> new SpeakerEvent.Established(at, address(), negotiated));
        var exchange = new Exchange(address(), session, config.options().limitRestart());
        var restart = negotiated.peerRestart();
        synchronized (this) {
            current = exchange;
            exchanges.up(
                    exchange,
                    identity(negotiated),
                    terms(config, negotiated),
                    negotiated.local().getAddress(),
                    restart == null ? Set.of() : restart.preserved());
        }
        paths.established(address(), negotiated.local().getAddress(), session, config.bfd());
    }

    @Override
    public boolean routes(Session session, RouteBatch batch) {
        var exchange = current;
        if (exchange == null || !exchange.session.equals(session)) {
            return true;
        }
        boolean readOn = exchange.offered(batch);
        exchanges.routes(exchange, batch);
        return readOn;
    }

    @Override
    public void routeRefresh(Session session, AddressFamily family) {
        var exchange = current;
        if (exchange != null && exchange.session.equals(session)) {
            exchanges.refresh(exchange, family);
        }
    }

    @Override
    public void refreshBegins(Session session, AddressFamily family) {
        var exchange = current;
        if (exchange != null && exchange.session.equals(session)) {
            exchanges.refreshBegins(exchange, family);
        }
    }

    @Override
    public void refreshEnds(Session session, AddressFamily family) {
        var exchange = current;
        if (exchange != null && exchange.session.equals(session)) {
            exchanges.refreshEnds(exchange, family);
        }
    }

    @Override
    public void closed(Session session, CloseReason reason) {
        var exchange = current;
        if (exchange != null && exchange.session.equals(session)) {
            current = null;
            var restart = session.negotiated().peerRestart();
            if (restart != null && reason.keepsRoutes(session.negotiated())) {
                exchanges.down(exchange, restart.families(), restart.restartTime());
            } else {
                exchanges.down(exchange, Set.of(), Duration.ZERO);
            }
        }
        events.tell(at -> new SpeakerEvent.Closed(at, address(), reason));
        tellNotification(reason);
    }

    @Override
    public void writable(Session session) {
        exchanges.writable();
    }

    @Override
    public void stateChanged(Neighbor changed, State from, State to, String cause) {
        events.tell(at -> new SpeakerEvent.StateChanged(at, address(), from, to, cause));
    }

    @Override
    public void attemptFailed(Neighbor failed, CloseReason reason) {
        events.tell(at -> new SpeakerEvent.AttemptFailed(at, address(), reason));
        tellNotification(reason);
    }

    @Override
    public void malformed(Session session, MalformedUpdate fault) {
        events.tell(at -> new SpeakerEvent.UpdateMalformed(at, address(), fault));
    }

    private void tellNotification(CloseReason reason) {
        switch (reason) {
            case CloseReason.NotificationSent(var notification, var detail) -> tellSent(notification, detail);
            case CloseReason.Reset(var notification) -> tellSent(notification, "");
            case CloseReason.Stopped(var text) ->
                tellSent(Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, text), "");
            case CloseReason.HoldTimerExpired expired ->
                tellSent(Notification.of(Notification.HOLD_TIMER_EXPIRED, 0), expired.toString());
            case CloseReason.SendHoldTimerExpired expired ->
                tellSent(Notification.of(Notification.SEND_HOLD_TIMER_EXPIRED, 0), expired.toString());
            case CloseReason.Collision() -> tellSent(Notification.cease(Notification.CEASE_COLLISION), "");
            case CloseReason.NotificationReceived(var notification) ->
                events.tell(at -> new SpeakerEvent.NotificationReceived(at, address(), notification));
            case CloseReason.ConnectionLost ignored -> {}
            case CloseReason.Restarted ignored -> {}
        }
    }

    private void tellSent(Notification notification, String detail) {
        events.tell(at -> new SpeakerEvent.NotificationSent(at, address(), notification, detail));
    }

    private PeerIdentity identity(Negotiated negotiated) {
        var kind = negotiated.isEbgp() ? PeerKind.EBGP : PeerKind.IBGP;
        return new PeerIdentity(address(), negotiated.peerAsn(), negotiated.peerRouterId(), kind);
    }

    /** What both OPENs and the configuration come to. */
    private static PeerTerms terms(NeighborConfig config, Negotiated negotiated) {
        var ends = LocalEnds.of(
                negotiated.local().getAddress(), negotiated.remote().getAddress());
        var nextHops = ends.nextHops();
        nextHops.putAll(config.nextHops());
        var options = config.options();
        var send = new EnumMap<AddressFamily, Integer>(AddressFamily.class);
        negotiated
                .addPathSend()
                .forEach(family -> send.put(family, options.addPathSend().getOrDefault(family, PeerTerms.ALL_PATHS)));
        return PeerTerms.of(negotiated.families(), config.importPolicy(), config.exportPolicy(), nextHops)
                .withMessages(negotiated.fourOctetAs(), negotiated.maxMessageSize())
                .withExtendedNextHop(negotiated.extendedNextHop())
                .withAddPath(negotiated.addPathReceive(), send)
                .withReflectorClient(options.reflectorClient())
                .withNextHops(options.nextHopSelf(), ends.sharedSubnet())
                .withChecks(new PeerChecks(negotiated.localRole(), options.enforceFirstAs(), options.allowOwnAs()))
                .withLimits(options.limits(), options.sendLimits());
    }
}
