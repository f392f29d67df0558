package ecmplab.lab.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A route with attributes on the command line. */
final class RouteOptions {
    @Parameters(paramLabel = "PREFIX", description = "Such as 203.0.113.10/32.")
    private String prefix = "";

    @Option(names = "--as-path", paramLabel = "PATH", description = "Such as \"65001 65002\".")
    private String asPath = "";

    @Option(names = "--community", paramLabel = "C", description = "Such as 65000:1 or no-export; may be repeated.")
    private List<String> communities = List.of();

    @Option(names = "--large-community", paramLabel = "C", description = "Such as 65000:1:2; may be repeated.")
    private List<String> large = List.of();

    @Option(names = "--extended-community", paramLabel = "C", description = "Such as rt:65000:1; may be repeated.")
    private List<String> extended = List.of();

    @Option(names = "--med", paramLabel = "N", description = "MULTI_EXIT_DISC.")
    private String med = "";

    @Option(names = "--local-pref", paramLabel = "N", description = "LOCAL_PREF.")
    private String localPref = "";

    @Option(names = "--next-hop", paramLabel = "ADDRESS", description = "Default: our end of each session.")
    private String nextHop = "";

    @Option(names = "--origin", paramLabel = "WORD", description = "igp, egp or incomplete.")
    private String origin = "";

    @Option(names = "--link-bandwidth", paramLabel = "BITS", description = "Weight, such as 10G.")
    private String bandwidth = "";

    /** As a speaker's file has it: the prefix alone when nothing else was said. */
    String text() {
        var text = new StringBuilder("{prefix: ").append(quoted(prefix));
        int bare = text.length();
        add(text, "as-path", asPath);
        add(text, "med", med);
        add(text, "local-pref", localPref);
        add(text, "next-hop", nextHop);
        add(text, "origin", origin);
        add(text, "link-bandwidth", bandwidth);
        add(text, "community", communities);
        add(text, "large-community", large);
        add(text, "extended-community", extended);
        return text.length() == bare ? prefix : text.append('}').toString();
    }

    private static void add(StringBuilder text, String key, String value) {
        if (!value.isEmpty()) {
            text.append(", ").append(key).append(": ").append(quoted(value));
        }
    }

    private static void add(StringBuilder text, String key, List<String> values) {
        if (!values.isEmpty()) {
            text.append(", ")
                    .append(key)
                    .append(values.stream().map(RouteOptions::quoted).collect(Collectors.joining(", ", ": [", "]")));
        }
    }

    /** A scalar of YAML that is nothing but its text. */
    private static String quoted(String value) {
        return "'" + value.replace("'", "''").replace('\n', ' ') + "'";
    }
}
