package ecmplab.lab.message;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.TablePaths;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * MRT records as the lines that {@code bgpdump -m} made common: {@code TABLE_DUMP2|time|B|peer|AS|prefix|path|origin|next hop|local
 * preference|MED|communities|AG or NAG|aggregator|}, {@code BGP4MP|time|A|...} and {@code W}, and {@code STATE} with two states. For one
 * thread.
 */
public final class MrtText {
    private final TablePaths tables = new TablePaths();
    private final Map<UpdateOptions, UpdateDecoder> decoders = new HashMap<>();
    private MrtRecord.@Nullable PeerIndex index;

    /** A line a route, withdrawal, state change or other message. */
    public List<String> lines(MrtRecord record) {
        return switch (record) {
            case MrtRecord.PeerIndex peers -> {
                index = peers;
                yield List.of();
            }
            case MrtRecord.TableEntry entry ->
                entry.paths().stream().map(path -> line(entry, path)).toList();
            case MrtRecord.Message message -> lines(message);
            case MrtRecord.StateChange(var at, var ends, boolean ignored, int from, int to) ->
                List.of("BGP4MP|" + at.getEpochSecond() + "|STATE|" + who(ends) + "|" + from + "|" + to);
            case MrtRecord.Other other ->
                List.of("OTHER|" + other.at().getEpochSecond() + "|" + other.type() + "|" + other.subtype() + "|"
                        + other.body().length());
            case MrtRecord.Damaged damaged -> List.of();
        };
    }

    private String line(MrtRecord.TableEntry entry, MrtRecord.Path path) {
        var peer = index != null && path.peer() < index.peers().size()
                ? index.peers().get(path.peer())
                : null;
        var who = peer == null ? "?|" + path.peer() : peer.address().getHostAddress() + "|" + peer.asn();
        var head = "TABLE_DUMP2|" + path.originated().getEpochSecond() + "|B|" + who + "|" + entry.prefix() + "|";
        var update = tables.read(entry, path);
        if (update != null && !update.announced().isEmpty()) {
            return head + text(update.announced().getFirst().attributes());
        }
        try {
            // The daemon's own routes have no next hop, or no attributes at all.
            return head + text(PathAttributes.parse(path.attributes().toArray()));
        } catch (IllegalArgumentException broken) {
            return head + "FAULT " + (update == null ? "too large" : update.fault());
        }
    }

    private List<String> lines(MrtRecord.Message message) {
        var octets = message.message().toArray();
        var head = "BGP4MP|" + message.at().getEpochSecond() + "|";
        var who = who(message.ends());
        if (Framing.length(octets, 0, octets.length, Framing.EXTENDED_MESSAGE) != octets.length) {
            return List.of(head + "FAULT|" + who + "|no BGP message");
        }
        int type = octets[Framing.HEADER - 1];
        if (type != Framing.UPDATE) {
            return List.of(head + MessageReader.typeName(type) + "|" + who);
        }
        var update = Update.decode(decoders.computeIfAbsent(options(message), UpdateDecoder::new), octets);
        var lines = new ArrayList<String>();
        if (update.fault() != null) {
            lines.add(head + "FAULT|" + who + "|" + update.fault());
        }
        update.withdrawnRoutes().forEach(route -> lines.add(head + "W|" + who + "|" + route.prefix()));
        for (var announcement : update.announced()) {
            var text = text(announcement.attributes());
            announcement.routes().forEach(route -> lines.add(head + "A|" + who + "|" + route.prefix() + "|" + text));
        }
        update.endOfRib().forEach(family -> lines.add(head + "EOR|" + who + "|" + family));
        return lines;
    }

    /** How a recorded message reads. */
    static UpdateOptions options(MrtRecord.Message message) {
        var ends = message.ends();
        var families = EnumSet.allOf(AddressFamily.class);
        return UpdateOptions.of(!ends.peerAsn().equals(ends.localAsn()), message.fourOctetAs(), families)
                .withMaxMessageSize(Framing.EXTENDED_MESSAGE)
                .withExtendedNextHop(families)
                .withAddPath(message.addPath() ? families : EnumSet.noneOf(AddressFamily.class));
    }

    private static String who(MrtRecord.Ends ends) {
        return ends.peer().getHostAddress() + "|" + ends.peerAsn();
    }

    private static String text(PathAttributes attributes) {
        var communities = new ArrayList<String>();
        attributes.find(PathAttribute.Communities.class).map(Object::toString).ifPresent(communities::add);
        attributes
                .find(PathAttribute.LargeCommunities.class)
                .map(large -> large.values().stream().map(Object::toString).collect(Collectors.joining(" ")))
                .ifPresent(communities::add);
        return String.join(
                "|",
                attributes.find(AsPath.class).map(AsPath::toString).orElse(""),
                attributes.find(PathAttribute.Origin.class).map(Enum::name).orElse(""),
                attributes
                        .find(PathAttribute.NextHop.class)
                        .map(hop -> hop.address().getHostAddress())
                        .orElse(""),
                attributes
                        .find(PathAttribute.LocalPref.class)
                        .map(preference -> "" + preference.value())
                        .orElse("0"),
                attributes
                        .find(PathAttribute.MultiExitDisc.class)
                        .map(med -> "" + med.value())
                        .orElse("0"),
                String.join(" ", communities),
                attributes.find(PathAttribute.AtomicAggregate.class).isPresent() ? "AG" : "NAG",
                attributes
                        .find(PathAttribute.Aggregator.class)
                        .map(aggregator -> aggregator.asn() + " " + aggregator.speaker())
                        .orElse(""),
                "");
    }
}
