package ecmplab.lab.show;

import ecmplab.hostagent.forward.HostSnapshot;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.mux.forward.MuxSnapshot;
import ecmplab.port.Port;
import ecmplab.router.RouterCounters;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * {@code show drops}: every reason for which a node, its neighbour tables and its ports dropped packets, how often, and what it means.
 * A packet that did not leave is counted under exactly one.
 */
public final class DropsShow {
    /** A count of a reason at one place of a node. */
    record Row(String where, String reason, long count, String meaning) {}

    /** The part of a reason's name that says where a malformed packet was, and how that is put. */
    private static final Map<String, String> PLACES = Map.of(
            "outer-",
            "outside of the tunnel: ",
            "inner-",
            "inside of the tunnel: ",
            "vm-",
            "from a VM: ",
            "neighbor-",
            "");

    private static final Properties MEANINGS = meanings();

    private DropsShow() {}

    /**
     * Adds the command to a node's.
     *
     * @param node counts by reason, by where in the node
     */
    public static void add(
            CommandTree commands, List<? extends Port> ports, Supplier<Map<String, Map<String, Long>>> node) {
        commands.on("show drops", values -> answer(rows(node.get(), ports), false))
                .on("show drops all", values -> answer(rows(node.get(), ports), true));
    }

    /** Counts of a router. */
    public static Map<String, Map<String, Long>> of(RouterCounters counters) {
        var places = new LinkedHashMap<String, Map<String, Long>>();
        places.put("router", counters.drops());
        counters.neighborDrops().forEach((name, drops) -> places.put("neighbors " + name, drops));
        return places;
    }

    /** Counts of a MUX. */
    public static Map<String, Map<String, Long>> of(MuxSnapshot.Counters counters) {
        var places = new LinkedHashMap<String, Map<String, Long>>();
        places.put("mux", counters.drops());
        places.put("neighbors", counters.neighborDrops());
        return places;
    }

    /** Counts of a host agent. */
    public static Map<String, Map<String, Long>> of(HostSnapshot snapshot) {
        return Map.of("host", snapshot.drops());
    }

    static List<Row> rows(Map<String, Map<String, Long>> node, List<? extends Port> ports) {
        var places = new LinkedHashMap<>(node);
        ports.forEach(port -> places.put("port " + port.name(), port.counters().drops()));
        var rows = new ArrayList<Row>();
        places.forEach((where, drops) ->
                drops.forEach((reason, count) -> rows.add(new Row(where, reason, count, meaning(reason)))));
        rows.sort(Comparator.comparingLong(Row::count)
                .reversed()
                .thenComparing(Row::where)
                .thenComparing(Row::reason));
        return rows;
    }

    private static Answer answer(List<Row> rows, boolean all) {
        return Answer.of(rows, () -> {
            var shown = rows.stream().filter(row -> all || row.count != 0).toList();
            if (shown.isEmpty()) {
                return "nothing was dropped\n";
            }
            return TextTable.render(
                    List.of("count", "reason", "where", "meaning"),
                    shown.stream()
                            .map(row -> List.of(
                                    String.format(Locale.ROOT, "%,d", row.count), row.reason, row.where, row.meaning))
                            .toList());
        });
    }

    /** What a reason means; empty when nobody has said. */
    static String meaning(String reason) {
        var whole = MEANINGS.getProperty(reason);
        if (whole != null) {
            return whole;
        }
        for (var place : PLACES.entrySet()) {
            if (reason.startsWith(place.getKey())) {
                var rest = MEANINGS.getProperty(reason.substring(place.getKey().length()));
                return rest == null ? "" : place.getValue() + rest;
            }
        }
        return "";
    }

    private static Properties meanings() {
        var meanings = new Properties();
        var resource = Objects.requireNonNull(DropsShow.class.getResourceAsStream("drop-reasons.properties"));
        try (var text = new InputStreamReader(resource, StandardCharsets.UTF_8)) {
            meanings.load(text);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return meanings;
    }
}
