package ecmplab.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was asked for.
 *
 * @param sources numbers of sources to play the table from
 * @param mrt what to replay in place of a file that our tools make
 * @param home the project's folder
 */
record Options(
        int prefixes,
        List<Integer> sources,
        int rounds,
        boolean isV6,
        List<Subject> subjects,
        List<Measure> measures,
        UserPolicy policy,
        Optional<Path> mrt,
        Optional<Path> json,
        long seed,
        Path home) {
    static final String USAGE = """
            scripts/bench bgp [OPTION ...]: BGP speakers against each other, by raw peers; medians, and ratios to BIRD
              --prefixes N          size of the table (1000000)
              --sources K,K,...     numbers of sources (1,2,4)
              --rounds N            times that each speaker is measured, by turns (3)
              --family ipv4|ipv6    (ipv4)
              --subjects WORD,...   of: ours bird frr openbgpd (those that are installed)
              --measures WORD,...   of: table changes receivers loss show replay (all)
              --policies users|none import and export policies as users write them, or everything let through (users)
              --mrt FILE            the table that replay plays, TABLE_DUMP_V2, also .gz (one that 'lab bgp mrt dump' writes)
              --seed N              of prefixes, attributes and orders (another each time)
              --json FILE           figures for programs
              --quick               100000 prefixes, one round, sources 1 and 2
            """;

    static Options parse(List<String> words, Path home) {
        int prefixes = 1_000_000;
        var sources = List.of(1, 2, 4);
        int rounds = 3;
        boolean v6 = false;
        List<Subject> subjects = installed();
        List<Measure> measures = List.of(Measure.values());
        var policy = new UserPolicy(true);
        Optional<Path> mrt = Optional.empty();
        Optional<Path> json = Optional.empty();
        long seed = System.nanoTime();
        for (var it = words.iterator(); it.hasNext(); ) {
            var word = it.next();
            switch (word) {
                case "--prefixes" -> prefixes = number(word, it.next());
                case "--sources" ->
                    sources =
                            split(it.next()).stream().map(k -> number(word, k)).toList();
                case "--rounds" -> rounds = number(word, it.next());
                case "--family" -> v6 = isV6(it.next());
                case "--subjects" ->
                    subjects = split(it.next()).stream().map(Options::subject).toList();
                case "--measures" ->
                    measures = split(it.next()).stream().map(Measure::of).toList();
                case "--policies" -> policy = policy(it.next());
                case "--mrt" -> mrt = Optional.of(Path.of(it.next()));
                case "--json" -> json = Optional.of(Path.of(it.next()));
                case "--seed" -> seed = Long.parseLong(it.next());
                case "--quick" -> {
                    prefixes = 100_000;
                    rounds = 1;
                    sources = List.of(1, 2);
                }
                default -> throw new IllegalArgumentException("unknown option " + word);
            }
        }
        return new Options(prefixes, sources, rounds, v6, subjects, measures, policy, mrt, json, seed, home);
    }

    private static UserPolicy policy(String word) {
        return switch (word) {
            case "users" -> new UserPolicy(true);
            case "none" -> new UserPolicy(false);
            default -> throw new IllegalArgumentException("--policies " + word + ": must be users or none");
        };
    }

    private static boolean isV6(String family) {
        return switch (family) {
            case "ipv4" -> false;
            case "ipv6" -> true;
            default -> throw new IllegalArgumentException("--family " + family + ": must be ipv4 or ipv6");
        };
    }

    private static List<String> split(String words) {
        return List.of(words.split(","));
    }

    private static int number(String option, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0 && (!option.equals("--sources") || number <= Layout.MOST_SOURCES)) {
                return number;
            }
        } catch (NumberFormatException ignored) {
            // said below
        }
        throw new IllegalArgumentException(option + " " + text + ": no such number");
    }

    private static Subject subject(String word) {
        for (var subject : Subject.values()) {
            if (subject.word.equals(word)) {
                return subject;
            }
        }
        throw new IllegalArgumentException("unknown subject " + word);
    }

    private static List<Subject> installed() {
        var found = new ArrayList<Subject>();
        for (var subject : Subject.values()) {
            if (subject.isInstalled()) {
                found.add(subject);
            }
        }
        return found;
    }
}
