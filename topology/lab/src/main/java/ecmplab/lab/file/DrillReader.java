package ecmplab.lab.file;

import ecmplab.lab.file.Drill.Act;
import ecmplab.lab.file.Drill.Expectation;
import ecmplab.lab.file.Drill.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the drills of a lab file, which name nodes, VMs and the lines between them. */
final class DrillReader {
    private static final Duration HOLD = Duration.ofSeconds(3);

    private final List<String> processes;
    private final List<String> clients;
    private final List<Line> lines;
    private final Problems problems;

    DrillReader(List<Node> nodes, List<Link> links, Problems problems) {
        this.problems = problems;
        processes = new ArrayList<>(nodes.stream().map(Node::name).toList());
        clients = nodes.stream()
                .filter(Node.Client.class::isInstance)
                .map(Node::name)
                .toList();
        lines = Line.of(links, nodes);
        for (var node : nodes) {
            if (node instanceof Node.Host host) {
                host.vms().forEach(vm -> processes.add(vm.name()));
            }
        }
    }

    List<Drill> read(Settings root) {
        return root.sections("drills").stream().map(this::drill).toList();
    }

    private Drill drill(Settings drill) {
        var expect = drill.section("expect");
        return new Drill(
                drill.name(),
                drill.get("about", Scalar.SENTENCE, ""),
                drill.get("flows", LabShapes.DRILL_FLOWS, 500),
                drill.list("steps").stream()
                        .map(value -> Settings.of("step", value.place(), value))
                        .flatMap(step -> step(step).stream())
                        .toList(),
                new Expectation(
                        expect.get("broken", LabShapes.BROKEN, 0),
                        expect.get("stall", Scalar.DURATION),
                        expect.get("black-holed", LabShapes.BROKEN),
                        expect.get("sessions-lost", LabShapes.BROKEN)));
    }

    private Optional<Step> step(Settings step) {
        var acts =
                Arrays.stream(Act.values()).filter(act -> step.has(act.word())).toList();
        if (acts.size() != 1) {
            problems.at(
                    step.place(),
                    "a step does one thing: "
                            + Arrays.stream(Act.values()).map(Act::word).collect(Collectors.joining(", ")));
            return Optional.empty();
        }
        var act = acts.getFirst();
        var hold = step.get("hold", Scalar.DURATION, HOLD);
        return switch (act) {
            case KILL, STOP, CONT, RESTART -> {
                var node = step.get(act.word(), Scalar.NAME).orElseThrow();
                if (!processes.contains(node)) {
                    problems.at(step.placeOf(act.word()), "no node '" + node + "'" + Shape.hint(node, processes));
                }
                yield Optional.of(new Step(act, node, "", hold));
            }
            case PARTITION -> line(step, act, "partition", hold);
            case HEAL -> line(step, act, "off", hold);
            case IMPAIR -> impairment(step, hold);
            case FLOOD -> flood(step, hold);
        };
    }

    private Optional<Step> line(Settings step, Act act, String how, Duration hold) {
        var line = step.get(act.word(), LabShapes.LINE).orElseThrow();
        check(step, act, line);
        return Optional.of(new Step(act, line, how, hold));
    }

    private Optional<Step> impairment(Settings step, Duration hold) {
        var words = step.get(Act.IMPAIR.word(), LabShapes.IMPAIRED_LINE)
                .orElseThrow()
                .split(" +", 2);
        check(step, Act.IMPAIR, words[0]);
        try {
            LineImpairment.parse(words[1]);
        } catch (IllegalArgumentException wrong) {
            problems.at(step.placeOf(Act.IMPAIR.word()), String.valueOf(wrong.getMessage()));
        }
        return Optional.of(new Step(Act.IMPAIR, words[0], words[1], hold));
    }

    private Optional<Step> flood(Settings step, Duration hold) {
        var words = step.get(Act.FLOOD.word(), LabShapes.FLOOD).orElseThrow().split(" +", 2);
        if (!clients.contains(words[0])) {
            problems.at(step.placeOf(Act.FLOOD.word()), "no client '" + words[0] + "'" + Shape.hint(words[0], clients));
        }
        return Optional.of(new Step(Act.FLOOD, words[0], words[1], hold));
    }

    private void check(Settings step, Act act, String line) {
        try {
            Line.named(line, lines);
        } catch (NoSuchElementException unknown) {
            problems.at(step.placeOf(act.word()), String.valueOf(unknown.getMessage()));
        }
    }
}
