package ecmplab.lab.supervisor;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.TextTable;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.Vm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code lab inspect} shows.
 *
 * @param faults in force
 */
record Inspection(String lab, String directory, Instant since, List<Row> nodes, List<Fault> faults) {
    private static final int WIDTH = 100;

    /**
     * @param pid as the machine sees it; 0 when it does not run
     * @param about what the node says of itself
     */
    record Row(String node, String kind, long pid, String state, List<String> addresses, String about) {}

    static Inspection of(
            Lab lab, StateDirectory directory, Instant since, Collection<RunningNode> nodes, Collection<Fault> faults) {
        var rows = new ArrayList<Row>();
        var threads = new ArrayList<Thread>();
        var results = new Row[nodes.size()];
        int index = 0;
        for (var node : nodes) {
            int at = index++;
            threads.add(Thread.ofVirtual().start(() -> results[at] = row(lab, node)));
        }
        try {
            for (int i = 0; i < results.length; i++) {
                threads.get(i).join();
                rows.add(results[i]);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return new Inspection(lab.name(), directory.path().toString(), since, rows, List.copyOf(faults));
    }

    private static Row row(Lab lab, RunningNode node) {
        var state = node.state();
        return new Row(
                node.name(),
                node.kind(),
                node.death().isPresent() ? 0 : node.id().map(ProcessId::pid).orElse(0L),
                state,
                addresses(lab, node.name()),
                state.equals("ready") ? node.about() : "");
    }

    private static List<String> addresses(Lab lab, String name) {
        var links = lab.linksOf(name).stream().map(link -> link.a().address().toString());
        var vms = lab.nodes(Node.Host.class).stream()
                .flatMap(host -> host.vms().stream())
                .filter(vm -> vm.name().equals(name))
                .map(Vm::address)
                .map(address -> address.getHostAddress());
        var management = lab.find(name).stream()
                .filter(Node.Controller.class::isInstance)
                .map(node -> ((Node.Controller) node).management().toString());
        return Stream.of(links, vms, management).flatMap(each -> each).toList();
    }

    Answer answer() {
        return Answer.of(this, this::text);
    }

    private String text() {
        var rows = nodes.stream()
                .map(row -> List.of(
                        row.node(),
                        row.kind(),
                        row.pid() == 0 ? "-" : "" + row.pid(),
                        row.state(),
                        row.addresses().isEmpty() ? "-" : addressesOf(row),
                        row.about()))
                .toList();
        var text = new StringBuilder("lab %s, up %s, state in %s%n".formatted(lab, age(), directory));
        TextTable.render(List.of("node", "kind", "pid", "state", "address", ""), rows)
                .lines()
                .map(line -> line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "\u2026" : line)
                .forEach(line -> text.append(line).append('\n'));
        faults.forEach(fault -> text.append(fault).append('\n'));
        return text.toString();
    }

    /** The first address, and how many more there are. */
    private static String addressesOf(Row row) {
        int more = row.addresses().size() - 1;
        return row.addresses().getFirst() + (more > 0 ? " +" + more : "");
    }

    private String age() {
        var age = Duration.between(since, Instant.now());
        return age.toHours() > 0
                ? "%dh%02dm".formatted(age.toHours(), age.toMinutesPart())
                : age.toMinutes() > 0
                        ? "%dm%02ds".formatted(age.toMinutes(), age.toSecondsPart())
                        : age.toSeconds() + "s";
    }
}
