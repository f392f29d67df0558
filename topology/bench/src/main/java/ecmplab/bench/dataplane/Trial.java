package ecmplab.bench.dataplane;

import java.util.ArrayList;
import java.util.List;

/** A contender at work in its bed, measured again and again. */
final class Trial implements AutoCloseable {
    private static final int LOOK_MILLIS = 20;
    /** Looks without an arrival after which what is on its way counts as lost. */
    private static final int PATIENCE = 5;

    /** Enough for the compiler to have seen what there is to see. */
    private static final long WARM_UP = 1_000_000;

    private static final long WARM_UP_AGAIN = 200_000;

    final Contender contender;
    final List<Sample> samples = new ArrayList<>();
    /** Of lone packets, nanoseconds of each, in order of size; one array a measure. */
    final List<long[]> lone = new ArrayList<>();

    private final Bed bed;
    private final Contender.Running running;

    private Trial(Contender contender, Bed bed, Contender.Running running) {
        this.contender = contender;
        this.bed = bed;
        this.running = running;
    }

    /** Starts the contender, checks what it does, and warms it up. */
    static Trial start(Contender contender) throws Exception {
        var bed = Bed.make();
        try {
            var trial = new Trial(contender, bed, contender.start(bed));
            trial.prove();
            return trial;
        } catch (Exception failed) {
            bed.close();
            throw failed;
        }
    }

    private void prove() throws Exception {
        try (var generator = bed.generate(running.frame())) {
            bed.outside(() -> {
                Proof.check(running.arrivesAt(), contender.arrival());
                return true;
            });
            follow(
                    generator,
                    bed.counts.arrived()
                            + Math.max(WARM_UP, 2L * running.frame().flows()),
                    Long.MAX_VALUE);
            generator.stop();
        }
    }

    /** @param seconds of measuring; packets flow a little before */
    void measure(double seconds) throws Exception {
        try (var generator = bed.generate(running.frame())) {
            follow(generator, bed.counts.arrived() + WARM_UP_AGAIN, Long.MAX_VALUE);
            long start = System.nanoTime();
            long arrived = bed.counts.arrived();
            long lost = bed.counts.lost();
            long receive = bed.receiveNanos();
            long own = running.nanos();
            follow(generator, Long.MAX_VALUE, start + (long) (seconds * 1e9));
            receive = bed.receiveNanos() - receive;
            own = running.nanos() - own;
            arrived = bed.counts.arrived() - arrived;
            double took = (System.nanoTime() - start) / 1e9;
            samples.add(new Sample(took, arrived, bed.counts.lost() - lost, receive, own));
            generator.stop();
        }
    }

    /** Sends packets one by one. */
    void measureLone(int packets) throws Exception {
        lone.add(bed.outside(() -> Lone.measure(running.frame(), running.arrivesAt(), contender.arrival(), packets)));
    }

    /** Waits for that many arrivals, or for a time. */
    private void follow(Generator generator, long arrivals, long end) throws Exception {
        long before = -1;
        int quiet = 0;
        while (System.nanoTime() < end) {
            long now = bed.counts.arrived();
            if (now >= arrivals || generator.failed()) {
                return;
            }
            quiet = now == before ? quiet + 1 : 0;
            before = now;
            if (quiet >= PATIENCE) {
                bed.counts.giveUpRest();
                quiet = 0;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public void close() throws Exception {
        running.close();
        bed.close();
    }
}
