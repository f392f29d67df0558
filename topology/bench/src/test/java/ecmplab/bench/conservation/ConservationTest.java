package ecmplab.bench.conservation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.fixture.Fixture;
import ecmplab.testkit.fixture.FixtureFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mutated packets come, cables are pulled, queues and pools are full, lines lose, double, delay and disorder, captures begin and end, routes and
 * policies change: after each burst every frame is accounted for. A run follows from its seed: {@code -Decmplab.seed=N} runs that one,
 * {@code -Decmplab.seeds=N} that many fresh ones.
 */
final class ConservationTest {
    private static final int STEPS = 600;
    private static final int FRAMES_A_STEP = 24;
    private static final long[] KEPT = {1, 2, 3, 4};

    static Stream<Arguments> runs() {
        var given = Long.getLong("ecmplab.seed");
        int fresh = Integer.getInteger("ecmplab.seeds", 0);
        var seeds = given != null
                ? new long[] {given}
                : LongStream.concat(LongStream.of(KEPT), new Random().longs(fresh, 0, Integer.MAX_VALUE))
                        .toArray();
        return Stream.of("router", "mux", "host")
                .flatMap(node -> LongStream.of(seeds).mapToObj(seed -> Arguments.of(node, seed)));
    }

    /** A frame of a fixture and the port it comes in by. */
    @SuppressWarnings("ArrayRecordComponent") // read only here
    private record Sample(int port, byte[] octets) {}

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("runs")
    void everyFrameIsAccountedForAfterEveryBurst(String node, long seed) throws Exception {
        var random = new Random(seed);
        try (var wires = new Wires()) {
            var subject = Subject.of(node, wires);
            var samples = samples(subject, wires);
            subject.change(random);
            for (int step = 0; step < STEPS; step++) {
                disturb(subject, wires, random);
                for (int i = random.nextInt(FRAMES_A_STEP); i > 0; i--) {
                    var sample = samples.get(random.nextInt(samples.size()));
                    wires.send(sample.port, mutated(sample.octets, random));
                }
                wires.work(subject.processor(), random);
                wires.requireConserved(subject::ledger);
            }
            wires.recover(subject.processor(), random);
            wires.requireConserved(subject::ledger);
            wires.requireNothingLostOnCables();
            for (var reason :
                    List.of("port tx-full", "port port-down", "port rx-impaired-loss", "port tx-impaired-loss")) {
                assertTrue(
                        wires.reasonsSeen().containsKey(reason),
                        () -> reason + " never happened: " + wires.reasonsSeen());
            }
        }
    }

    private static void disturb(Subject subject, Wires wires, Random random) throws Exception {
        if (random.nextInt(4) == 0) {
            wires.disturb(random);
        }
        if (random.nextInt(20) == 0) {
            subject.change(random);
        }
    }

    private static List<Sample> samples(Subject subject, Wires wires) {
        var samples = new ArrayList<Sample>();
        for (var fixture : FixtureFile.readAll(Path.of(subject.fixtures()))) {
            for (var step : fixture.steps()) {
                if (step instanceof Fixture.In in) {
                    samples.add(new Sample(wires.indexOf(in.port()), in.frame().octets()));
                }
            }
        }
        return samples;
    }

    /** As it is, mostly; or with octets changed, cut, or longer than it says. */
    private static byte[] mutated(byte[] octets, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> {
                var changed = octets.clone();
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    // Headers are where it hurts.
                    changed[random.nextInt(Math.min(changed.length, 110))] = (byte) random.nextInt();
                }
                yield changed;
            }
            case 1 -> Arrays.copyOf(octets, 1 + random.nextInt(octets.length));
            case 2 -> Arrays.copyOf(octets, octets.length + random.nextInt(100));
            default -> octets;
        };
    }
}
