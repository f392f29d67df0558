package ecmplab.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A speaker to measure: its configuration and how it is started. All have the same policies: import and export with a few terms that
 * look at prefixes, communities and AS paths, and sources are announced nothing.
 */
enum Subject {
    OURS("ours", "speaker.yaml") {
        @Override
        List<String> command(Path home, Path folder) {
            return List.of(
                    home.resolve("scripts/lab").toString(),
                    "bgp",
                    "speaker",
                    "--config",
                    folder.resolve("speaker.yaml").toString(),
                    "--control",
                    folder.resolve("control").toString());
        }
    },
    BIRD("bird", "bird.conf") {
        @Override
        List<String> command(Path home, Path folder) {
            return List.of("bird", "-f", "-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid");
        }
    },
    FRR("frr", "bgpd.conf") {
        @Override
        List<String> command(Path home, Path folder) {
            return List.of(
                    "/usr/lib/frr/bgpd",
                    "-S",
                    "-n",
                    "-Z",
                    "-p",
                    "179",
                    "-P",
                    "0",
                    "--vty_socket",
                    folder.toString(),
                    "-i",
                    folder.resolve("bgpd.pid").toString(),
                    "-f",
                    folder.resolve("bgpd.conf").toString(),
                    "--log",
                    "stdout");
        }
    };

    final String word;
    final String file;

    Subject(String word, String file) {
        this.word = word;
        this.file = file;
    }

    String configuration(Layout layout) {
        return switch (this) {
            case OURS -> OurConfig.of(layout);
            case BIRD -> DaemonConfig.bird(layout);
            case FRR -> DaemonConfig.frr(layout);
        };
    }

    boolean isInstalled() {
        return switch (this) {
            case OURS -> true;
            case BIRD -> Files.isExecutable(Path.of("/usr/sbin/bird"));
            case FRR -> Files.isExecutable(Path.of("/usr/lib/frr/bgpd"));
        };
    }

    /** @param home the project's folder */
    abstract List<String> command(Path home, Path folder);
}
