package ecmplab.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Runs the measures: speakers by turns, round by round, each time a new process. */
final class Bench {
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
        // Only now: after a failure somebody may want to look at it.
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
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
                    case REPLAY -> replay();
                }
            }
            report.round(round);
        }
        report.finish();
    }

    private PrefixSet prefixes() {
        return PrefixSet.random(options.isV6(), options.prefixes(), random);
    }

    private Setup setup(Subject subject, Layout layout, Sink sink) throws IOException, InterruptedException {
        var in = folder.resolve(subject.word + runs++);
        var speaker = Running.start(subject, network, layout, options.policy(), options.home(), in);
        return Setup.start(speaker, subject, layout, sink);
    }

    private Sink sink(PrefixSet prefixes) {
        return new Sink(prefixes, Layout.SPEAKER_AS, options.policy().isOn());
    }

    private void table(int k) throws IOException, InterruptedException {
        var layout = Layout.of(options.isV6(), k, 1);
        table("table, " + k + " sources, ", Tables.of(prefixes(), layout, options.policy(), random), layout);
    }

    private void table(String what, Tables tables, Layout layout) throws IOException, InterruptedException {
        var sink = sink(tables.prefixes());
        tables.expect(sink, 0);
        var messages = tables.feeds().stream().map(Feed::table).toList();
        for (var subject : options.subjects()) {
            try (var setup = setup(subject, layout, sink)) {
                double before = setup.speaker.processorSeconds();
                var threads = setup.speaker.threads();
                long start = System.nanoTime();
                report.add(what + "s", subject, setup.play(messages, "the table"));
                report.threads(threads, setup.speaker.threads(), start, System.nanoTime());
                report.add(what + "peak MB", subject, setup.speaker.peakMegabytes());
                report.add(what + "CPU s", subject, setup.speaker.processorSeconds() - before);
                double sent = setup.sink.routes() / (double) tables.prefixes().size();
                report.add(what + "routes sent per prefix", subject, sent);
            }
        }
    }

    /** A table from a file: the one given, or what our tools write of a speaker that was told one. */
    private void replay() throws IOException, InterruptedException {
        int most = options.sources().stream().mapToInt(k -> k).max().orElseThrow();
        var file = options.mrt().isPresent() ? options.mrt().get() : dump(most);
        var table = MrtTable.read(file, options.isV6());
        System.err.printf(
                "  %s: %d prefixes, %d peers, %d paths or prefixes left out%n",
                file, table.size(), table.peers(), table.leftOut());
        if (options.mrt().isEmpty() && (table.size() != options.prefixes() || table.peers() != most)) {
            throw new IOException(file + ": does not have " + options.prefixes() + " prefixes of " + most + " peers");
        }
        for (int k : options.sources()) {
            if (k <= table.peers()) {
                var layout = Layout.of(options.isV6(), k, 1);
                var tables = Tables.replay(table, layout, options.policy(), random);
                table("replay, " + k + " sources, ", tables, layout);
            }
        }
    }

    /** What {@code lab bgp mrt dump} writes of a speaker with as many sources. */
    private Path dump(int sources) throws IOException, InterruptedException {
        var layout = Layout.of(options.isV6(), sources, 1);
        var tables = Tables.of(prefixes(), layout, options.policy(), random);
        var sink = sink(tables.prefixes());
        tables.expect(sink, 0);
        var control = folder.resolve(Subject.OURS.word + runs).resolve("control");
        var file = folder.resolve("table" + runs + ".mrt");
        try (var setup = setup(Subject.OURS, layout, sink)) {
            setup.play(tables.feeds().stream().map(Feed::table).toList(), "the table");
            var lab = options.home().resolve("scripts/lab").toString();
            long start = System.nanoTime();
            var dump = new ProcessBuilder(
                            lab, "bgp", "mrt", "dump", "--control", control.toString(), "--out", file.toString())
                    .inheritIO()
                    .start();
            if (dump.waitFor() != 0) {
                throw new IOException("lab bgp mrt dump: exit code " + dump.exitValue() + "\n" + setup.speaker.log());
            }
            report.add("mrt dump of " + sources + " sources, s", Subject.OURS, (System.nanoTime() - start) / 1e9);
        }
        return file;
    }

    private void changes() throws IOException, InterruptedException {
        var layout = Layout.of(options.isV6(), 1, 1);
        var tables = Tables.of(prefixes(), layout, options.policy(), random);
        var keys = tables.prefixes().keys();
        var feed = tables.feeds().getFirst();
        var table = feed.table();
        var withdrawal = feed.withdrawal();
        int flaps = Math.min(FLAPS, keys.length);
        var changes = ByteBuffer.allocateDirect(flaps * 128);
        var changed = new int[flaps];
        for (int i = 0; i < flaps; i++) {
            changed[i] = tables.right(i, feed.change(changes, i));
        }
        changes.flip();
        for (var subject : options.subjects()) {
            var sink = sink(tables.prefixes());
            tables.expect(sink, 0);
            try (var setup = setup(subject, layout, sink)) {
                setup.play(List.of(table), "the table");
                setup.settle();
                for (int i = 0; i < flaps; i++) {
                    sink.expect(keys[i], changed[i]);
                }
                report.add(flaps + " single changes, s", subject, setup.play(List.of(changes), "the changes"));
                setup.settle();
                single(subject, setup, tables);
                sink.expectNothing();
                report.add("full withdrawal, s", subject, setup.play(List.of(withdrawal), "nothing"));
            }
        }
    }

    /** One change after another, from the source's write to the sink's read. */
    private void single(Subject subject, Setup setup, Tables tables) throws IOException {
        var keys = tables.prefixes().keys();
        var feed = tables.feeds().getFirst();
        var times = new double[SINGLE_CHANGES];
        setup.loop.spin(true);
        for (int i = 0; i < times.length; i++) {
            var message = ByteBuffer.allocateDirect(256);
            int right = 0;
            while (right == 0) { // policies may refuse it
                int prefix = random.nextInt(keys.length);
                right = tables.right(prefix, feed.change(message.clear(), prefix));
                if (right != 0) {
                    setup.sink.expect(keys[prefix], right);
                }
            }
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
            var what = "table to " + receivers + " receivers, ";
            var layout = Layout.of(options.isV6(), 1, receivers);
            var tables = Tables.of(prefixes, layout, options.policy(), random);
            var sink = sink(prefixes);
            int told = tables.expect(sink, 0);
            var messages = List.of(tables.feeds().getFirst().table());
            for (var subject : options.subjects()) {
                try (var setup = setup(subject, layout, sink)) {
                    double before = setup.speaker.processorSeconds();
                    var threads = setup.speaker.threads();
                    long start = System.nanoTime();
                    setup.play(messages, "the table");
                    setup.loop.until(
                            () -> setup.others.stream().allMatch(other -> other.routes() >= told),
                            Setup.PATIENCE,
                            "the table at all receivers");
                    report.add(what + "s", subject, (System.nanoTime() - start) / 1e9);
                    report.threads(threads, setup.speaker.threads(), start, System.nanoTime());
                    report.add(what + "peak MB", subject, setup.speaker.peakMegabytes());
                    report.add(what + "CPU s", subject, setup.speaker.processorSeconds() - before);
                }
            }
        }
    }

    private void loss() throws IOException, InterruptedException {
        var layout = Layout.of(options.isV6(), 2, 1);
        var tables = Tables.bestAndBackup(prefixes(), layout, options.policy(), random);
        var messages = tables.feeds().stream().map(Feed::table).toList();
        var sink = sink(tables.prefixes());
        for (var subject : options.subjects()) {
            tables.expect(sink, 0);
            try (var setup = setup(subject, layout, sink)) {
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
        var tables = Tables.bestAndBackup(prefixes(), layout, options.policy(), random);
        var messages = tables.feeds().stream().map(Feed::table).toList();
        var sink = sink(tables.prefixes());
        tables.expect(sink, 0);
        var socket = folder.resolve(Subject.OURS.word + runs).resolve("control");
        try (var setup = setup(Subject.OURS, layout, sink);
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
