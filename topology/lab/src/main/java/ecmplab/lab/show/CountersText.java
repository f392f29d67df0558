package ecmplab.lab.show;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.TextTable;
import ecmplab.port.ForwardingThread;
import ecmplab.port.PortCounters;
import ecmplab.router.RouterCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Counters for people: those at zero are left out; JSON has them all. */
final class CountersText {
    private CountersText() {}

    static Answer router(RouterCounters counters, ForwardingThread.Counters thread) {
        return Answer.of(Map.of("router", counters, "thread", thread), () -> {
            var sections = new StringBuilder(ports(counters.ports()));
            sections.append(section("packets", counters.packets()))
                    .append(section("drops", counters.drops()))
                    .append(section("icmp", counters.icmp()));
            counters.neighborDrops()
                    .forEach((name, drops) -> sections.append(section("waiting for a neighbour on " + name, drops)));
            return sections.toString();
        });
    }

    static String ports(Map<String, PortCounters> ports) {
        var rows = new ArrayList<List<String>>();
        ports.forEach((name, port) -> rows.add(List.of(
                name,
                String.valueOf(port.rxPackets()),
                String.valueOf(port.rxOctets()),
                String.valueOf(port.txPackets()),
                String.valueOf(port.txOctets()),
                String.valueOf(port.drops().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()))));
        return TextTable.render(List.of("port", "rx packets", "rx octets", "tx packets", "tx octets", "drops"), rows);
    }

    /** A line for each counter that is not zero; nothing when all are. */
    static String section(String title, Map<String, Long> counters) {
        var text = new StringBuilder();
        counters.entrySet().stream()
                .filter(counter -> counter.getValue() != 0)
                .sorted(Map.Entry.comparingByKey())
                .forEach(counter -> text.append(
                        String.format(java.util.Locale.ROOT, "  %-32s %,15d%n", counter.getKey(), counter.getValue())));
        return text.isEmpty() ? "" : (title.isEmpty() ? "" : title + "\n") + text;
    }
}
