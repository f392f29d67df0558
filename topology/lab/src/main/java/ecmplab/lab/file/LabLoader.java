package ecmplab.lab.file;

import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.file.Yaml.Entry;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.lab.file.Yaml.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Text to lab: shape first, then meaning, and everything that is wrong at once. */
final class LabLoader {
    /** Names that files, sockets, namespaces and interfaces of the lab itself have. */
    static final Set<String> RESERVED_NAMES =
            Set.of("lab", "supervisor", "mgmt", "mgmt0", "owner", "nodes", "lo", "br0");

    private final Problems problems;
    private final Path folder;

    LabLoader(String source, Path folder) {
        this.problems = new Problems(source);
        this.folder = folder;
    }

    LabFile.Loaded load(String text) {
        var document = Yaml.read(text, problems::at);
        if (document.isEmpty() && problems.none()) {
            problems.at(Place.START, "the file is empty: a lab file needs 'name' and 'nodes'");
        }
        document.ifPresent(value -> LabShapes.LAB.check(value, problems::at));
        if (!problems.none() || !(document.orElseThrow() instanceof Section section)) {
            return new LabFile.Bad(problems.list());
        }
        var lab = lab(new Settings("lab", Place.START, section.entries()));
        return problems.none() && lab.isPresent() ? new LabFile.Good(lab.get()) : new LabFile.Bad(problems.list());
    }

    private Optional<Lab> lab(Settings root) {
        var settings = nodeSettings(root);
        var addressing = root.section("addressing");
        var taken = new ArrayList<Prefix>();
        var linkReader = new LinkReader(settings, addressing, taken, problems);
        var nodeReader = new NodeReader(folder, addressing, taken, problems);
        nodeReader.claimGateways(settings);
        var links = linkReader.read(root.list("links"), taken);
        var nodes = nodeReader.read(settings, links);
        var services = new ServiceReader(nodes, problems);
        var lab = new Lab(
                root.get("name", Scalar.LAB_NAME).orElseThrow(),
                nodes,
                links,
                services.vips(root, taken),
                services.checks(root),
                new DrillReader(nodes, links, problems).read(root));
        new Topology(lab, settings, problems).check();
        return Optional.of(lab);
    }

    /** Nodes by name, with what each inherits: defaults, then its kind, then its groups in order. */
    private Map<String, Settings> nodeSettings(Settings root) {
        var defaults = root.section("defaults").entries();
        var kinds = root.section("kinds");
        var groups = root.section("groups");
        var nodes = new LinkedHashMap<String, Settings>();
        for (var node : root.sections("nodes")) {
            if (RESERVED_NAMES.contains(node.name())) {
                problems.at(node.place(), "'" + node.name() + "' is a name that the lab itself uses");
            }
            var known = Objects.requireNonNull(LabShapes.KINDS.get(NodeReader.kind(node)))
                    .keys();
            var inherited = new LinkedHashMap<String, Entry>(defaults);
            inherited.putAll(kinds.section(NodeReader.kind(node)).entries());
            for (var group : node.texts("groups")) {
                if (!groups.has(group.text())) {
                    problems.at(
                            group.place(),
                            "no group '" + group.text() + "'"
                                    + Shape.hint(
                                            group.text(),
                                            List.copyOf(groups.entries().keySet())));
                }
                inherited.putAll(groups.section(group.text()).entries());
            }
            nodes.put(node.name(), node.over(inherited, known));
        }
        return nodes;
    }
}
