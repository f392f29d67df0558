package ecmplab.lab.file;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A lab as its file says, resolved: every default applied, every address assigned, every reference checked.
 *
 * @param nodes in the order of the file; the VMs are inside their hosts
 * @param links between nodes, without those to VMs and without the management network
 * @param checks what {@code lab deploy} waits for after every node is ready: words as for {@code lab wait}
 * @param drills what {@code lab drill run NAME} can do here
 */
public record Lab(
        String name, List<Node> nodes, List<Link> links, List<Vip> vips, List<Check> checks, List<Drill> drills) {
    public Lab {
        nodes = List.copyOf(nodes);
        links = List.copyOf(links);
        vips = List.copyOf(vips);
        checks = List.copyOf(checks);
        drills = List.copyOf(drills);
    }

    public Optional<Node> find(String node) {
        return nodes.stream().filter(candidate -> candidate.name().equals(node)).findFirst();
    }

    /** @throws NoSuchElementException naming the node */
    public Node node(String node) {
        return find(node).orElseThrow(() -> new NoSuchElementException("no node '" + node + "' in lab " + name));
    }

    /** The nodes of one kind, in the order of the file. */
    public <N extends Node> List<N> nodes(Class<N> kind) {
        return nodes.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The one edge router, of whatever kind; none in a lab without MUXes. */
    public Optional<Node.Speaker> edge() {
        return nodes.stream()
                .filter(node -> node instanceof Node.Speaker && !(node instanceof Node.Mux))
                .map(Node.Speaker.class::cast)
                .findFirst();
    }

    /** The links of a node, each turned so that {@code a} is the node's own end, in the order of the file. */
    public List<Link> linksOf(String node) {
        return links.stream()
                .flatMap(link -> link.a().node().equals(node)
                        ? Stream.of(link)
                        : link.b().node().equals(node) ? Stream.of(link.turned()) : Stream.empty())
                .toList();
    }

    /** Every process that a running lab has, by name: nodes, then VMs. */
    public List<String> processes() {
        return Stream.concat(
                        nodes.stream().map(Node::name),
                        nodes(Node.Host.class).stream()
                                .flatMap(host -> host.vms().stream().map(Vm::name)))
                .toList();
    }
}
