package ecmplab.bgp.speaker;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.bfd.BfdEvent;
import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.session.State;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;

/** Something that happened to a speaker, for event logs and drills. */
public sealed interface SpeakerEvent {
    Instant at();

    /** A neighbour's state changed. */
    record StateChanged(Instant at, InetAddress neighbor, State from, State to, String cause) implements SpeakerEvent {}

    /** A session was established. */
    record Established(Instant at, InetAddress neighbor, Negotiated negotiated) implements SpeakerEvent {}

    /** An established session ended. Its routes leave the RIB in the next pass. */
    record Closed(Instant at, InetAddress neighbor, CloseReason reason) implements SpeakerEvent {}

    /** An attempt at a session ended before it was established. */
    record AttemptFailed(Instant at, InetAddress neighbor, CloseReason reason) implements SpeakerEvent {}

    /** We ended a connection with a NOTIFICATION; {@code detail} says what was seen, and may be empty. */
    record NotificationSent(Instant at, InetAddress neighbor, Notification notification, String detail)
            implements SpeakerEvent {}

    /** The neighbour ended a connection with a NOTIFICATION. */
    record NotificationReceived(Instant at, InetAddress neighbor, Notification notification) implements SpeakerEvent {}

    /** BFD found a change of the path to the neighbour; when it {@linkplain BfdEvent#isFailure failed}, the session is ended too. */
    record BfdChanged(Instant at, InetAddress neighbor, BfdEvent change) implements SpeakerEvent {}

    /** The path to the neighbour cannot be watched by BFD. */
    record BfdRefused(Instant at, InetAddress neighbor, String why) implements SpeakerEvent {}

    /** An UPDATE had a fault, and what that cost. */
    record UpdateMalformed(Instant at, InetAddress neighbor, MalformedUpdate fault) implements SpeakerEvent {}

    /** A batch of routes was taken into the RIB. */
    record RoutesReceived(Instant at, InetAddress neighbor, int announced, int withdrawn) implements SpeakerEvent {}

    /** All routes of the neighbour left the RIB, in one pass. */
    record RoutesLost(Instant at, InetAddress neighbor, int routes) implements SpeakerEvent {}

    /**
     * The neighbour announces as many routes of the family as its limit warns of; or {@code exceeded}, more than the limit, and its session
     * ends with Cease/1.
     */
    record PrefixLimit(Instant at, InetAddress neighbor, AddressFamily family, int routes, boolean exceeded)
            implements SpeakerEvent {}

    /** Next hops of so many prefixes changed in one pass, and the route listener was told. */
    record NextHopsChanged(Instant at, int prefixes) implements SpeakerEvent {}

    /** A prefix of our own was announced, or its communities changed. */
    record OwnRouteAnnounced(Instant at, Prefix prefix, List<Integer> communities) implements SpeakerEvent {
        public OwnRouteAnnounced {
            communities = List.copyOf(communities);
        }
    }

    /** A prefix of our own was withdrawn. */
    record OwnRouteWithdrawn(Instant at, Prefix prefix) implements SpeakerEvent {}

    /** What we announced and withdrew of our own was taken by TCP for all established neighbours; {@code peers} of them. */
    record OwnRoutesFlushed(Instant at, List<Prefix> prefixes, int peers) implements SpeakerEvent {
        public OwnRoutesFlushed {
            prefixes = List.copyOf(prefixes);
        }
    }

    /** The RIB thread met a programming error; all sessions are ended, so that no traffic comes here. */
    record Failed(Instant at, Throwable cause) implements SpeakerEvent {}
}
