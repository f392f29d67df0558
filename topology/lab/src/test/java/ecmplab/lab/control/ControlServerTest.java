package ecmplab.lab.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Hex;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {
    @TempDir
    Path folder;

    private final AtomicLong written = new AtomicLong();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private final CommandTree commands = new CommandTree()
            .on("show vip [VIP]", values -> Answer.of(Map.of("vip", values.getOrDefault("VIP", "all")), () -> "text\n"))
            .on("bug", values -> {
                throw new IllegalStateException("seen by a person");
            })
            .on(
                    "late bug",
                    values -> Answer.streamed(out -> {}, out -> {
                        out.write("a beginning, ");
                        throw new IllegalStateException("then this");
                    }))
            .on(
                    "endless [--word WORD]",
                    values -> Answer.streamed(out -> {}, out -> {
                        try {
                            for (long line = 0; ; line++) {
                                out.write(values.getOrDefault("--word", "line") + " " + line + "\n");
                                written.incrementAndGet();
                            }
                        } finally {
                            ended.countDown();
                        }
                    }))
            .on(
                    "never",
                    values -> Answer.awaited(() -> {
                        begun.countDown();
                        try {
                            new CountDownLatch(1).await();
                            return Answer.line("never");
                        } finally {
                            ended.countDown();
                        }
                    }));

    @Test
    void answersInTextOrAsJson() throws IOException {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            assertEquals(
                    "text\n", ControlClient.ask(socket, List.of("show", "vip")).text());
            var json = ControlClient.ask(socket, List.of("show", "vip", "203.0.113.10", "--json"));
            assertEquals(0, json.code());
            assertEquals("{\n  \"vip\" : \"203.0.113.10\"\n}\n", json.text());
        }
        assertFalse(Files.exists(socket));
        assertThrows(IOException.class, () -> ControlClient.ask(socket, List.of("show", "vip")));
    }

    @Test
    void theExitCodeOfAWrongCommandTravels() throws IOException {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            assertEquals(Answer.USAGE, ControlClient.ask(socket, List.of("shw")).code());
            var bug = ControlClient.ask(socket, List.of("bug"));
            assertEquals(Answer.FALSE, bug.code());
            assertEquals("internal error: java.lang.IllegalStateException: seen by a person\n", bug.text());
        }
    }

    @Test
    void aLastWordJsonMeansJsonAsInVtysh() throws IOException {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            assertEquals(
                    "{\n  \"vip\" : \"all\"\n}\n",
                    ControlClient.ask(socket, List.of("show", "vip", "json")).text());
        }
    }

    @Test
    void aFaultHalfwayIsSaidAndIsTheExitCode() throws IOException {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            var said = ControlClient.ask(socket, List.of("late", "bug"));
            assertEquals(Answer.FALSE, said.code());
            assertEquals("a beginning, internal error: java.lang.IllegalStateException: then this\n", said.text());
        }
    }

    @Test
    void anAnswerIsMadeNoFasterThanItIsReadAndNotAtAllOnceNobodyReads() throws Exception {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            var read = new StringBuilder();
            var stopped = assertThrows(
                    IOException.class,
                    () -> ControlClient.stream(
                            socket,
                            List.of("endless", "--word", "number"),
                            Duration.ofSeconds(10),
                            new ControlClient.Receiver() {
                                @Override
                                public void begin(int code) {
                                    assertEquals(Answer.FINE, code);
                                }

                                @Override
                                public void chunk(byte[] octets, int length) throws IOException {
                                    read.append(new String(octets, 0, length, StandardCharsets.UTF_8));
                                    throw new IOException("enough");
                                }
                            }));
            assertEquals("enough", stopped.getMessage());
            assertTrue(read.toString().startsWith("number 0\nnumber 1\n"), () -> read.substring(0, 40));
            assertTrue(ended.await(10, TimeUnit.SECONDS), "the producer goes on though nobody reads");
            assertTrue(written.get() < 1_000_000, "written " + written.get());
        }
    }

    @Test
    void whatWaitsIsInterruptedWhenWhoeverAskedGoesAway() throws Exception {
        var socket = folder.resolve("node.sock");
        try (var server = ControlServer.start(socket, commands)) {
            try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                channel.write(ByteBuffer.wrap("never\n".getBytes(StandardCharsets.UTF_8)));
                assertTrue(begun.await(10, TimeUnit.SECONDS));
            }
            assertTrue(ended.await(10, TimeUnit.SECONDS), "still waits");
        }
    }

    @Test
    void anAnswerThatIsCutOffIsAnError() throws Exception {
        var socket = folder.resolve("node.sock");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            var half = Thread.ofVirtual().start(() -> {
                try (var connection = listener.accept()) {
                    connection.read(ByteBuffer.allocate(100));
                    connection.write(ByteBuffer.wrap(Hex.bytes("00000000 00000005 6162")));
                } catch (IOException broken) {
                    throw new java.io.UncheckedIOException(broken);
                }
            });
            var cut = assertThrows(IOException.class, () -> ControlClient.ask(socket, List.of("any")));
            assertTrue(cut.toString().contains("cut off"), cut::toString);
            half.join();
        }
    }

    @Test
    void optionsFollowTheWordsAndUnknownOnesAreUsage() {
        assertEquals(
                "unknown option --wrod; known: --word\n",
                commands.answer(List.of("endless", "--wrod", "x")).asText());
        assertEquals(
                "--word needs a value\n",
                commands.answer(List.of("endless", "--word")).asText());
        assertEquals(
                "unknown option --word\n",
                commands.answer(List.of("show", "vip", "--word", "x")).asText());
    }
}
