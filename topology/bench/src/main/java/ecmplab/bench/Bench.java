package ecmplab.bench;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Runs the measures: speakers by turns, round by round, each time a new process. */
final class Bench {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int FLAPS = 100_000;
    private static final int SINGLE_CHANGES = 200;

    private final Options options;
    private final Network network;
    private final Path folder;
    private final Report report;
    private final SplittableRandom random;
    private int runs;

    private Bench(Options options, Network network, Path folder) {
        this.options = options;
        this.network = network;
        this.folder = folder;
        this.report = new Report(options);
        this.random = new SplittableRandom(options.seed());
    }

    public static void main(String[] words) throws Exception {
        if (Arrays.asList(words).contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(Arrays.asList(words), Path.of(System.getProperty("bench.home", ".")));
        } catch (IllegalArgumentException | java.util.NoSuchElementException wrong) {
            System.err.println(wrong.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        var folder = Files.createTempDirectory("bench");
        try (var network = Network.setUp()) {
            new Bench(options, network, folder).run();
        }
    }

    private void run() throws Exception {
        for (int round = 1; round <= options.rounds(); round++) {
            for (var measure : options.measures()) {
                switch (measure) {
                    case TABLE -> {
                        for (int k : options.sources()) {
                            table(k);
                        }
                    }
                    case CHANGES -> changes();
                    case RECEIVERS -> receivers();
                    case LOSS -> loss();
                    case SHOW -> show();
                }
            }
            report.round(round);
        }
        report.finish();
    }

    private PrefixSet prefixes() {
        return PrefixSet.random(options.isV6(), options.prefixes(), random);
    }

    /** One speaker with its peers, all established. */
    private final class Setup implements AutoCloseable {
        final Running speaker;
        final Loop loop = new Loop();
        final Sink sink;
        final List<Peer> sources = new ArrayList<>();
        final List<Counting> others = new ArrayList<>();

        Setup(Subject subject, Layout layout, Sink sink) throws IOException, InterruptedException {
            this.sink = sink;
            sink.forget();
            speaker = Running.start(subject, network, layout, options.home(), folder.resolve(subject.word + runs++));
            try {
                for (var source : layout.sources()) {
                    sources.add(dial(layout, source, (octets, at, length) -> {}));
                }
                for (var receiver : layout.receivers()) {
                    var counting = new Counting();
                    if (receiver.equals(layout.receivers().getFirst())) {
                        dial(layout, receiver, sink);
                    } else {
                        dial(layout, receiver, counting);
                        others.add(counting);
                    }
                }
                settle();
            } catch (IOException failed) {
                close();
                throw new IOException(subject.word + ": " + failed.getMessage() + "\n" + speaker.log(), failed);
            }
        }

        /** Lets the speaker end what its start began: End-of-RIB, and a JVM's compiling in the background. */
        void settle() throws IOException {
            long until = System.nanoTime() + 700_000_000L;
            loop.until(() -> System.nanoTime() > until, PATIENCE, "a moment");
        }

        /** A speaker that has just begun may refuse, or close what it does not know yet. */
        private Peer dial(Layout layout, Layout.Neighbor neighbor, Peer.Listener listener)
                throws IOException, InterruptedException {
            for (int attempt = 0; ; attempt++) {
                try {
                    var peer =
                            Peer.dial(loop.selector(), neighbor.address(), neighbor.asn(), layout.speaker(), listener);
                    loop.until(peer::isEstablished, PATIENCE, "session of " + neighbor.address() + " established");
                    return peer;
                } catch (SocketException | Peer.ClosedException refused) {
                    if (attempt == 1500 || !speaker.isAlive()) {
                        throw refused;
                    }
                    Thread.sleep(10);
                }
            }
        }

        /** Plays the messages, a buffer a source, and returns the seconds until the sink is right. */
        double play(List<ByteBuffer> messages, String what) throws IOException {
            long start = System.nanoTime();
            for (int i = 0; i < messages.size(); i++) {
                sources.get(i).send(messages.get(i).duplicate());
            }
            return converge(start, what);
        }

        double converge(long start, String what) throws IOException {
            try {
                loop.until(sink::isRight, PATIENCE, what);
            } catch (IOException failed) {
                throw new IOException(
                        failed.getMessage() + "; " + sink.missing() + " prefixes are not right\n" + speaker.log(),
                        failed);
            }
            return (System.nanoTime() - start) / 1e9;
        }

        @Override
        public void close() throws IOException {
            loop.close();
            for (var peer : sources) {
                peer.close();
            }
            speaker.close();
        }
    }

    private void table(int k) throws IOException, InterruptedException {
        var layout = Layout.of(options.isV6(), k, 1);
        var tables = Tables.of(prefixes(), layout, random);
        var sink = new Sink(tables.prefixes(), Layout.SPEAKER_AS);
        tables.expect(sink, 0);
        var messages = tables.feeds().stream().map(Feed::table).toList();
        for (var subject : options.subjects()) {
            try (var setup = new Setup(subject, layout, sink)) {
                double before = setup.speaker.processorSeconds();
                var threads = setup.speaker.threads();
                long start = System.nanoTime();
                report.add("table, " + k + " sources, s", subject, setup.play(messages, "the table"));
                report.threads(threads, setup.speaker.threads(), start, System.nanoTime());
                report.add("table, " + k + " sources, peak MB", subject, setup.speaker.peakMegabytes());
                report.add("table, " + k + " sources, CPU s", subject, setup.speaker.processorSeconds() - before);
                report.add(
                        "table, " + k + " sources, routes sent per prefix",
                        subject,
                        setup.sink.routes() / (double) tables.prefixes().size());
            }
        }
    }

    private void changes() throws IOException, InterruptedException {
        var layout = Layout.of(options.isV6(), 1, 1);
        var tables = Tables.of(prefixes(), layout, random);
        var keys = tables.prefixes().keys();
        var feed = tables.feeds().getFirst();
        var table = feed.table();
        var withdrawal = feed.withdrawal();
        int flaps = Math.min(FLAPS, keys.length);
        var changes = ByteBuffer.allocateDirect(flaps * 128);
        var changed = new int[flaps];
        for (int i = 0; i < flaps; i++) {
            changed[i] = feed.change(changes, i);
        }
        changes.flip();
        for (var subject : options.subjects()) {
            var sink = new Sink(tables.prefixes(), Layout.SPEAKER_AS);
            tables.expect(sink, 0);
            try (var setup = new Setup(subject, layout, sink)) {
                setup.play(List.of(table), "the table");
                setup.settle();
                for (int i = 0; i < flaps; i++) {
                    sink.expect(keys[i], changed[i]);
                }
                report.add(flaps + " single changes, s", subject, setup.play(List.of(changes), "the changes"));
                setup.settle();
                single(subject, setup, feed, keys);
                sink.expectNothing();
                report.add("full withdrawal, s", subject, setup.play(List.of(withdrawal), "nothing"));
            }
        }
    }

    /** One change after another, from the source's write to the sink's read. */
    private void single(Subject subject, Setup setup, Feed feed, long[] keys) throws IOException {
        var times = new double[SINGLE_CHANGES];
        setup.loop.spin(true);
        for (int i = 0; i < times.length; i++) {
            var message = ByteBuffer.allocateDirect(256);
            int prefix = random.nextInt(keys.length);
            setup.sink.expect(keys[prefix], feed.change(message, prefix));
            times[i] = setup.play(List.of(message.flip()), "a change") * 1e3;
        }
        setup.loop.spin(false);
        Arrays.sort(times);
        report.add("one change, median ms", subject, times[times.length / 2]);
        report.add("one change, 99 % ms", subject, times[times.length * 99 / 100]);
    }

    private void receivers() throws IOException, InterruptedException {
        var prefixes = prefixes();
        for (int receivers : new int[] {1, 10}) {
            var layout = Layout.of(options.isV6(), 1, receivers);
            var tables = Tables.of(prefixes, layout, random);
            var sink = new Sink(prefixes, Layout.SPEAKER_AS);
            tables.expect(sink, 0);
            var messages = List.of(tables.feeds().getFirst().table());
            for (var subject : options.subjects()) {
                try (var setup = new Setup(subject, layout, sink)) {
                    long start = System.nanoTime();
                    setup.play(messages, "the table");
                    setup.loop.until(
                            () -> setup.others.stream().allMatch(other -> other.routes() >= prefixes.size()),
                            PATIENCE,
                            "the table at all receivers");
                    double seconds = (System.nanoTime() - start) / 1e9;
                    report.add("table to " + receivers + " receivers, s", subject, seconds);
                    report.add("table to " + receivers + " receivers, peak MB", subject, setup.speaker.peakMegabytes());
                }
            }
        }
    }

    private void loss() throws IOException, InterruptedException {
        var layout = Layout.of(options.isV6(), 2, 1);
        var tables = Tables.bestAndBackup(prefixes(), layout, random);
        var messages = tables.feeds().stream().map(Feed::table).toList();
        var sink = new Sink(tables.prefixes(), Layout.SPEAKER_AS);
        for (var subject : options.subjects()) {
            tables.expect(sink, 0);
            try (var setup = new Setup(subject, layout, sink)) {
                setup.play(messages, "the table");
                setup.settle();
                tables.expect(sink, 1);
                long start = System.nanoTime();
                setup.sources.removeFirst().close();
                report.add("loss of all best routes, s", subject, setup.converge(start, "the backup's table"));
            }
        }
    }

    private void show() throws IOException, InterruptedException {
        if (!options.subjects().contains(Subject.OURS)) {
            return;
        }
        var layout = Layout.of(options.isV6(), 2, 1);
        var tables = Tables.bestAndBackup(prefixes(), layout, random);
        var messages = tables.feeds().stream().map(Feed::table).toList();
        var sink = new Sink(tables.prefixes(), Layout.SPEAKER_AS);
        tables.expect(sink, 0);
        var socket = folder.resolve(Subject.OURS.word + runs).resolve("control");
        try (var setup = new Setup(Subject.OURS, layout, sink);
                var asker = new Asker(socket)) {
            setup.play(messages, "the table");
            tables.expect(sink, 1);
            long start = System.nanoTime();
            setup.sources.removeFirst().close();
            setup.converge(start, "the backup's table");
            report.add("show bgp summary meanwhile, median ms", Subject.OURS, asker.median());
            report.add("show bgp summary meanwhile, worst ms", Subject.OURS, asker.worst());
        }
    }
}
