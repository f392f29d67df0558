package ecmplab.lab.node;

import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.speaker.SpeakerListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a speaker's events into the node's event log, in words. */
final class BgpEvents implements SpeakerListener {
    private final EventLog log;

    BgpEvents(EventLog log) {
        this.log = log;
    }

    @Override
    public void on(SpeakerEvent event) {
        switch (event) {
            case SpeakerEvent.Established(var at, var neighbor, var negotiated) ->
                log.add(
                        at,
                        "session-up",
                        details(
                                "peer", neighbor.getHostAddress(),
                                "as", negotiated.peerAsn().toString(),
                                "holdTime", negotiated.holdTime().toSeconds() + " s"));
            case SpeakerEvent.Closed(var at, var neighbor, var reason) ->
                log.add(at, "session-down", details("peer", neighbor.getHostAddress(), "why", reason.toString()));
            case SpeakerEvent.AttemptFailed(var at, var neighbor, var reason) ->
                log.add(
                        at,
                        "session-attempt-failed",
                        details("peer", neighbor.getHostAddress(), "why", reason.toString()));
            case SpeakerEvent.NotificationSent(var at, var neighbor, var notification, var detail) ->
                log.add(
                        at,
                        "notification-sent",
                        details(
                                "peer",
                                neighbor.getHostAddress(),
                                "notification",
                                notification.toString(),
                                "detail",
                                detail));
            case SpeakerEvent.NotificationReceived(var at, var neighbor, var notification) ->
                log.add(
                        at,
                        "notification-received",
                        details("peer", neighbor.getHostAddress(), "notification", notification.toString()));
            case SpeakerEvent.UpdateMalformed(var at, var neighbor, var fault) ->
                log.add(at, "update-malformed", details("peer", neighbor.getHostAddress(), "fault", fault.toString()));
            case SpeakerEvent.RoutesReceived(var at, var neighbor, var announced, var withdrawn) ->
                log.add(
                        at,
                        "routes-received",
                        details("peer", neighbor.getHostAddress(), "announced", announced, "withdrawn", withdrawn));
            case SpeakerEvent.RoutesLost(var at, var neighbor, var routes) ->
                log.add(at, "routes-lost", details("peer", neighbor.getHostAddress(), "routes", routes));
            case SpeakerEvent.OwnRouteAnnounced(var at, var prefix, var communities) ->
                log.add(
                        at,
                        "route-announced",
                        details(
                                "prefix",
                                prefix.toString(),
                                "communities",
                                communities.stream().map(BgpEvents::community).toList()));
            case SpeakerEvent.OwnRouteWithdrawn(var at, var prefix) ->
                log.add(at, "route-withdrawn", details("prefix", prefix.toString()));
            case SpeakerEvent.OwnRoutesFlushed(var at, var prefixes, var peers) ->
                log.add(
                        at,
                        "routes-flushed",
                        details(
                                "prefixes",
                                prefixes.stream().map(Object::toString).toList(),
                                "peers",
                                peers));
            case SpeakerEvent.Failed(var at, var cause) ->
                log.add(at, "speaker-failed", details("why", cause.toString()));
            // The session events above say what matters of states; the router says what its next hops became.
            case SpeakerEvent.StateChanged ignored -> {}
            case SpeakerEvent.NextHopsChanged ignored -> {}
        }
    }

    private static String community(int value) {
        return (value >>> 16) + ":" + (value & 0xFFFF);
    }

    /** Names and values in turn, in that order. */
    private static Map<String, Object> details(Object... pairs) {
        var details = new LinkedHashMap<String, Object>();
        for (var pair = List.of(pairs).iterator(); pair.hasNext(); ) {
            details.put(String.valueOf(pair.next()), pair.next());
        }
        return details;
    }
}
