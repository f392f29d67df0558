package ecmplab.lab.node;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.port.Capture;
import ecmplab.port.ImpairedPort;
import ecmplab.port.ImpairedPort.Plan;
import ecmplab.port.Impairment;
import ecmplab.port.TappedPort;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** Orders to the ports of a node: {@code impair}, {@code capture}, and {@code show impairments}. */
final class PortOrders {
    private static final int CAPTURE_BUFFER = 1 << 16;
    private static final long CAPTURE_OCTETS = 64L << 20;
    private static final long MOST_CAPTURE_OCTETS = 16L << 30;
    private static final long LONGEST_CAPTURE_MILLIS = 24 * 3600 * 1000L;
    private static final long LOOK_MILLIS = 100;

    private final List<ImpairedPort> ports;
    private final EventLog events;

    PortOrders(List<ImpairedPort> ports, EventLog events) {
        this.ports = ports;
        this.events = events;
    }

    void add(CommandTree commands) {
        commands.on("impair PORT in|out|both WORDS [--seed N]", this::impair)
                .on("capture PORTS FILE [--snap N] [--octets N] [--millis N]", this::capture)
                .on("show impairments", values -> impairments());
    }

    private Answer impair(Map<String, String> values) {
        var name = values.getOrDefault("PORT", "");
        var port = named(name);
        if (port.isEmpty()) {
            return noSuch(name);
        }
        try {
            var wanted = Impairment.parse(values.getOrDefault("WORDS", ""));
            long seed =
                    number(values, "--seed", ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE), Long.MAX_VALUE);
            var direction = values.getOrDefault("in|out|both", "both");
            var old = port.get().plan();
            var plan = new Plan(
                    direction.equals("out") ? old.in() : wanted, direction.equals("in") ? old.out() : wanted, seed);
            port.get().impair(plan);
            events.add(Instant.now(), "port-impaired", json(port.get()));
            return Answer.of(json(port.get()), () -> line(port.get()) + "\n");
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Answer impairments() {
        return Answer.of(ports.stream().map(PortOrders::json).toList(), () -> {
            var text = ports.stream()
                    .filter(port -> !port.plan().isNone())
                    .map(port -> line(port) + "\n")
                    .collect(Collectors.joining());
            return text.isEmpty() ? "no port is impaired\n" : text;
        });
    }

    private static String line(ImpairedPort port) {
        var plan = port.plan();
        var counters = port.counters();
        long dropped = counters.drops().entrySet().stream()
                .filter(drop ->
                        drop.getKey().contains("impaired") || drop.getKey().endsWith("partition"))
                .mapToLong(Map.Entry::getValue)
                .sum();
        var stage = counters.stage();
        return port.name() + ": in " + plan.in() + ", out " + plan.out()
                + (plan.isNone() ? "" : ", seed " + plan.seed()) + "; " + dropped + " dropped, "
                + (stage.rxHeld() + stage.txHeld()) + " waiting, "
                + (stage.rxDuplicated() + stage.txDuplicated()) + " duplicated";
    }

    private static Map<String, Object> json(ImpairedPort port) {
        var json = new LinkedHashMap<String, Object>();
        json.put("port", port.name());
        json.put("in", port.plan().in().toString());
        json.put("out", port.plan().out().toString());
        json.put("seed", port.plan().seed());
        json.put("stage", port.counters().stage());
        return json;
    }

    /** Answers when the capture has ended; whoever asked ends it by going away. */
    private Answer capture(Map<String, String> values) {
        var names = values.getOrDefault("PORTS", "all");
        try {
            List<TappedPort> chosen = names.equals("all")
                    ? ports.stream().map(ImpairedPort::tapped).toList()
                    : Arrays.stream(names.split(","))
                            .map(name -> named(name).orElseThrow(() -> new NoSuchPortException(name)))
                            .map(ImpairedPort::tapped)
                            .toList();
            var limits = new Capture.Limits(number(values, "--octets", CAPTURE_OCTETS, MOST_CAPTURE_OCTETS), (int)
                    number(values, "--snap", Capture.MAX_FRAME, Capture.MAX_FRAME));
            long millis = number(values, "--millis", LONGEST_CAPTURE_MILLIS, LONGEST_CAPTURE_MILLIS);
            var file = Path.of(values.getOrDefault("FILE", ""));
            return Answer.awaited(() -> capture(chosen, file, limits, millis));
        } catch (NoSuchPortException unknown) {
            return noSuch(unknown.name);
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Answer capture(List<TappedPort> chosen, Path file, Capture.Limits limits, long millis)
            throws InterruptedException {
        Capture running;
        try {
            var out = new BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    CAPTURE_BUFFER);
            try {
                running = Capture.start(chosen, out, limits, InstantSource.system(), System::nanoTime);
            } catch (IllegalStateException busy) {
                out.close();
                Files.delete(file);
                return Answer.isFalse(String.valueOf(busy.getMessage()));
            }
        } catch (IOException refused) {
            return Answer.isFalse("cannot write " + file + ": " + refused);
        }
        long until = System.nanoTime() + millis * 1_000_000;
        try (var capture = running) {
            while (capture.status().ended() == null && System.nanoTime() - until < 0) {
                Thread.sleep(LOOK_MILLIS);
            }
        } finally {
            events.add(Instant.now(), "capture-ended", running.status());
        }
        var status = running.status();
        return Answer.of(
                status,
                () -> status.written() + " frames in " + file + ", " + status.missed() + " missed"
                        + (status.ended() == null ? "" : "; " + status.ended()) + "\n");
    }

    private static final class NoSuchPortException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String name;

        NoSuchPortException(String name) {
            this.name = name;
        }
    }

    private static long number(Map<String, String> values, String option, long otherwise, long most) {
        var text = values.get(option);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) > most) {
            throw new IllegalArgumentException(option + " " + text + ": must be a number up to " + most);
        }
        return Long.parseLong(text);
    }

    private Optional<ImpairedPort> named(String name) {
        return ports.stream().filter(port -> port.name().equals(name)).findFirst();
    }

    private Answer noSuch(String name) {
        return Answer.noSuch("no port '" + name + "'; there are "
                + ports.stream().map(ImpairedPort::name).collect(Collectors.joining(", ")));
    }
}
