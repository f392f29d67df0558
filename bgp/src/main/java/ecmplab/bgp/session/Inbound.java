package ecmplab.bgp.session;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;

/** Routes that come in on an established session: decoded in place, gathered, and handed to the listener in batches. */
final class Inbound implements UpdateDecoder.Sink {
    /** AFI, subtype and SAFI. */
    private static final int REFRESH_BODY = 4;

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

    /** RFC 2918, and RFC 7313 sections 3.2 and 5. Of a family or a subtype that was not agreed on it means nothing. */
    void routeRefresh(byte[] input, int at, int length) {
        int body = length - Framing.HEADER;
        int subtype = input[at + Framing.HEADER + 2] & 0xFF;
        boolean mark = subtype == Framing.REFRESH_BEGINS || subtype == Framing.REFRESH_ENDS;
        if (mark && !session.negotiated().enhancedRouteRefresh()) {
            return;
        }
        if (mark && body != REFRESH_BODY) {
            malformed(
                    new Notification(
                            Notification.ROUTE_REFRESH_ERROR,
                            Notification.REFRESH_INVALID_LENGTH,
                            Octets.copy(input, at, length)),
                    "ROUTE-REFRESH subtype " + subtype + " of " + body + " octets: must have 4");
            return;
        }
        int afi = BigEndian.uint16(input, at + Framing.HEADER);
        int safi = input[at + Framing.HEADER + 3] & 0xFF;
        for (var family : session.negotiated().families()) {
            if (family.afi() == afi && family.safi() == safi) {
                deliver();
                refresh(family, subtype, body);
            }
        }
    }

    private void refresh(AddressFamily family, int subtype, int body) {
        switch (subtype) {
            case Framing.REFRESH_REQUEST -> {
                if (body == REFRESH_BODY) { // otherwise it has filters of RFC 5291, which we did not offer
                    neighbor.listener().routeRefresh(session, family);
                }
            }
            case Framing.REFRESH_BEGINS -> neighbor.listener().refreshBegins(session, family);
            case Framing.REFRESH_ENDS -> neighbor.listener().refreshEnds(session, family);
            default -> {} // to be ignored (RFC 7313 section 5)
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
