package ecmplab.bgp.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Cases written as a table, a line each: {@code profiles | RFC and section | what | when | messages | expected}.
 *
 * <p>{@code when} is the state of the subject: {@code sent} (OpenSent), {@code confirm} (OpenConfirm), {@code up} (Established, the case's
 * prefix {@code $P} announced, and {@code $Q} of IPv6 if the messages have it), {@code refresh} (Established, and it is looked at what is
 * sent again).
 *
 * <p>The messages are {@link MessageText}, with {@code $ID} (a BGP Identifier), {@code $P} ({@code $N} without its path identifier), {@code $Q} and {@code $BASE} (attributes of a sound
 * route). {@code ATTR octets} is a sound UPDATE of {@code $P} in which this attribute stands instead of a right one; {@code WITHOUT type}
 * lacks one, and it is looked for in what is passed on.
 *
 * <p>Outcomes: {@code code/subcode} of the NOTIFICATION, with {@code data octets} if they matter; {@code closed} without one;
 * {@code established}; {@code withdraw} (the route is gone); {@code keep} (it stays as it was); {@code accept} (it is replaced);
 * {@code carry} (and the attribute is passed on), {@code carry partial} (with the Partial bit), {@code discard} (and the attribute is not
 * passed on); {@code resent}, {@code demarcated} (between BoRR and EoRR), {@code ignored}; {@code goes on} (nothing
 * ends the session), {@code silence}; {@code n/a} (the subject does not know what the case is about).
 */
final class CaseTable {
    private static final int COLUMNS = 6;

    private CaseTable() {}

    /** The cases of the resource {@code name} beside this class. */
    static List<Case> read(String name) {
        try (var in = CaseTable.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + name);
            }
            var cases = new ArrayList<Case>();
            for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    cases.addAll(row(line));
                }
            }
            return cases;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<Case> row(String line) {
        var cells = line.split("\\|", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException(cells.length + " columns, must be " + COLUMNS + ": " + line);
        }
        var cases = new ArrayList<Case>();
        var messages = cells[4].strip();
        for (var profile : cells[0].strip().split("[, ]+")) {
            cases.add(new Case(
                    Profile.valueOf(profile.toUpperCase(Locale.ROOT)),
                    cells[1].strip(),
                    cells[2].strip(),
                    script(cells[3].strip(), messages),
                    cells[5].strip()));
        }
        new MessageText(Map.of(
                        "ID", new byte[4], "P", new byte[5], "N", new byte[5], "Q", new byte[7], "BASE", new byte[20]))
                .octets(messages.replaceAll("RAW|ATTR|WITHOUT|OPEN|UPDATE|NOTIFICATION|KEEPALIVE|REFRESH|;", ""));
        return cases;
    }

    private static Case.Script script(String when, String messages) {
        return switch (when) {
            case "sent" ->
                run -> {
                    run.connect().await(MessageText.OPEN);
                    return run.judgeSession(messages);
                };
            case "confirm" ->
                run -> {
                    run.open();
                    return run.judgeSession(messages);
                };
            case "up" ->
                run -> {
                    run.establish();
                    return run.judgeRoute(messages);
                };
            case "refresh" ->
                run -> {
                    run.establish();
                    return Refreshes.judge(run, messages);
                };
            default -> throw new IllegalArgumentException("when " + when);
        };
    }
}
