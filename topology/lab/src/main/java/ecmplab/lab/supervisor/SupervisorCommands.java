package ecmplab.lab.supervisor;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.file.Check;
import ecmplab.lab.file.LineImpairment;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a supervisor is asked over its control socket. */
final class SupervisorCommands {
    private final Supplier<Inspection> inspection;
    private final Faults faults;
    private final Lines lines;
    private final Facts facts;
    private final Runnable end;

    /** @param end ends the lab, soon after it returns */
    SupervisorCommands(Supplier<Inspection> inspection, Faults faults, Lines lines, Facts facts, Runnable end) {
        this.inspection = inspection;
        this.faults = faults;
        this.lines = lines;
        this.facts = facts;
        this.end = end;
    }

    CommandTree tree() {
        return new CommandTree()
                .on("inspect", values -> inspection.get().answer())
                .on(
                        "fault kill|stop|cont NODE",
                        values -> act(
                                () -> List.of(faults.signal(value(values, "kill|stop|cont"), value(values, "NODE")))))
                .on("fault impair LINE WORDS [--seed N]", this::impair)
                .on("show impairments", values -> lines.show())
                .on("fault clear WHAT", values -> act(() -> faults.clear(value(values, "WHAT"))))
                .on("fault list", values -> faultList())
                .on("restart NODE", values -> act(() -> List.of(faults.restart(value(values, "NODE")))))
                .on("wait CHECK", values -> await(value(values, "CHECK")))
                .on("destroy", values -> {
                    end.run();
                    return Answer.line("the lab ends");
                });
    }

    private static String value(Map<String, String> values, String name) {
        return values.getOrDefault(name, "");
    }

    private interface Doing {
        List<Fault> faults() throws IOException, InterruptedException;
    }

    private static Answer act(Doing doing) {
        return act(doing, "");
    }

    /** @param notes for people, read when it is done */
    private static Answer act(Doing doing, CharSequence notes) {
        try {
            var done = doing.faults();
            return Answer.of(done, () -> lines(done) + notes);
        } catch (NoSuchElementException unknown) {
            return Answer.noSuch(String.valueOf(unknown.getMessage()));
        } catch (IOException failed) {
            return Answer.isFalse(String.valueOf(failed.getMessage()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Answer.isFalse("interrupted");
        }
    }

    private Answer impair(Map<String, String> values) {
        try {
            var wanted = LineImpairment.parse(value(values, "WORDS"));
            long seed = seed(values.get("--seed"));
            var notes = new StringBuilder();
            return act(
                    () -> {
                        var done = faults.impair(value(values, "LINE"), wanted, seed);
                        if (!done.leftOut().isEmpty()) {
                            notes.append(done.leftOut()).append('\n');
                        }
                        return List.of(done.fault());
                    },
                    notes);
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private static long seed(@Nullable String text) {
        if (text == null) {
            return ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("--seed " + text + ": must be a number of at most 18 digits");
        }
        return Long.parseLong(text);
    }

    private Answer faultList() {
        var list = List.copyOf(faults.inForce());
        return Answer.of(list, () -> list.isEmpty() ? "no fault is in force\n" : lines(list));
    }

    private static String lines(List<Fault> faults) {
        var text = new StringBuilder();
        faults.forEach(fault -> text.append(fault).append('\n'));
        return text.toString();
    }

    private Answer await(String check) {
        try {
            var verdict = facts.await(Check.parse(check));
            return verdict.holds() ? Answer.line(verdict.why()) : Answer.isFalse(verdict.why());
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Answer.isFalse("interrupted");
        }
    }
}
