package ecmplab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Labs as a user has them: processes, namespaces and files, from the command line; and that nothing of them ever stays. */
class LabLifeTest {
    private static final String TWO = """
            name: two
            nodes:
              a: { kind: client }
              b: { kind: client }
            links:
              - a:eth0 -- b:eth0
            """;

    @Nested
    @Needs({Need.ROOT, Need.PING})
    class AsRoot extends Life {
        AsRoot() throws IOException {
            super(LabProgram.asSelf());
        }
    }

    @Nested
    @Needs({Need.USER_NAMESPACES, Need.PING})
    class AsOrdinaryUser extends Life {
        AsOrdinaryUser() throws IOException {
            super(LabProgram.asOrdinaryUser());
        }
    }

    abstract static class Life {
        private final LabProgram lab;
        private final String file;

        Life(LabProgram lab) throws IOException {
            this.lab = lab;
            file = lab.file("two.lab.yml", TWO).toString();
        }

        @AfterEach
        void end() throws IOException {
            lab.close();
        }

        @Test
        void aLabIsDeployedLookedAtUsedAndDestroyed() throws Exception {
            var up = lab.run("up", file);
            assertEquals(0, up.code(), up.err());
            assertTrue(up.err().contains("lab two is up"), up.err());
            assertTrue(up.out().contains("a     client"), up.out());

            assertEquals(
                    0,
                    lab.run("exec", "a", "--", "ping", "-c", "1", "-W", "5", "198.51.100.10")
                            .code());
            assertEquals(
                    "198.51.100.10/24\n",
                    lab.run("exec", "b", "--", "sh", "-c", "ip -br -4 addr show eth0 | awk '{print $3}'")
                            .out());
            assertEquals(7, lab.run("exec", "a", "--", "sh", "-c", "exit 7").code());

            var again = lab.run("up", file);
            assertEquals(Exit.FALSE, again.code());
            assertTrue(again.err().contains("lab two is running"), again.err());

            assertEquals(Exit.NO_SUCH, lab.run("exec", "c", "--", "true").code());
            assertEquals(Exit.NO_SUCH, lab.run("inspect", "-l", "three").code());
            assertEquals(
                    Exit.FALSE,
                    lab.run("wait", "established", "--timeout", "1h").code());
            assertTrue(lab.run("list").out().contains("two"));

            assertEquals(0, lab.run("destroy").code());
            assertNothingLeft();
            assertEquals(0, lab.run("destroy").code());
            assertEquals(Exit.NO_SUCH, lab.run("inspect").code());
        }

        @Test
        void aKilledNodeIsSeenAtOnceAndStartedAgainWhenAsked() throws Exception {
            assertEquals(0, lab.run("up", file).code());
            long pid = pid("a");
            assertTrue(commandLine(pid).endsWith("a.json"), commandLine(pid));

            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            Await.until(
                    "inspect says how a ended", () -> lab.run("inspect").out().contains("dead, killed by signal 9"));
            assertEquals(0, lab.run("restart", "a").code());
            assertEquals(0, lab.run("wait", "ready", "a", "--timeout", "60s").code());

            assertEquals(0, lab.run("fault", "stop", "b").code());
            assertTrue(lab.run("inspect").out().contains("stopped"));
            assertEquals(
                    Exit.FALSE,
                    lab.run("wait", "ready", "b", "--timeout", "100ms").code());
            assertEquals(0, lab.run("fault", "clear", "b").code());
            assertEquals(0, lab.run("wait", "ready", "b", "--timeout", "60s").code());
            assertEquals(Exit.NO_SUCH, lab.run("fault", "kill", "c").code());

            var events = lab.run("events").out().lines().toList();
            assertEquals(
                    List.of("lab-up", "node-down", "restart a", "stop b", "cont b"),
                    events.stream()
                            .filter(line -> line.contains("\"node\":\"supervisor\""))
                            .map(LabLifeTest::brief)
                            .toList());
        }

        @Test
        void killingTheSupervisorLeavesNothing() throws Exception {
            assertEquals(0, lab.run("up", file).code());
            kill(Path.of("two", "supervisor.pid"));
            Await.until(
                    "nothing is left",
                    () -> lab.processes().isEmpty() && lab.remains().isEmpty());
        }

