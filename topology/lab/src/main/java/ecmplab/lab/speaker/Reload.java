package ecmplab.lab.speaker;

import ecmplab.bgp.speaker.Reconfiguration;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.file.Problem;
import ecmplab.lab.file.SpeakerFile;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Reads a speaker's file again and applies what differs. A file with a mistake changes nothing. One at a time. */
public final class Reload {
    private final Path file;
    private final Speaker speaker;
    private final UnaryOperator<SpeakerFile.Good> commandLine;
    private final MetricsEndpoint metrics;
    private final Consumer<SpeakerFile.Good> applied;
    private final PrintStream progress;
    /** What counts now. */
    private SpeakerFile.Good current;

    /**
     * @param current what the speaker was started with
     * @param commandLine puts what the command line said in place of what the file says
     * @param applied told of each file that was applied, afterwards
     */
    public Reload(
            Path file,
            Speaker speaker,
            SpeakerFile.Good current,
            UnaryOperator<SpeakerFile.Good> commandLine,
            MetricsEndpoint metrics,
            Consumer<SpeakerFile.Good> applied,
            PrintStream progress) {
        this.file = file;
        this.speaker = speaker;
        this.current = current;
        this.commandLine = commandLine;
        this.metrics = metrics;
        this.applied = applied;
        this.progress = progress;
    }

    /** Says what would be done, and unless {@code dry} does it; everything is told to the progress stream too. */
    public synchronized Answer run(boolean dry) {
        try {
            return switch (SpeakerFile.load(file)) {
                case SpeakerFile.Bad(var problems) ->
                    refused(problems.stream().map(Problem::toString).toList());
                case SpeakerFile.Good good -> run(commandLine.apply(good), dry);
            };
        } catch (IOException unreadable) {
            return refused(List.of(file + " cannot be read: " + unreadable.getMessage()));
        }
    }

    private Answer refused(List<String> why) {
        var lines = new ArrayList<>(why);
        lines.add("nothing was changed");
        lines.forEach(line -> progress.println("reload: " + line));
        return Answer.isFalse(String.join("\n", lines));
    }

    private Answer run(SpeakerFile.Good good, boolean dry) {
        var plan = speaker.plan(good.config());
        var around = SpeakerSettings.between(current, good, plan);
        if (dry) {
            return Answer.of(json(plan, around, true), () -> text(plan, around, true));
        }
        // Said before it is done, so that the log explains what follows.
        text(plan, around, true).lines().forEach(line -> progress.println("reload: " + line));
        try {
            apply(good);
        } catch (IOException | UnsupportedOperationException impossible) {
            return refused(List.of(String.valueOf(impossible.getMessage())));
        }
        applied.accept(good);
        current = good;
        progress.println("reload: done");
        return Answer.of(json(plan, around, false), () -> text(plan, around, false));
    }

    /** All of it, or nothing: what may be refused comes first. */
    private void apply(SpeakerFile.Good good) throws IOException {
        metrics.change(good.metrics());
        try {
            speaker.reconfigure(good.config());
        } catch (UncheckedIOException taken) {
            metrics.change(current.metrics());
            throw new IOException(taken.getMessage(), taken);
        } catch (UnsupportedOperationException impossible) {
            metrics.change(current.metrics());
            throw impossible;
        }
    }

    static String text(Reconfiguration plan, SpeakerSettings around, boolean before) {
        if (plan.changesNothing() && around.changesNothing()) {
            return "nothing differs\n";
        }
        var text = new StringBuilder(around.text(before));
        for (var change : plan.changes()) {
            var what = new ArrayList<String>();
            what.add(
                    switch (change.kind()) {
                        case ADDED -> before ? "to be added" : "added";
                        case REMOVED -> before ? "to be removed, which ends its session" : "removed";
                        case RESET ->
                            (before ? "session to be reset because of " : "session was reset because of ")
                                    + String.join(", ", change.because());
                        case ADAPTED -> "session stays up";
                    });
            if (!change.atOnce().isEmpty()) {
                what.add(String.join(", ", change.atOnce()) + (before ? " to change at once" : " changed at once"));
            }
            if (!change.later().isEmpty()) {
                what.add(String.join(", ", change.later()) + " for the next session");
            }
            text.append(change.subject())
                    .append(": ")
                    .append(String.join("; ", what))
                    .append('\n');
        }
        routes(text, before ? "to be announced" : "announced", plan.announced());
        routes(text, before ? "to be withdrawn" : "withdrawn", plan.withdrawn());
        long kept = plan.changes().stream()
                .filter(change -> change.kind() == Reconfiguration.Kind.ADAPTED)
                .count();
        text.append(plan.resets().size())
                .append(plan.resets().size() == 1 ? " session" : " sessions")
                .append(before ? " to be reset, " : " reset, ")
                .append(kept)
                .append(" adapted without\n");
        return text.toString();
    }

    private static void routes(StringBuilder text, String what, List<Prefix> prefixes) {
        if (!prefixes.isEmpty()) {
            text.append(what)
                    .append(": ")
                    .append(prefixes.stream().map(Prefix::toString).collect(Collectors.joining(", ")))
                    .append('\n');
        }
    }

    private static Map<String, Object> json(Reconfiguration plan, SpeakerSettings around, boolean dry) {
        var json = new LinkedHashMap<String, Object>();
        json.put("dryRun", dry);
        json.put(
                "changes",
                plan.changes().stream()
                        .map(change -> {
                            var one = new LinkedHashMap<String, Object>();
                            one.put("subject", change.subject());
                            one.put("kind", change.kind().name().toLowerCase(Locale.ROOT));
                            one.put("because", change.because());
                            one.put("atOnce", change.atOnce());
                            one.put("later", change.later());
                            return one;
                        })
                        .toList());
        json.put("speaker", Map.of("resetting", around.resetting(), "atOnce", around.atOnce()));
        json.put("resets", plan.resets());
        json.put("announced", plan.announced().stream().map(Prefix::toString).toList());
        json.put("withdrawn", plan.withdrawn().stream().map(Prefix::toString).toList());
        return json;
    }
}
