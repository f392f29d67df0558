package ecmplab.lab.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code lab show}, taken apart.
 *
 * @param options for the node, each with its value after it
 * @param watch how often to ask again; null to ask once
 * @param times how often to ask in all; 0 for ever
 */
record ShowRequest(
        List<String> words,
        List<String> nodes,
        boolean json,
        List<String> options,
        boolean page,
        @Nullable Duration watch,
        int times,
        @Nullable String lab,
        @Nullable Path control) {
    private static final Duration WATCH = Duration.ofSeconds(1);

    /** Options with a value that are the node's to understand. */
    private static final List<String> NODES_OPTIONS = List.of("--limit");

    /** @param watches whether to ask again and again even without {@code --watch} */
    static ShowRequest parse(List<String> arguments, boolean watches) {
        var words = new ArrayList<String>();
        var nodes = new ArrayList<String>();
        var options = new ArrayList<String>();
        boolean json = false;
        boolean page = false;
        Duration watch = watches ? WATCH : null;
        int times = 0;
        String lab = null;
        Path control = null;
        for (var each = arguments.iterator(); each.hasNext(); ) {
            var word = each.next();
            switch (word) {
                case "--json" -> json = true;
                case "--page" -> page = true;
                case "--watch" -> watch = duration(value(word, each));
                case "--times" -> times = number(word, value(word, each));
                case "-n", "--node" -> nodes.add(value(word, each));
                case "-l", "--lab" -> lab = value(word, each);
                case "--control" -> control = Path.of(value(word, each));
                default -> {
                    if (NODES_OPTIONS.contains(word)) {
                        options.addAll(List.of(word, value(word, each)));
                    } else if (word.startsWith("-")) {
                        throw new Failure(Exit.USAGE, "lab show: unknown option " + word);
                    } else {
                        words.add(word);
                    }
                }
            }
        }
        if (words.size() > 1 && words.getLast().equals("json")) {
            json = true;
            words.removeLast();
        }
        if (words.isEmpty()) {
            throw new Failure(
                    Exit.USAGE,
                    "lab show: what? bgp, bfd, ip, ipv6, divergence, vip, flows, talkers, tables, vxlan, nat, probes, drops,"
                            + " impairments or interfaces");
        }
        return new ShowRequest(words, nodes, json, options, page, watch, times, lab, control);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new Failure(Exit.USAGE, option + " needs a value");
        }
        return rest.next();
    }

    private static int number(String option, String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new Failure(Exit.USAGE, option + " " + text + ": must be a number");
        }
        return Integer.parseInt(text);
    }

    /** {@code 500ms}, {@code 2s}, {@code 1m}, {@code 1h}, or a number of seconds as {@code watch -n} has it. */
    static Duration duration(String text) {
        var matcher = java.util.regex.Pattern.compile("([0-9]{1,6})(ms|s|m|h|)").matcher(text);
        if (!matcher.matches()) {
            throw new Failure(Exit.USAGE, "duration '" + text + "': must be such as 500ms, 2s or 1m");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofSeconds(count);
        };
    }

    /** What the node is asked. */
    List<String> request() {
        var request = new ArrayList<>(List.of("show"));
        request.addAll(words);
        request.addAll(options);
        if (json) {
            request.add("--json");
        }
        return request;
    }
}