        @Test
        void killingTheOutermostProcessLeavesOnlyFilesThatTheNextCommandSweeps() throws Exception {
            assertEquals(0, lab.run("up", file).code());
            kill(Path.of("two", "owner"));
            Await.until("no process is left", () -> lab.processes().isEmpty());
            assertEquals(0, lab.run("list").code());
            assertEquals(List.of(), lab.remains());
        }

        @Test
        void aSupervisorThatDoesNotAnswerIsDestroyedToo() throws Exception {
            assertEquals(0, lab.run("up", file).code());
            var stopped = read(Path.of("two", "supervisor.pid"));
            new ProcessBuilder("kill", "-STOP", "" + stopped).start().waitFor();
            assertEquals(0, lab.run("destroy").code());
            assertNothingLeft();
        }

        @ParameterizedTest
        @ValueSource(longs = {1, 2, 3, 4, 5, 6})
        void killingTheCommandWhileItDeploysLeavesNothing(long seed) throws Exception {
            var up = lab.start("up", file);
            up.waitFor(new Random(seed).nextLong(4_000), TimeUnit.MILLISECONDS);
            up.toHandle().destroyForcibly(); // the process's own method would close what it said
            up.waitFor();
            var said = new String(up.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            if (said.contains("lab two is up")) { // it may have let go of the lab already, which then stays
                assertEquals(0, lab.run("destroy").code());
            }
            Await.until("no process is left", () -> lab.processes().isEmpty());
            // killed between making the directory and starting the process that would remove it, the command leaves it
            assertEquals(0, lab.run("list").code());
            assertEquals(List.of(), lab.remains());
        }

        @Test
        void anInterruptedCommandEndsWhenNothingIsLeft() throws Exception {
            var up = lab.start("up", file);
            Await.until("the lab's processes start", () -> lab.processes().size() > 1);
            up.toHandle().destroy(); // SIGTERM, to a JVM the same as Ctrl-C
            up.waitFor();
            assertNothingLeft();
        }

        @Test
        void aNodeIsStartedAgainByItselfWhenTheLabFileSaysSo() throws Exception {
            var file = lab.file("again.lab.yml", TWO.replace("nodes:", "defaults: { restart: on-failure }\nnodes:"));
            assertEquals(0, lab.run("up", file.toString()).code());
            long before = pid("a");
            ProcessHandle.of(before).orElseThrow().destroyForcibly();
            Await.until("a has another process", () -> pid("a") != before);
            assertEquals(0, lab.run("wait", "ready", "a", "--timeout", "60s").code());
            assertTrue(lab.run("events").out().contains("node-restarted"));
        }

        @Test
        void aLabThatCannotComeUpSaysWhyAndLeavesNothing() throws Exception {
            var slow = lab.file(
                    "slow.lab.yml",
                    TWO.replace("two", "slow") + "checks: [\"ready b --timeout 0ms\", \"established\"]\n");
            var up = lab.run("up", slow.toString());
            assertEquals(Exit.FALSE, up.code());
            assertTrue(up.err().contains("check 'established' failed: lab slow has no edge router"), up.err());
            assertNothingLeft();
        }

        private void assertNothingLeft() throws IOException {
            assertEquals(List.of(), lab.processes());
            assertEquals(List.of(), lab.remains());
        }

        private long pid(String node) throws IOException {
            return read(Path.of("two", node + ".pid"));
        }

        private long read(Path file) throws IOException {
            return Long.parseLong(Files.readString(lab.state().resolve(file)).split(" ")[0]);
        }

        private void kill(Path file) throws IOException {
            ProcessHandle.of(read(file)).orElseThrow().destroyForcibly();
        }

        private static String commandLine(long pid) throws IOException {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ')
                    .strip();
        }
    }

    /** {@code restart a} of a fault, or the event's name. */
    private static String brief(String line) {
        var act = line.replaceAll(".*\"act\":\"([a-z]+)\",\"target\":\"([a-z]+)\".*", "$1 $2");
        return act.equals(line) ? line.replaceAll(".*\"event\":\"([a-z-]+)\".*", "$1") : act;
    }
}
