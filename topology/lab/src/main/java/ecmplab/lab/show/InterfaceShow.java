package ecmplab.lab.show;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.port.InterfacePorts;
import ecmplab.port.InterfacePorts.Opened;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code show interfaces}: a node's ports, of which kind each is and why it is of no better one. */
public final class InterfaceShow {
    private InterfaceShow() {}

    /** Adds the command to a node's. */
    public static void add(CommandTree commands, InterfacePorts interfaces) {
        commands.on("show interfaces", values -> Answer.of(json(interfaces), () -> text(interfaces)));
    }

    private static Map<String, Object> json(InterfacePorts interfaces) {
        var json = new LinkedHashMap<String, Object>();
        for (var each : interfaces.all()) {
            var port = each.port();
            var row = new LinkedHashMap<String, Object>();
            row.put("mac", port.mac().toString());
            row.put("mtu", port.mtu());
            row.put("ports", port.kind().word());
            row.put("passedOver", each.passedOver());
            row.put("framesHeld", port.held());
            row.put("counters", port.counters());
            json.put(port.name(), row);
        }
        return json;
    }

    private static String text(InterfacePorts interfaces) {
        var rows = new ArrayList<List<String>>();
        for (var each : interfaces.all()) {
            var port = each.port();
            var counters = port.counters();
            long drops = counters.drops().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            rows.add(List.of(
                    port.name(),
                    port.mac().toString(),
                    String.valueOf(port.mtu()),
                    port.kind().word(),
                    String.valueOf(counters.rxPackets()),
                    String.valueOf(counters.txPackets()),
                    String.valueOf(drops)));
        }
        return TextTable.render(List.of("interface", "mac", "mtu", "ports", "rx packets", "tx packets", "drops"), rows)
                + reasons(interfaces.all());
    }

    private static String reasons(List<Opened> all) {
        var text = new StringBuilder();
        for (var each : all) {
            for (var reason : each.passedOver()) {
                text.append(each.port().name()).append(": not ").append(reason).append('\n');
            }
        }
        return text.toString();
    }
}
