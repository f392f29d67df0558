package ecmplab.lab.metrics;

import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.session.SessionSnapshot.MessageCounts;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.metrics.Exposition.MetricType;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A speaker in metrics. */
public final class SpeakerMetrics {
    private static final List<String> PEER = List.of("peer", "remote_as", "peer_desc");
    private static final List<String> PEER_AND_FAMILY = List.of("afi", "safi", "peer", "remote_as", "peer_desc");
    private static final List<String> PEER_AND_TYPE = List.of("peer", "remote_as", "peer_desc", "type");

    private final Speaker speaker;
    private final InstantSource clock;

    public SpeakerMetrics(Speaker speaker, InstantSource clock) {
        this.speaker = speaker;
        this.clock = clock;
    }

    /** What is so now, in Prometheus's text format. */
    public String text() {
        var out = new Exposition();
        add(out);
        MachineMetrics.add(out);
        return out.toString();
    }

    void add(Exposition out) {
        var neighbors = speaker.neighbors();
        tables(out);
        sessions(out, neighbors);
        messages(out, neighbors);
        prefixes(out, neighbors);
        faults(out, neighbors);
    }

    private void tables(Exposition out) {
        var table = speaker.summary().table();
        out.single("bgp_rib_count_total", MetricType.GAUGE, "Prefixes with a best path.", table.routes());
        out.single(
                "bgp_rib_prefixes", MetricType.GAUGE, "Prefixes with any path, or on their way out.", table.prefixes());
        out.single("bgp_rib_version", MetricType.COUNTER, "Changes of best paths.", table.version());
        out.single("bgp_rib_attribute_sets", MetricType.GAUGE, "Different sets of attributes.", table.attributeSets());
        out.single(
                "bgp_rib_attribute_bytes", MetricType.GAUGE, "Octets of these in wire form.", table.attributeOctets());
        out.single("bgp_rib_next_hop_sets", MetricType.GAUGE, "Different sets of next hops.", table.nextHopSets());
        out.single("bgp_update_groups", MetricType.GAUGE, "Update groups.", table.updateGroups());
        out.single(
                "bgp_routes_too_large_total",
                MetricType.COUNTER,
                "Routes not sent because no message could carry their attributes.",
                table.tooLarge());
    }

    private void sessions(Exposition out, List<NeighborSnapshot> neighbors) {
        out.single("bgp_peers_count_total", MetricType.GAUGE, "Configured neighbours.", neighbors.size());
        peers(
                out.family(
                        "bgp_peer_state",
                        MetricType.GAUGE,
                        "State of the neighbour: 1 Established, 0 down, 2 administratively down.",
                        PEER),
                neighbors,
                SpeakerMetrics::state);
        peers(
                out.family(
                        "bgp_peer_session_state",
                        MetricType.GAUGE,
                        "State of RFC 4271: 1 Idle, 2 Connect, 3 Active, 4 OpenSent, 5 OpenConfirm, 6 Established.",
                        PEER),
                neighbors,
                neighbor -> rfcState(neighbor.session().state()));
        var now = clock.instant();
        peers(
                out.family(
                        "bgp_peer_uptime_seconds",
                        MetricType.GAUGE,
                        "How long the session is up; 0 when it is not.",
                        PEER),
                neighbors,
                neighbor -> neighbor.session().state() == State.ESTABLISHED
                        ? Duration.between(neighbor.session().since(), now).toMillis() / 1000.0
                        : 0);
        peers(
                out.family(
                        "bgp_peer_established_total", MetricType.COUNTER, "Sessions that reached Established.", PEER),
                neighbors,
                neighbor -> neighbor.session().established());
        peers(
                out.family("bgp_peer_connections_dialled_total", MetricType.COUNTER, "Connections dialled.", PEER),
                neighbors,
                neighbor -> neighbor.session().connectAttempts());
        peers(
                out.family("bgp_peer_connections_accepted_total", MetricType.COUNTER, "Connections taken.", PEER),
                neighbors,
                neighbor -> neighbor.session().accepted());
        peers(
                out.family(
                        "bgp_peer_connections_refused_total", MetricType.COUNTER, "Connections closed at once.", PEER),
                neighbors,
                neighbor -> neighbor.session().refused());
        peers(
                out.family(
                        "bgp_peer_output_pending_bytes", MetricType.GAUGE, "Octets that TCP has not yet taken.", PEER),
                neighbors,
                neighbor -> neighbor.session().pendingOctets());
        peers(
                out.family(
                        "bgp_peer_reading_paused",
                        MetricType.GAUGE,
                        "1 while the RIB's queue is full and the session waits for it.",
                        PEER),
                neighbors,
                neighbor -> neighbor.session().readingPaused() ? 1 : 0);
    }

    private static void messages(Exposition out, List<NeighborSnapshot> neighbors) {
        messages(
                out,
                neighbors,
                "received",
                "Messages received",
                neighbor -> neighbor.session().received());
        messages(
                out,
                neighbors,
                "sent",
                "Messages sent",
                neighbor -> neighbor.session().sent());
    }

