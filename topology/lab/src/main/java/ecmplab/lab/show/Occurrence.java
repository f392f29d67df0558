package ecmplab.lab.show;

import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.lab.control.Json;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a speaker, in words: for event logs and {@code lab bgp monitor}.
 *
 * @param kind such as {@code session-up}
 * @param details in the order in which to say them; a neighbour is under {@code peer}, a prefix under {@code prefix}
 */
public record Occurrence(Instant time, String kind, Map<String, Object> details) {
    /** Every kind there is. */
    public static final List<String> KINDS = List.of(
            "state-changed",
            "session-up",
            "session-down",
            "session-attempt-failed",
            "notification-sent",
            "notification-received",
            "bfd-state",
            "bfd-failed",
            "bfd-refused",
            "update-malformed",
            "routes-received",
            "routes-lost",
            "next-hops-changed",
            "route-announced",
            "route-withdrawn",
            "routes-flushed",
            "route-changed",
            "speaker-failed",
            "events-lost");

    public static Occurrence of(SpeakerEvent event) {
        return switch (event) {
            case SpeakerEvent.StateChanged(var at, var neighbor, var from, var to, var cause) ->
                peer(at, "state-changed", neighbor)
                        .and("from", BgpJson.state(from))
                        .and("to", BgpJson.state(to))
                        .and("why", cause);
            case SpeakerEvent.Established(var at, var neighbor, var negotiated) ->
                peer(at, "session-up", neighbor)
                        .and("as", negotiated.peerAsn().toString())
                        .and("holdTime", negotiated.holdTime().toSeconds() + " s");
            case SpeakerEvent.Closed(var at, var neighbor, var reason) ->
                peer(at, "session-down", neighbor).and("why", reason.toString());
            case SpeakerEvent.AttemptFailed(var at, var neighbor, var reason) ->
                peer(at, "session-attempt-failed", neighbor).and("why", reason.toString());
            case SpeakerEvent.NotificationSent(var at, var neighbor, var notification, var detail) ->
                peer(at, "notification-sent", neighbor)
                        .and("notification", notification.toString())
                        .and("detail", detail);
            case SpeakerEvent.NotificationReceived(var at, var neighbor, var notification) ->
                peer(at, "notification-received", neighbor).and("notification", notification.toString());
            case SpeakerEvent.BfdChanged(var at, var neighbor, var change) ->
                peer(at, change.isFailure() ? "bfd-failed" : "bfd-state", neighbor)
                        .and("state", change.to().toString())
                        .and("what", change.toString());
            case SpeakerEvent.BfdRefused(var at, var neighbor, var why) ->
                peer(at, "bfd-refused", neighbor).and("why", why);
            case SpeakerEvent.UpdateMalformed(var at, var neighbor, var fault) ->
                peer(at, "update-malformed", neighbor).and("fault", fault.toString());
            case SpeakerEvent.RoutesReceived(var at, var neighbor, var announced, var withdrawn) ->
                peer(at, "routes-received", neighbor)
                        .and("announced", announced)
                        .and("withdrawn", withdrawn);
            case SpeakerEvent.RoutesLost(var at, var neighbor, var routes) ->
                peer(at, "routes-lost", neighbor).and("routes", routes);
            case SpeakerEvent.PrefixLimit(var at, var neighbor, var family, var routes, var exceeded) ->
                peer(at, "prefix-limit", neighbor)
                        .and("family", family.toString())
                        .and("routes", routes)
                        .and("exceeded", exceeded);
            case SpeakerEvent.NextHopsChanged(var at, var prefixes) ->
                plain(at, "next-hops-changed").and("prefixes", prefixes);
            case SpeakerEvent.OwnRouteAnnounced(var at, var prefix, var communities) ->
                plain(at, "route-announced")
                        .and("prefix", prefix.toString())
                        .and(
                                "communities",
                                communities.stream().map(Occurrence::community).toList());
            case SpeakerEvent.OwnRouteWithdrawn(var at, var prefix) ->
                plain(at, "route-withdrawn").and("prefix", prefix.toString());
            case SpeakerEvent.OwnRoutesFlushed(var at, var prefixes, var peers) ->
                plain(at, "routes-flushed")
                        .and("prefixes", prefixes.stream().map(Object::toString).toList())
                        .and("peers", peers);
            case SpeakerEvent.Failed(var at, var cause) ->
                plain(at, "speaker-failed").and("why", cause.toString());
        };
    }

    static Occurrence plain(Instant at, String kind) {
        return new Occurrence(at, kind, new LinkedHashMap<>());
    }

    private static Occurrence peer(Instant at, String kind, InetAddress neighbor) {
        return plain(at, kind).and("peer", AddressText.of(neighbor));
    }

    /** With one more detail. */
    Occurrence and(String name, @Nullable Object value) {
        if (value != null) {
            details.put(name, value);
        }
        return this;
    }

    /** One line without a line feed. */
    String toText() {
        return time + "  " + kind
                + details.entrySet().stream()
                        .map(detail -> "  " + detail.getKey() + "=" + text(detail.getValue()))
                        .collect(Collectors.joining());
    }

    private static String text(Object value) {
        return value instanceof Map<?, ?> several
                ? several.entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining("  ", "(", ")"))
                : value.toString();
    }

    /** One JSON object on one line, without a line feed: {@code time}, {@code event}, then the details. */
    String toJson() {
        var json = new LinkedHashMap<String, Object>();
        json.put("time", time.toString());
        json.put("event", kind);
        json.putAll(details);
        return Json.line(json);
    }

    private static String community(int value) {
        return (value >>> 16) + ":" + (value & 0xFFFF);
    }
}
