package ecmplab.lab.node;

import ecmplab.port.Namespaces;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cable of a namespace of the test's own. */
@Needs({Need.ROOT, Need.IPROUTE})
class CarrierWatchTest {
    private final String namespace = "ecmplab-cw-" + ProcessHandle.current().pid();
    private final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void make() throws Exception {
        ip("netns", "add", namespace);
        in("link", "add", "d0", "type", "veth", "peer", "name", "d1");
        in("link", "set", "d1", "up");
        in("link", "set", "d0", "up");
    }

    @AfterEach
    void remove() throws Exception {
        ip("netns", "del", namespace);
    }

    @Test
    void aCableThatIsCutAndMendedIsNoticedAtTheOtherEnd() throws Exception {
        var watch = Namespaces.within(
                Path.of("/run/netns", namespace),
                () -> CarrierWatch.start(List.of("d0"), (name, up) -> told.add(name + " " + up)));
        try (watch) {
            Await.until("the first look", () -> told.equals(List.of("d0 true")));
            in("link", "set", "d1", "down");
            Await.until("the cut", () -> told.equals(List.of("d0 true", "d0 false")));
            in("link", "set", "d1", "up");
            Await.until("the mending", () -> told.equals(List.of("d0 true", "d0 false", "d0 true")));
            in("link", "del", "d0");
            Await.until(
                    "the end of the interface",
                    () -> told.size() == 4 && told.get(3).equals("d0 false"));
        }
    }

    private void in(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("-n", namespace));
        command.addAll(List.of(arguments));
        ip(command.toArray(String[]::new));
    }

    private static void ip(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + output);
        }
    }
}
