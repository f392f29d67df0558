package ecmplab.lab.file;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;

/**
 * A veth pair of a lab as something that can be cut or made bad, seen from one of its ends: a link between nodes, or a VM's to its host.
 *
 * @param near the end that was named first; "in" is towards it, "out" away from it
 */
public record Line(Port near, Port far) {
    /** What names a line: a port of one end, or both nodes. */
    static final String FORM =
            "[a-z][a-z0-9-]{0,14}(:[a-z][a-z0-9._-]{0,14})?(--[a-z][a-z0-9-]{0,14}(:[a-z][a-z0-9._-]{0,14})?)?";

    private static final String BETWEEN = "--";
    private static final String VM_DEVICE = "eth0";

    /** One end: {@code edge:eth1}. */
    public record Port(String node, String device) {
        @Override
        public String toString() {
            return node + ":" + device;
        }

        private boolean isMeantBy(String text) {
            return text.equals(node) || text.equals(toString());
        }
    }

    /** Every line of the lab, but those of the management network. */
    public static List<Line> of(List<Link> links, List<Node> nodes) {
        var lines = new ArrayList<Line>();
        for (var link : links) {
            lines.add(new Line(
                    new Port(link.a().node(), link.a().device()),
                    new Port(link.b().node(), link.b().device())));
        }
        for (var node : nodes) {
            if (node instanceof Node.Host host) {
                host.vms()
                        .forEach(vm ->
                                lines.add(new Line(new Port(host.name(), vm.name()), new Port(vm.name(), VM_DEVICE))));
            }
        }
        return lines;
    }

    /**
     * Finds the line that is meant by {@code edge:eth1}, {@code edge--mux1} or {@code edge:eth1--mux1:eth0}.
     *
     * @return seen from the end that was named first
     * @throws NoSuchElementException when none is meant, or several are, saying which there are
     */
    public static Line named(String text, List<Line> lines) {
        int between = text.indexOf(BETWEEN);
        var first = between < 0 ? text : text.substring(0, between);
        var found = new ArrayList<Line>();
        for (var line : lines) {
            for (var seen : List.of(line, line.turned())) {
                boolean meant = between < 0
                        ? first.equals(seen.near.toString())
                        : seen.near.isMeantBy(first) && seen.far.isMeantBy(text.substring(between + BETWEEN.length()));
                if (meant) {
                    found.add(seen);
                }
            }
        }
        if (found.size() == 1) {
            return found.getFirst();
        }
        throw new NoSuchElementException(
                found.isEmpty()
                        ? "no line '" + text + "': expected NODE:PORT or NODE--NODE" + near(first, lines)
                        : "'" + text + "' may be " + all(found));
    }

    /** The lines of the node that was named, if it has any. */
    private static String near(String text, List<Line> lines) {
        var node = text.contains(":") ? text.substring(0, text.indexOf(':')) : text;
        var own = new ArrayList<Line>();
        for (var line : lines) {
            if (line.near.node.equals(node)) {
                own.add(line);
            } else if (line.far.node.equals(node)) {
                own.add(line.turned());
            }
        }
        return own.isEmpty() ? "" : "; " + node + " has " + all(own);
    }

    private static String all(List<Line> lines) {
        return lines.stream().map(Line::toString).collect(Collectors.joining(", "));
    }

    /** The same line seen from the other end. */
    public Line turned() {
        return new Line(/* near= */ far, /* far= */ near);
    }

    /** {@code edge:eth1--mux1:eth0}. */
    @Override
    public String toString() {
        return near + BETWEEN + far;
    }
}
