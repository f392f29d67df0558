package ecmplab.bgp.session;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Notification;

/** Routes that come in on an established session: decoded in place, gathered, and handed to the listener in batches. */
final class Inbound implements UpdateDecoder.Sink {
    private final Connection connection;
    private final ConnectedNeighbor neighbor;
    private final EstablishedSession session;
    private final UpdateDecoder decoder;
    private RouteBatch batch = new RouteBatch();

    Inbound(Connection connection, ConnectedNeighbor neighbor, EstablishedSession session) {
        this.connection = connection;
        this.neighbor = neighbor;
        this.session = session;
        var negotiated = session.negotiated();
        decoder =
                new UpdateDecoder(UpdateOptions.of(negotiated.isEbgp(), negotiated.fourOctetAs(), negotiated.families())
                        .withMaxMessageSize(negotiated.maxMessageSize())
                        .withAddPath(negotiated.addPathReceive())
                        .withExtendedNextHop(negotiated.extendedNextHop()));
    }

    void update(byte[] input, int at, int length) {
        var fault = decoder.decode(input, at, length, this);
        if (fault != null) {
            neighbor.malformed(session, fault);
            if (fault.cost() == MalformedUpdate.Cost.SESSION_RESET) {
                malformed(fault.notification(), fault.toString());
                return;
            }
        }
        if (batch.isFull()) {
            deliver();
        }
    }

    /** What it says is told behind the routes that came before it. */
    void routeRefresh(byte[] input, int at, int length) {
        var negotiated = session.negotiated();
        boolean marks = negotiated.enhancedRouteRefresh();
        switch (RouteRefresh.decode(input, at, length, negotiated.families(), marks)) {
            case RouteRefresh.Request(var family) -> {
                deliver();
                neighbor.listener().routeRefresh(session, family);
            }
            case RouteRefresh.Begins(var family) -> {
                deliver();
                neighbor.listener().refreshBegins(session, family);
            }
            case RouteRefresh.Ends(var family) -> {
                deliver();
                neighbor.listener().refreshEnds(session, family);
            }
            case RouteRefresh.Malformed(var answer, var detail) -> malformed(answer, detail);
            case RouteRefresh.Meaningless() -> {}
        }
    }

    private void malformed(Notification answer, String detail) {
        neighbor.step(new Event.MalformedReceived(connection.number(), answer, detail));
    }

    /** Hands what was decoded to the listener. */
    void deliver() {
        if (batch.isEmpty()) {
            return;
        }
        var full = batch;
        batch = new RouteBatch();
        if (!neighbor.listener().routes(session, full)) {
            connection.pauseReading();
        }
    }

    @Override
    public void attributes(byte[] octets, int from, int length) {
        batch.attributes(octets, from, length);
    }

    @Override
    public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        batch.reach(family, high, low, prefixLength, pathId);
    }

    @Override
    public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        batch.unreach(family, high, low, prefixLength, pathId);
    }

    @Override
    public void endOfRib(AddressFamily family) {
        batch.endOfRib(family);
    }
}