    /** Which messages of a neighbour are meant. */
    private interface Direction {
        MessageCounts of(NeighborSnapshot neighbor);
    }

    private static void messages(
            Exposition out, List<NeighborSnapshot> neighbors, String name, String help, Direction direction) {
        peers(
                out.family("bgp_peer_message_" + name + "_total", MetricType.COUNTER, help + ", of all types.", PEER),
                neighbors,
                neighbor -> direction.of(neighbor).total());
        var byType = out.family(
                "bgp_peer_messages_" + name + "_total", MetricType.COUNTER, help + ", by type.", PEER_AND_TYPE);
        for (var neighbor : neighbors) {
            var counts = direction.of(neighbor);
            byType.add(counts.opens(), labels(neighbor, "open"));
            byType.add(counts.updates(), labels(neighbor, "update"));
            byType.add(counts.notifications(), labels(neighbor, "notification"));
            byType.add(counts.keepalives(), labels(neighbor, "keepalive"));
            byType.add(counts.routeRefreshes(), labels(neighbor, "route-refresh"));
        }
        peers(
                out.family(
                        "bgp_peer_bytes_" + name + "_total",
                        MetricType.COUNTER,
                        "Octets of messages " + name + ".",
                        PEER),
                neighbors,
                neighbor -> direction.of(neighbor).octets());
    }

    private static void prefixes(Exposition out, List<NeighborSnapshot> neighbors) {
        families(
                out,
                neighbors,
                "bgp_peer_prefixes_received_count_total",
                "Prefixes received, before policy.",
                PeerCounts::received);
        families(
                out,
                neighbors,
                "bgp_peer_prefixes_accepted_count_total",
                "Prefixes accepted by policy.",
                PeerCounts::accepted);
        families(
                out,
                neighbors,
                "bgp_peer_prefixes_advertised_count_total",
                "Prefixes announced.",
                PeerCounts::announced);
        families(
                out,
                neighbors,
                "bgp_peer_prefixes_behind",
                "Prefixes still to be told, of a neighbour that does not follow its update group.",
                PeerCounts::behind);
        families(
                out, neighbors, "bgp_peer_update_group_size", "Neighbours in its update group.", PeerCounts::groupSize);
        families(
                out,
                neighbors,
                "bgp_peer_end_of_rib_received",
                "1 once its first table is complete.",
                counts -> counts.endOfRibReceived() ? 1 : 0);
    }

    private static void faults(Exposition out, List<NeighborSnapshot> neighbors) {
        var faults = out.family(
                "bgp_peer_update_faults_total",
                MetricType.COUNTER,
                "Faults in UPDATEs by what they cost (RFC 7606), short of the session.",
                List.of("peer", "remote_as", "peer_desc", "cost"));
        for (var neighbor : neighbors) {
            faults.add(neighbor.session().treatedAsWithdraw(), labels(neighbor, "treat-as-withdraw"));
            faults.add(neighbor.session().discardedAttributes(), labels(neighbor, "attribute-discard"));
        }
        peers(
                out.family(
                        "bgp_peer_routes_looped",
                        MetricType.GAUGE,
                        "Routes of the session with our AS in the path.",
                        PEER),
                neighbors,
                NeighborSnapshot::loops);
        peers(
                out.family(
                        "bgp_peer_routes_refused",
                        MetricType.GAUGE,
                        "Routes of the session that found the table full.",
                        PEER),
                neighbors,
                NeighborSnapshot::refused);
    }

    private static void peers(
            Exposition.Family family, List<NeighborSnapshot> neighbors, ToDoubleFunction<NeighborSnapshot> value) {
        neighbors.forEach(neighbor -> family.add(value.applyAsDouble(neighbor), labels(neighbor)));
    }

    private static void families(
            Exposition out,
            List<NeighborSnapshot> neighbors,
            String name,
            String help,
            ToDoubleFunction<PeerCounts> value) {
        var family = out.family(name, MetricType.GAUGE, help, PEER_AND_FAMILY);
        for (var neighbor : neighbors) {
            for (var counts : neighbor.counts()) {
                var labels = new ArrayList<>(
                        List.of(counts.family() == AddressFamily.IPV4_UNICAST ? "ipv4" : "ipv6", "unicast"));
                labels.addAll(labels(neighbor));
                family.add(value.applyAsDouble(counts), labels);
            }
        }
    }

    private static List<String> labels(NeighborSnapshot neighbor, String... more) {
        var labels = new ArrayList<>(List.of(
                neighbor.config().address().getHostAddress(),
                neighbor.config().session().remoteAsn().toString(),
                neighbor.config().description()));
        labels.addAll(List.of(more));
        return labels;
    }

    private static double state(NeighborSnapshot neighbor) {
        if (neighbor.session().state() == State.ESTABLISHED) {
            return 1;
        }
        return neighbor.config().shutdown() == null ? 0 : 2;
    }

    private static double rfcState(State state) {
        return switch (state) {
            case IDLE -> 1;
            case CONNECT -> 2;
            case ACTIVE -> 3;
            case OPEN_SENT -> 4;
            case OPEN_CONFIRM -> 5;
            case ESTABLISHED -> 6;
        };
    }
}
