package ecmplab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A speaker to measure: its configuration and how it is started. All have the same policies, {@link UserPolicy}; sources are announced
 * nothing.
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
    },
    OPENBGPD("openbgpd", "openbgpd.conf") {
        @Override
        List<String> command(Path home, Path folder) {
            return List.of("/usr/sbin/bgpd", "-d", "-f", "openbgpd.conf");
        }
    };

    final String word;
    final String file;

    Subject(String word, String file) {
        this.word = word;
        this.file = file;
    }

    String configuration(Layout layout, UserPolicy policy) {
        return switch (this) {
            case OURS -> OurConfig.of(layout, policy);
            case BIRD -> DaemonConfig.bird(layout, policy);
            case FRR -> DaemonConfig.frr(layout, policy);
            case OPENBGPD -> DaemonConfig.openBgpd(layout, policy);
        };
    }

    boolean isInstalled() {
        return switch (this) {
            case OURS -> true;
            case BIRD -> Files.isExecutable(Path.of("/usr/sbin/bird"));
            case FRR -> Files.isExecutable(Path.of("/usr/lib/frr/bgpd"));
            case OPENBGPD -> Files.isExecutable(Path.of("/usr/sbin/bgpd")) && hasAllUsers();
        };
    }

    /** OpenBGPD becomes a user of its own, which a user namespace with one user does not have. */
    private static boolean hasAllUsers() {
        try {
            return Files.readString(Path.of("/proc/self/uid_map")).contains("4294967295");
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** @param home the project's folder */
    abstract List<String> command(Path home, Path folder);
}
